import FaceTraining
import Torch

/// Configurations to start from.
public enum StudyPreset: String, Sendable, CaseIterable {
    /// The paper's networks, and a schedule for its data and a GPU; sets must be given.
    case paper
    /// The whole comparison on built-in faces, in minutes on two cores.
    case quick
    /// Five losses tuned with the same budget on built-in faces, within half an hour on two cores.
    case tuned

    /// The preset's configuration.
    public var configuration: StudyConfiguration {
        switch self {
        case .paper: Self.paperConfiguration
        case .quick: Self.quickConfiguration
        case .tuned: Self.tunedConfiguration
        }
    }

    /// The quick comparison with the smaller network on the clean set: 40 tries of half a run and, at
    /// most, 30 runs.
    private static var tunedConfiguration: StudyConfiguration {
        var configuration = quickConfiguration
        configuration.train = configuration.train.filter { $0.name == "clean" }
        configuration.backbones = ["mobilenetv1:width=0.25"]
        configuration.seeds = [1, 2, 3]
        configuration.validation = .init(identities: 0.2, pairs: 3000)
        configuration.tuning = .init(tries: 8, epochs: 3)
        return configuration
    }

    private static var paperConfiguration: StudyConfiguration {
        StudyConfiguration(
            backbones: ["resnet50", "mobilenetv1"],
            training: TrainingConfiguration(
                epochs: 20, batchSize: 512,
                schedule: LearningRateSchedule(shape: .polynomial, peak: 0.1, power: 2)))
    }

    private static var quickConfiguration: StudyConfiguration {
        StudyConfiguration(
            train: [
                .init(name: "clean", images: "synthetic:clean"),
                .init(name: "wild", images: "synthetic:wild"),
            ],
            test: [
                .init(name: "faces", images: "synthetic:pairs"),
                .init(name: "templates", images: "synthetic:templates"),
            ],
            backbones: ["resnet50:width=0.25", "mobilenetv1:width=0.25"],
            // With the default of 0.1, such a short run spends half of its steps recovering from the start.
            training: TrainingConfiguration(
                epochs: 6, batchSize: 32, schedule: LearningRateSchedule(peak: 0.03)),
            evaluation: .init(pairsEachEpoch: 1200))
    }
}
