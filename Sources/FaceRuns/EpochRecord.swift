/// One line of `metrics.jsonl`: an epoch.
public struct EpochRecord: Codable, Sendable, Hashable {
    /// Number of the epoch, from 1.
    public var epoch: Int
    /// Steps taken since the start of the run.
    public var step: Int
    /// Images seen since the start of the run.
    public var images: Int
    /// Learning rate of the epoch's last step.
    public var learningRate: Double
    /// Mean training loss of the epoch.
    public var loss: Double
    /// Fraction of training images whose target class has the largest logit, without the margin;
    /// 0...1.
    public var trainAccuracy: Double
    /// The same with the margin applied to the target class's logit; 0...1.
    public var trainAccuracyWithMargin: Double
    /// Further quantities of the loss at the end of the epoch, e.g. `lambda`, `margin`, `scale`.
    public var lossState: [String: Double]
    /// Known failures that were recognised in the epoch, a sentence each; nil if there are none.
    public var diagnostics: [String]?
    /// Verification accuracy on each test set.
    public var tests: [EpochTest]
    /// Verification accuracy on pairs of held-out training identities, where there are some.
    public var validation: EpochTest?
    /// Verification accuracy of the moving average of the weights, where one is kept.
    public var averaged: [EpochTest]?
    /// Images per second of the training steps. A time column: not reproducible.
    public var imagesPerSecond: Double
    /// Seconds spent in training steps. A time column: not reproducible.
    public var trainSeconds: Double
    /// Seconds spent in evaluation. A time column: not reproducible.
    public var evaluationSeconds: Double

    /// Keys of the file; some keep former names of the properties.
    private enum CodingKeys: String, CodingKey {
        case epoch, step, images, learningRate, loss, trainAccuracy, trainAccuracyWithMargin
        case lossState, tests, validation, averaged, imagesPerSecond, trainSeconds,
            evaluationSeconds
        case diagnostics = "findings"
    }

    /// Memberwise initialiser.
    public init(
        epoch: Int, step: Int, images: Int, learningRate: Double, loss: Double,
        trainAccuracy: Double, trainAccuracyWithMargin: Double, lossState: [String: Double],
        diagnostics: [String]? = nil, tests: [EpochTest], imagesPerSecond: Double,
        trainSeconds: Double,
        evaluationSeconds: Double
    ) {
        self.epoch = epoch
        self.step = step
        self.images = images
        self.learningRate = learningRate
        self.loss = loss
        self.trainAccuracy = trainAccuracy
        self.trainAccuracyWithMargin = trainAccuracyWithMargin
        self.lossState = lossState
        self.diagnostics = diagnostics
        self.tests = tests
        self.imagesPerSecond = imagesPerSecond
        self.trainSeconds = trainSeconds
        self.evaluationSeconds = evaluationSeconds
    }
}

/// Verification accuracy on one test set after an epoch.
public struct EpochTest: Codable, Sendable, Hashable {
    /// Name of the test set.
    public var name: String
    /// Mean accuracy over the folds; 0...1.
    public var accuracy: Double
    /// Population standard deviation of the folds' accuracies.
    public var standardDeviation: Double
    /// Pairs evaluated: a subset, except for the last epoch.
    public var pairs: Int

    /// Memberwise initialiser.
    public init(name: String, accuracy: Double, standardDeviation: Double, pairs: Int) {
        self.name = name
        self.accuracy = accuracy
        self.standardDeviation = standardDeviation
        self.pairs = pairs
    }
}
