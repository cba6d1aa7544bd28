/// `result.json`: how a run ended. Its presence means that the run is finished.
public struct RunResult: Codable, Sendable, Hashable {
    /// How a run can end.
    public enum Status: String, Codable, Sendable {
        /// All epochs were trained and the last one evaluated on all pairs.
        case finished
        /// The run stopped with an error; `message` says which.
        case failed
    }

    /// How the run ended.
    public var status: Status
    /// Why it failed, in one sentence; empty when it did not.
    public var message: String
    /// Epochs completed.
    public var epochs: Int
    /// Training accuracy of the last epoch, without the margin; 0...1.
    public var trainAccuracy: Double
    /// One entry per test set, the primary one first: the last epoch's model on all pairs.
    public var tests: [TestResult]
    /// Images per second over all training steps. A time column: not reproducible.
    public var imagesPerSecond: Double
    /// Seconds of the whole run. A time column: not reproducible.
    public var seconds: Double
    /// Of a failed run: the token of the worker in which it failed (``StudyWorker/token``), so that workers
    /// of the same study do not retry it. Nil in runs of earlier versions.
    public var worker: String?

    /// Memberwise initialiser.
    public init(
        status: Status, message: String = "", epochs: Int, trainAccuracy: Double,
        tests: [TestResult], imagesPerSecond: Double, seconds: Double
    ) {
        self.status = status
        self.message = message
        self.epochs = epochs
        self.trainAccuracy = trainAccuracy
        self.tests = tests
        self.imagesPerSecond = imagesPerSecond
        self.seconds = seconds
    }
}

/// The last epoch's model on all pairs of one test set.
public struct TestResult: Codable, Sendable, Hashable {
    /// Name of the test set.
    public var name: String
    /// Number of evaluated pairs.
    public var pairs: Int
    /// Mean accuracy over the folds; 0...1.
    public var accuracy: Double
    /// Population standard deviation of the folds' accuracies.
    public var standardDeviation: Double
    /// Mean over the folds of the threshold chosen on the other folds, in squared L2; 0...4.
    public var threshold: Double
    /// True acceptance rate at a false acceptance rate of 1e-3; 0...1. Nil where the pairs are all of
    /// one kind.
    public var tarAtFar1e3: Double?
    /// Area under the ROC curve; 0...1. Nil where the pairs are all of one kind.
    public var auc: Double?
    /// Equal error rate; 0...1. Nil where the pairs are all of one kind.
    public var eer: Double?
    /// Mean L2 norm of the embeddings before normalisation. Nil where it is not known.
    public var meanNorm: Double?
    /// First epoch with the highest accuracy of the epochs' evaluations, from 1.
    public var bestEpoch: Int
    /// That highest accuracy. Chosen on the test set: optimistic.
    public var bestAccuracy: Double
    /// First epoch within 95 % of the way from the first epoch's accuracy to the highest.
    public var epochWithin95Percent: Int

    /// Memberwise initialiser.
    public init(
        name: String, pairs: Int, accuracy: Double, standardDeviation: Double, threshold: Double,
        tarAtFar1e3: Double?, auc: Double?, eer: Double?, meanNorm: Double?, bestEpoch: Int,
        bestAccuracy: Double, epochWithin95Percent: Int
    ) {
        self.name = name
        self.pairs = pairs
        self.accuracy = accuracy
        self.standardDeviation = standardDeviation
        self.threshold = threshold
        self.tarAtFar1e3 = tarAtFar1e3
        self.auc = auc
        self.eer = eer
        self.meanNorm = meanNorm
        self.bestEpoch = bestEpoch
        self.bestAccuracy = bestAccuracy
        self.epochWithin95Percent = epochWithin95Percent
    }

    /// The result without the zeros that earlier versions wrote where there is no ROC curve. No curve
    /// has both an area and an equal error rate of 0.
    var withoutMissingCurve: TestResult {
        guard auc == 0, eer == 0 else { return self }
        var result = self
        (result.auc, result.eer, result.tarAtFar1e3) = (nil, nil, nil)
        return result
    }
}
