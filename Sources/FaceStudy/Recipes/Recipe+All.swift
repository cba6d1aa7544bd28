extension Recipe {
    /// All recipes, in the order in which they are listed.
    public static let all: [Recipe] =
        [arcFace] + insightFace + [sphereFace, amSoftmax, cosFace, adaFace, faceXZoo, paper]

    // MARK: CASIA-WebFace

    private static let arcFace = Recipe(
        name: "arcface-casia-r50",
        title: "ArcFace on CASIA-WebFace with IResNet-50",
        source: "Deng et al., ArcFace, CVPR 2019 (arXiv 1801.07698), section 3.1",
        data:
            "Trained on CASIA-WebFace (10,575 people, 0.5 million images), tested on LFW, CFP-FP and "
            + "AgeDB-30; its Table 2 compares softmax, norm-softmax, SphereFace, CosFace, ArcFace with "
            + "four margins, two combined margins and triplets.",
        networks: ["iresnet50"],
        settings: steps(
            losses: ["arcface-paper"], epochs: 32, batch: 512, at: [20, 28], of: 32,
            accumulation: 4, decaysAll: true),
        departures: [
            "there MXNet leaves biases out of the weight decay, and here they decay as well",
            "there each of four GPUs normalises its 128 images, and here four micro-batches do",
        ])

    private static let sphereFace = Recipe(
        name: "sphereface-20",
        title: "SphereFace (A-Softmax) on CASIA-WebFace with SphereFace-20",
        source: "github.com/wy1iu/sphereface, train/code/sphereface_solver.prototxt and "
            + "sphereface_model.prototxt",
        data:
            "Trained on CASIA-WebFace (10,572 people), 112 x 96 pixels, two GPUs of 256 images each; "
            + "tested on LFW, by the authors' protocol with 10 folds, five times.",
        networks: ["sphereface20"],
        settings: steps(
            losses: ["sphereface"], epochs: 32, batch: 512, at: [16000, 24000], of: 28000,
            accumulation: 2, decaysAll: false),
        departures: [
            steps(28_000, of: 512, epochs: 32),
            "images are square here, 112 x 112 pixels, and (x - 127.5) / 127.5 instead of / 128",
        ])

    private static let amSoftmax = Recipe(
        name: "amsoftmax-casia",
        title: "AM-Softmax on CASIA-WebFace with a network of 20 layers",
        source: "github.com/happynear/AMSoftmax, prototxt/face_solver.prototxt (Wang et al., arXiv "
            + "1801.05599)",
        data: "Trained on CASIA-WebFace without the people of LFW and MegaFace (10,516), 112 x 96 "
            + "pixels; tested on LFW and MegaFace.",
        networks: ["sphereface20"],
        settings: steps(
            losses: ["amsoftmax-paper"], epochs: 17, batch: 256, at: [16000, 24000, 28000],
            of: 30000, decaysAll: false),
        departures: [
            steps(30_000, of: 256, epochs: 17),
            "images are square here, 112 x 112 pixels, and (x - 127.5) / 127.5 instead of / 128",
        ])

    private static let cosFace = Recipe(
        name: "cosface-casia",
        title: "CosFace on CASIA-WebFace with a network of 64 layers",
        source: "Wang et al., CosFace, CVPR 2018 (arXiv 1801.09414), section 4.1",
        data: "Trained on CASIA-WebFace (10,575 people), 112 x 96 pixels; tested on LFW, YTF and "
            + "MegaFace.",
        networks: ["sphereface64"],
        settings: steps(
            losses: ["cosface"], epochs: 31, batch: 512, at: [16000, 24000, 28000], of: 30000,
            decaysAll: false),
        departures: [
            steps(30_000, of: 512, epochs: 31),
            "images are square here, 112 x 112 pixels, and (x - 127.5) / 127.5 instead of / 128",
        ])

    private static let adaFace = Recipe(
        name: "adaface-casia-r50",
        title: "AdaFace on CASIA-WebFace with IR-50",
        source: "github.com/mk-minchul/AdaFace, config.py and its README (Kim et al., CVPR 2022)",
        data:
            "Trained on CASIA-WebFace (10,572 people, 490,623 images), tested on LFW, CFP-FP, CPLFW, "
            + "AgeDB-30 and CALFW.",
        networks: ["ir50"],
        settings: steps(
            losses: ["adaface-paper"], epochs: 26, batch: 512, at: [12, 20, 24], of: 26,
            accumulation: 2, decaysAll: false),
        departures: [
            "there a fifth of the images each is cropped, loses resolution or changes its colours, and "
                + "these settings only mirror them",
            "images are BGR there and RGB here",
        ])

    // MARK: MS-Celeb-1M

    private static let insightFace = [
        insightFace("r50", "iresnet50", epochs: 20, decay: "5e-4", power: 2),
        insightFace("r50", "iresnet50", epochs: 20, decay: "5e-4", power: 1),
        insightFace("mbf", "mobilefacenet", epochs: 40, decay: "1e-4", power: 2),
        insightFace("mbf", "mobilefacenet", epochs: 40, decay: "1e-4", power: 1),
    ]

    private static func insightFace(
        _ short: String, _ network: String, epochs: Int, decay: String, power: Int
    ) -> Recipe {
        let which =
            power == 2
            ? "as in its published logs: the learning rate decays quadratically"
            : "as in its code since April 2023: the learning rate decays linearly"
        var departures = [
            "there convolutions are computed in float16, and here in bfloat16 or float32",
            "there each of eight GPUs normalises its 128 images, and here eight micro-batches do",
            "there the gradient of the network alone is limited to a norm of 5, and here that of the "
                + "class weights with it",
        ]
        if short == "r50" {
            departures.append(
                "versions of this file of 2022 have a weight decay of 1e-4 instead of 5e-4")
        }
        return Recipe(
            name: "insightface-ms1mv2-\(short)" + (power == 1 ? "-power1" : ""),
            title: "insightface's arcface_torch on MS1MV2 with \(network), power \(power)",
            source: "github.com/deepinsight/insightface, recognition/arcface_torch: "
                + "configs/ms1mv2_\(short).py and lr_scheduler.py, \(which)",
            data:
                "Trained on MS1MV2 (85,742 people, 5,822,653 images), tested on LFW, CFP-FP and AgeDB-30 "
                + "every 2,000 steps; its tables show the highest of these, chosen on the test sets.",
            networks: [network],
            settings: """
                  losses: ["insightface"],
                  inputSize: 112,
                  training: {
                    epochs: \(epochs), batchSize: 1024, accumulation: 8, gradientClip: 5,
                    schedule: { shape: "polynomial", power: \(power), peak: 0.1, warmup: 0 },
                    optimizer: {
                      momentum: 0.9, weightDecay: \(decay), decaysBiasAndNormalization: true,
                    },
                  },
                """,
            departures: departures)
    }

    private static let faceXZoo = Recipe(
        name: "facexzoo-mobilefacenet",
        title: "FaceX-Zoo's comparison of training heads with MobileFaceNet",
        source:
            "github.com/JDAI-CV/FaceX-Zoo, training_mode/README.md and head_conf.yaml (Wang et al., "
            + "arXiv 2101.04407)",
        data:
            "Trained on MS-Celeb-1M-v1c-r (72,778 people, 3.28 million images, without people of the "
            + "test sets), tested on LFW, CPLFW, CALFW, AgeDB-30 and MegaFace, without mirror images.",
        networks: ["mobilefacenet"],
        settings: steps(
            losses: [
                "facexzoo-amsoftmax", "facexzoo-adacos", "facexzoo-arcface", "facexzoo-mvsoftmax",
                "facexzoo-curricular", "facexzoo-circle", "facexzoo-magface",
            ], epochs: 18, batch: 512, at: [10, 13, 16], of: 18, decay: "1e-4", decaysAll: true),
        departures: [
            "its heads AdaM-Softmax and NPCFace are not among the losses",
            "images are BGR and (x - 127.5) / 128 there, and RGB and (x - 127.5) / 127.5 here",
        ])

    // MARK: The paper of this comparison

    private static let paper = Recipe(
        name: "paper",
        title: "The comparison of five losses that this program repeats",
        source:
            "Srivastava et al., A Performance Comparison of Loss Functions for Deep Face Recognition "
            + "(arXiv 1901.05903)",
        data:
            "Trained on CASIA-WebFace and MS-Celeb-1M with ResNet50 and MobileNetV1, tested on LFW; its "
            + "tables show the highest accuracy of all epochs, chosen on LFW.",
        networks: ["resnet50", "mobilenetv1"],
        settings: """
              losses: ["softmax", "asoftmax", "amsoftmax", "arcface", "marginal"],
              inputSize: 112,
              training: {
                epochs: 20, batchSize: 512,
                schedule: { shape: "polynomial", power: 2, peak: 0.1 },
              },
            """,
        departures: [
            "the networks, the losses, the sets and the test are the paper's, and the schedule, the batch "
                + "size and the constants of the losses are those of --preset paper"
        ])

    // MARK: Parts

    /// Settings whose rate is divided by 10 at milestones, without a warm-up.
    private static func steps(
        losses: [String], epochs: Int, batch: Int, at milestones: [Int], of whole: Int,
        accumulation: Int = 1, decay: String = "5e-4", decaysAll: Bool
    ) -> String {
        let names = losses.map { "\"\($0)\"" }.joined(separator: ", ")
        let fractions = milestones.map { "\(Double($0) / Double(whole))" }
        return """
              losses: [\(names)],
              inputSize: 112,
              training: {
                epochs: \(epochs), batchSize: \(batch), accumulation: \(accumulation), gradientClip: 0,
                schedule: {
                  // \(milestones.map(String.init).joined(separator: ", ")) of \(whole)
                  shape: "step", milestones: [\(fractions.joined(separator: ", "))],
                  factor: 0.1, peak: 0.1, warmup: 0,
                },
                optimizer: {
                  momentum: 0.9, weightDecay: \(decay), decaysBiasAndNormalization: \(decaysAll),
                },
              },
            """
    }

    private static func steps(_ count: Int, of batch: Int, epochs: Int) -> String {
        "the length is \(count) steps of \(batch) images there, and \(epochs) passes over the training "
            + "set here, whose milestones are the same fractions"
    }
}
