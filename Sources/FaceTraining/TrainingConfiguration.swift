public import FaceLosses
public import Torch

/// How a network is trained, apart from what it is trained on and with which loss.
public struct TrainingConfiguration: Codable, Sendable, Hashable {
    /// Passes over the training set; at least 1.
    public var epochs: Int
    /// Images of a step; at least 2.
    public var batchSize: Int
    /// Parts a batch is computed in, one after another, to save memory; divides `batchSize`.
    ///
    /// The parts' gradients are averaged. Batch normalisation and pairwise losses see a part only, and
    /// what a loss remembers (centres, norms, a scale that follows the batch) moves once a part.
    public var accumulation: Int
    /// Course of the learning rate.
    public var schedule: LearningRateSchedule
    /// Momentum and weight decay.
    public var optimizer: SGD.Options
    /// Largest L2 norm of all gradients together; 0 for no limit.
    public var gradientClip: Double
    /// Whether an image is mirrored with probability 1/2.
    public var flip: Bool
    /// How angular-margin losses compute with their classes.
    public var head: HeadOptions

    /// Creates a configuration.
    public init(
        epochs: Int = 12, batchSize: Int = 128, accumulation: Int = 1,
        schedule: LearningRateSchedule = LearningRateSchedule(),
        optimizer: SGD.Options = SGD.Options(), gradientClip: Double = 5, flip: Bool = true,
        head: HeadOptions = HeadOptions()
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.accumulation = accumulation
        self.schedule = schedule
        self.optimizer = optimizer
        self.gradientClip = gradientClip
        self.flip = flip
        self.head = head
    }

    /// Checks every value.
    ///
    /// - Throws: ``FaceTrainingError/configuration(key:value:expected:)`` for the first bad one.
    public func validate() throws(FaceTrainingError) {
        try require((1...100_000).contains(epochs), "epochs", epochs, "from 1 to 100000")
        try require(
            (2...1_000_000).contains(batchSize), "batchSize", batchSize, "from 2 to 1000000")
        try require(
            accumulation >= 1 && batchSize % accumulation == 0 && batchSize / accumulation >= 2,
            "accumulation", accumulation,
            "a divisor of the batch size \(batchSize) that leaves parts of 2 images or more")
        try require(
            (0..<1).contains(optimizer.momentum), "optimizer.momentum", optimizer.momentum,
            "from 0 to below 1")
        try require(
            optimizer.weightDecay >= 0 && optimizer.weightDecay.isFinite,
            "optimizer.weightDecay", optimizer.weightDecay, "at least 0")
        try require(
            !optimizer.nesterov || optimizer.momentum > 0, "optimizer.nesterov",
            optimizer.nesterov, "off when there is no momentum")
        try require(
            gradientClip >= 0 && gradientClip.isFinite, "gradientClip", gradientClip,
            "at least 0")
        try require(head.rate > 0 && head.rate <= 1, "head.rate", head.rate, "above 0 and up to 1")
        try require(
            head.precision == .float32 || head.precision == .bfloat16, "head.precision",
            head.precision.rawValue, "float32 or bfloat16")
        try schedule.validate()
    }
}
