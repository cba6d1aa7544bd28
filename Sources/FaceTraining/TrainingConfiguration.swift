public import FaceConfiguration
import FaceData
public import FaceLosses
public import Processes
import Spelling
public import Torch

/// How a network is trained, except for the training set and the loss.
public struct TrainingConfiguration: Codable, Sendable, Hashable {
    /// Passes over the training set; at least 1.
    public var epochs: Int
    /// Images per step; at least 2.
    public var batchSize: Int
    /// Number of parts in which a batch is computed one after another, to save memory; divides `batchSize`.
    ///
    /// The parts' gradients are averaged. Batch normalisation and pairwise losses see only a part, and
    /// buffers of a loss (centres, norms, a scale that follows the batch) are updated once per part.
    public var accumulation: Int
    /// Number of micro-batches into which a batch is divided for the network, and which several processes
    /// can share; divides `batchSize`.
    ///
    /// Batch normalisation sees only a micro-batch; the loss sees the whole batch. With 1 nothing is divided.
    public var microBatches: Int
    /// Order in which several processes add the gradients of their micro-batches.
    public var reduction: Reduction
    /// The optimiser.
    public var algorithm: Algorithm
    /// Learning rate schedule.
    public var schedule: LearningRateSchedule
    /// Momentum and weight decay of SGD.
    public var optimizer: SGD.Options
    /// Options of AdamW; unused with SGD.
    public var adamw: AdamW.Options
    /// Decay of the moving average of the weights; 0 for none.
    public var average: Double
    /// Random image augmentations, as `Augmentation` reads them; empty for none.
    public var augmentation: [String]
    /// Largest L2 norm of all gradients together; 0 for no limit.
    public var gradientClip: Double
    /// Whether an image is mirrored with probability 1/2.
    public var flip: Bool
    /// How the classification head of angular-margin losses is computed.
    public var head: HeadOptions
    /// Patterns of frozen tensors, as ``NamePattern``.
    public var freeze: [String]
    /// Whether batch normalisations that match a pattern of ``freeze`` use and keep their running
    /// statistics.
    public var freezeStatistics: Bool
    /// Parts with their own learning rate, as ``PartRate``.
    public var partRates: [String]

    /// Strength of the weight decay of the optimiser in use; at least 0.
    public var weightDecay: Double {
        get {
            switch algorithm {
            case .adamw: adamw.weightDecay
            case .sgd: optimizer.weightDecay
            }
        }
        set {
            switch algorithm {
            case .adamw: adamw.weightDecay = newValue
            case .sgd: optimizer.weightDecay = newValue
            }
        }
    }

    /// Creates the configuration of one training run.
    public init(
        epochs: Int = 12, batchSize: Int = 128, accumulation: Int = 1,
        schedule: LearningRateSchedule = LearningRateSchedule(),
        optimizer: SGD.Options = SGD.Options(), gradientClip: Double = 5, flip: Bool = true,
        head: HeadOptions = HeadOptions(), freeze: [String] = [], freezeStatistics: Bool = true,
        partRates: [String] = [], algorithm: Algorithm = .sgd,
        adamw: AdamW.Options = AdamW.Options(), average: Double = 0, augmentation: [String] = [],
        microBatches: Int = 1, reduction: Reduction = .exact
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.accumulation = accumulation
        self.microBatches = microBatches
        self.reduction = reduction
        self.schedule = schedule
        self.optimizer = optimizer
        self.gradientClip = gradientClip
        self.flip = flip
        self.head = head
        self.freeze = freeze
        self.freezeStatistics = freezeStatistics
        self.partRates = partRates
        self.algorithm = algorithm
        self.adamw = adamw
        self.average = average
        self.augmentation = augmentation
    }

    /// The keys of a training.
    public static let keys = ConfigurationKeys(
        TrainingConfiguration(),
        [
            .whole(
                "epochs", \.epochs, in: 1...100_000, flag: .init("--epochs", "N"),
                "passes over the training set"),
            .whole(
                "batchSize", \.batchSize, in: 2...1_000_000, flag: .init("--batch-size", "N"),
                "images per step"),
            .whole(
                "accumulation", \.accumulation, in: 1...500_000,
                "micro-batches of a step, of 2 images or more; divides `batchSize`"
            ),
            .whole(
                "microBatches", \.microBatches, in: 1...500_000,
                flag: .init("--micro-batches", "N"),
                "micro-batches per batch, of 2 images or more, which processes can share; divides `batchSize`"
            ),
            .word(
                "reduction", \.reduction, flag: .init("--reduction", "NAME"),
                "how processes add up gradients: to the same bits for any number of them, or in c10d's order"
            ),
            .number(
                "gradientClip", \.gradientClip, in: .atLeast(0),
                "maximum global gradient norm; 0 for no limit"),
            .texts(
                "augmentation", \.augmentation, "an augmentation",
                flag: .init("--augmentation", "LIST", .list), suggestions: Augmentation.names,
                "random changes to images, as `adaface`, `insightface`, `randaugment` or `jpeg:p=0.2`"
            ) { text in
                do throws(FaceDataError) {
                    _ = try Augmentation(parsing: [text])
                    return nil
                } catch { return error.description }
            },
            .flag("flip", \.flip, "whether images are randomly flipped"),
            .texts(
                "freeze", \.freeze, "a pattern", flag: .init("--freeze", "LIST", .list),
                "tensors that are not trained, as `layer1.*`; `*` for the whole backbone, `loss.*` for the loss"
            ) { $0.isEmpty ? "a pattern must not be empty" : nil },
            .flag(
                "freezeStatistics", \.freezeStatistics,
                "whether frozen batch normalisations keep, and normalise by, their running statistics"
            ),
            .texts(
                "partRates", \.partRates, "a pattern, a colon and a factor",
                flag: .init("--part-rates", "LIST", .list),
                "factors of the learning rate by part, as `layer4.*:0.1`; the last that matches counts"
            ) { PartRate.fault($0) },
            .section("schedule", \.schedule, LearningRateSchedule.keys),
            .word(
                "algorithm", \.algorithm, flag: .init("--optimizer", "NAME"),
                "optimiser; `optimizer` holds the settings of `sgd`"),
            .section("optimizer", \.optimizer, SGD.Options.keys),
            .section("adamw", \.adamw, AdamW.Options.keys),
            .number(
                "average", \.average, in: .range(0..<1), flag: .init("--ema", "X"),
                "decay of a moving average of the weights, as 0.999; 0 for none"),
            .section("head", \.head, HeadOptions.keys),
        ])

    /// Epochs that the schedule refers to.
    public var scheduledEpochs: Int { schedule.epochs > 0 ? schedule.epochs : epochs }

    /// Checks every value and their combinations.
    ///
    /// - Throws: ``FaceTrainingError/configuration(key:reason:)`` for the first invalid one.
    public func validate() throws(FaceTrainingError) {
        if let fault = Self.keys.fault(in: self) {
            throw .configuration(key: fault.path, reason: fault.reason)
        }
        guard batchSize % accumulation == 0, batchSize / accumulation >= 2 else {
            throw .configuration(
                key: "accumulation",
                reason:
                    "it must be a divisor of the batch size \(batchSize) that leaves micro-batches "
                    + "of 2 images or more, but it is \(accumulation)")
        }
        guard batchSize % microBatches == 0, batchSize / microBatches >= 2 else {
            throw .configuration(
                key: "microBatches",
                reason:
                    "it must be a divisor of the batch size \(batchSize) that leaves micro-batches "
                    + "of 2 images or more, but it is \(microBatches)")
        }
        guard microBatches == 1 || accumulation == 1 else {
            throw .configuration(
                key: "microBatches",
                reason: "it must be 1 where gradients accumulate (accumulation \(accumulation))")
        }
        guard reduction == .exact || microBatches > 1 else {
            throw .configuration(
                key: "reduction",
                reason: "it must be exact where the batch is not divided (microBatches 1)")
        }
        if let twice = augmentation.enumerated().first(where: {
            augmentation.prefix($0.offset).contains($0.element)
        }) {
            throw .configuration(
                key: "augmentation",
                reason: "\(quoted: twice.element) is given twice; give each change once")
        }
        guard algorithm == .sgd || head.rate == 1 else {
            throw .configuration(
                key: "algorithm",
                reason: "it must be sgd where a step has a fraction of the classes (head.rate)")
        }
        guard !optimizer.nesterov || optimizer.momentum > 0 else {
            throw .configuration(
                key: "optimizer.nesterov", reason: "it must be false where there is no momentum")
        }
        guard schedule.epochs == 0 || schedule.epochs >= epochs || schedule.isOpen else {
            throw .configuration(
                key: "schedule.epochs",
                reason:
                    "it must be at least the \(epochs) epochs of the run, as the learning rate of "
                    + "\(quoted: schedule.shape.rawValue) ends there, but it is \(schedule.epochs)")
        }
        guard schedule.milestones == schedule.milestones.sorted() else {
            throw .configuration(
                key: "schedule.milestones",
                reason: "they must ascend, but they are \(schedule.milestones)")
        }
    }
}

extension TrainingConfiguration {
    /// An optimiser. Lion and LAMB are not in LibTorch.
    public enum Algorithm: String, Codable, Sendable, CaseIterable {
        /// Adam with decoupled weight decay.
        case adamw
        /// Gradient descent with momentum.
        case sgd
    }

    /// Creates the optimiser of some parameters.
    ///
    /// - Parameter factors: Factor on the learning rate of each parameter; nil for 1.
    public func makeOptimizer(
        _ parameters: [StateEntry], factors: [Double]? = nil
    ) -> any Optimizer {
        switch algorithm {
        case .adamw: AdamW(parameters, options: adamw, factors: factors)
        case .sgd: SGD(parameters, options: optimizer, factors: factors)
        }
    }
}

extension AdamW.Options {
    /// The keys of AdamW.
    public static let keys = ConfigurationKeys(
        AdamW.Options(),
        [
            .number("beta1", \.beta1, in: .range(0..<1), "fraction of the mean gradient kept"),
            .number("beta2", \.beta2, in: .range(0..<1), "fraction of the mean square kept"),
            .number(
                "epsilon", \.epsilon, in: .above(0, upTo: 1), "added to the root of the mean square"
            ),
            .number(
                "weightDecay", \.weightDecay, in: .range(0...1e30),
                "strength of the decoupled weight decay"),
            .flag(
                "decaysBiasAndNormalization", \.decaysBiasAndNormalization,
                "whether biases and normalisation layers decay as well"),
        ])
}

extension SGD.Options {
    /// The keys of the optimiser.
    public static let keys = ConfigurationKeys(
        SGD.Options(),
        [
            .number(
                "momentum", \.momentum, in: .range(0..<1),
                "fraction of the momentum buffer kept from step to step"),
            .number(
                "weightDecay", \.weightDecay, in: .range(0...1e30),
                "strength of the weight decay (L2)"),
            .flag(
                "decaysBiasAndNormalization", \.decaysBiasAndNormalization,
                "whether biases and normalisation layers decay as well"),
            .flag("nesterov", \.nesterov, "whether a step uses Nesterov's momentum"),
        ])
}
