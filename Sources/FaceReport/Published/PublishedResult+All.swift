extension PublishedResult {
    /// All published results, read from the papers and the projects' own README files and logs.
    static let all: [PublishedResult] =
        arcFace + insightFace + keras + sphereFace + itchyHiker + adaFace + faceXZoo + [marginal]

    private static let folds = "10 folds, mirrored"

    // MARK: ArcFace

    /// Deng et al., ArcFace, CVPR 2019 and TPAMI: CASIA-WebFace, IResNet-50.
    private static let arcFace = [
        arcFace("softmax", "99.08", "94.39", "92.33"),
        arcFace("norm-softmax, s 64", "98.56", "89.79", "88.72"),
        arcFace("norm-softmax, s 20", "99.20", "94.61", "92.65"),
        arcFace("SphereFace, m 1.35", "99.11", "94.38", "91.70"),
        arcFace("CosFace, m 0.35", "99.51", "95.44", "94.56"),
        arcFace("ArcFace, m 0.40", "99.53", "95.41", "94.98"),
        arcFace("ArcFace, m 0.45", "99.46", "95.47", "94.93"),
        arcFace("ArcFace, m 0.50", "99.53", "95.56", "95.15"),
        arcFace("ArcFace, m 0.55", "99.41", "95.32", "95.05"),
        arcFace("combined (1, 0.3, 0.2)", "99.48", "95.12", "94.38"),
        arcFace("combined (0.9, 0.4, 0.15)", "99.50", "95.24", "94.86"),
        arcFace("triplet, m 0.35", "98.98", "91.90", "89.98"),
    ]

    private static func arcFace(
        _ loss: String, _ lfw: String, _ cfpFP: String, _ ageDB: String
    ) -> PublishedResult {
        PublishedResult(
            source: "ArcFace, CVPR 2019", network: "IResNet-50", trained: "CASIA-WebFace",
            loss: loss, lfw: lfw, cfpFP: cfpFP, ageDB: ageDB, testing: folds, epoch: .unstated,
            recipe: "arcface-casia-r50")
    }

    // MARK: insightface

    /// The last and the highest accuracies in the logs of arcface_torch, and its model zoo.
    private static let insightFace = [
        PublishedResult(
            source: "insightface, model zoo", network: "IResNet-50", trained: "CASIA-WebFace",
            loss: "ArcFace", lfw: "99.45", cfpFP: "95.21", ageDB: "94.90", testing: folds,
            epoch: .unstated),
        insightFace("IResNet-50", "r50", "99.78", nil, nil, .last),
        insightFace("IResNet-50", "r50", "99.82", "98.10", "98.25", .bestOnTest),
        insightFace("MobileFaceNet", "mbf", "99.72", nil, nil, .last),
        insightFace("MobileFaceNet", "mbf", "99.75", "95.94", "97.18", .bestOnTest),
    ]

    private static func insightFace(
        _ network: String, _ short: String, _ lfw: String, _ cfpFP: String?, _ ageDB: String?,
        _ epoch: Epoch
    ) -> PublishedResult {
        PublishedResult(
            source: "insightface, logs of arcface_torch", network: network, trained: "MS1MV2",
            loss: "ArcFace", lfw: lfw, cfpFP: cfpFP, ageDB: ageDB, testing: folds, epoch: epoch,
            recipe: "insightface-ms1mv2-\(short)")
    }

    // MARK: Others

    private static let keras = [
        keras("ResNet34", "CASIA-WebFace", "ArcFace", "99.47", "94.91", "94.95"),
        keras("MobileNetV1", "CASIA-WebFace", "ArcFace", "98.38", "87.30", "86.97"),
        keras(
            "MobileNetV1, 256", "MS-Celeb-1M", "several in turn, then ArcFace", "99.60", "95.17",
            "95.93"),
    ]

    /// One threshold for all pairs, chosen on them.
    private static func keras(
        _ network: String, _ trained: String, _ loss: String, _ lfw: String, _ cfpFP: String,
        _ ageDB: String
    ) -> PublishedResult {
        PublishedResult(
            source: "leondgarse/Keras_insightface", network: network, trained: trained, loss: loss,
            lfw: lfw, cfpFP: cfpFP, ageDB: ageDB, testing: "one threshold, chosen on the pairs",
            epoch: .bestOnTest)
    }

    private static let sphereFace = [
        PublishedResult(
            source: "wy1iu/sphereface, five repeats", network: "SphereFace-20",
            trained: "CASIA-WebFace", loss: "A-Softmax", lfw: "99.13 to 99.30",
            testing: "10 folds, mirrored, mean subtracted", epoch: .last, recipe: "sphereface-20")
    ]

    private static let itchyHiker = [
        ("softmax", "96.55"), ("A-Softmax", "98.50"), ("AM-Softmax", "98.88"), ("ArcFace", "98.72"),
    ].map { loss, lfw in
        PublishedResult(
            source: "ItchyHiker/Face_Recognition_Projects", network: "SE-ResNet18",
            trained: "CASIA-WebFace", loss: loss, lfw: lfw, testing: "not stated", epoch: .unstated)
    }

    private static let adaFace = [
        PublishedResult(
            source: "mk-minchul/AdaFace", network: "IR-50", trained: "CASIA-WebFace",
            loss: "AdaFace", lfw: "99.42", cfpFP: "96.41", ageDB: "94.38",
            testing: "10 folds, mirrored, weighted by norm", epoch: .unstated,
            recipe: "adaface-casia-r50")
    ]

    private static let faceXZoo = [
        ("AM-Softmax", "99.58", "95.85"), ("AdaM-Softmax", "99.58", "96.02"),
        ("AdaCos", "99.65", "95.38"), ("ArcFace", "99.57", "96.23"),
        ("MV-Softmax", "99.57", "95.97"), ("CurricularFace", "99.60", "95.82"),
        ("Circle loss", "99.57", "95.73"), ("NPCFace", "99.55", "95.87"),
        ("MagFace", "99.53", "95.82"),
    ].map { loss, lfw, ageDB in
        PublishedResult(
            source: "JDAI-CV/FaceX-Zoo", network: "MobileFaceNet", trained: "MS-Celeb-1M-v1c-r",
            loss: loss, lfw: lfw, ageDB: ageDB,
            testing: "10 folds, not mirrored, highest TPR - FPR", epoch: .unstated,
            recipe: "facexzoo-mobilefacenet")
    }

    private static let marginal = PublishedResult(
        source: "Marginal Loss, CVPR Workshops 2017", network: "a residual network",
        trained: "MS-Celeb-1M, 3.8 million images", loss: "Marginal Loss", lfw: "99.48",
        testing: "10 folds", epoch: .unstated)
}
