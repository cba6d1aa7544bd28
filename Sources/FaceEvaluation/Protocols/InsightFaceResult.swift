import FaceStatistics

/// The measurements of ``InsightFaceProtocol``.
public struct InsightFaceResult: Codable, Sendable, Hashable {
    /// Mean of the folds' accuracies; 0...1.
    public let accuracy: Double
    /// Population standard deviation (divisor: number of folds) of the folds' accuracies.
    public let standardDeviation: Double
    /// Mean of the folds' thresholds, a squared L2 distance.
    public let threshold: Double
    /// Mean true acceptance rate at the target FAR over the folds that define one; 0...1.
    ///
    /// Nil if none does: that takes positives in the fold and negatives in the others.
    public let tar: Double?
    /// Mean false acceptance rate that the chosen thresholds had on the folds; 0...1 or nil.
    public let far: Double?
    /// Accuracy of each fold.
    public let folds: [FoldAccuracy]
    /// Rates of each fold at the target FAR.
    public let operatingPoints: [FoldOperatingPoint]

    init(accuracy: InsightFaceAccuracy, rates: InsightFaceRates) {
        self.accuracy = accuracy.mean
        standardDeviation = accuracy.standardDeviation
        threshold = accuracy.threshold
        tar = rates.tar
        far = rates.far
        folds = accuracy.folds
        operatingPoints = rates.folds
    }
}

/// The accuracy of ``InsightFaceProtocol``, each fold evaluated at the threshold of all others.
public struct InsightFaceAccuracy: Sendable, Hashable {
    /// Mean of the folds' accuracies; 0...1.
    public let mean: Double
    /// Population standard deviation (divisor: number of folds) of the folds' accuracies.
    public let standardDeviation: Double
    /// Mean of the folds' thresholds, a squared L2 distance.
    public let threshold: Double
    /// Accuracy of each fold.
    public let folds: [FoldAccuracy]

    init(_ folds: [FoldAccuracy]) {
        let accuracies = Summary(folds.map(\.accuracy))
        mean = accuracies?.mean ?? 0
        standardDeviation = accuracies?.populationStandardDeviation ?? 0
        threshold = Summary(folds.map(\.threshold))?.mean ?? 0
        self.folds = folds
    }
}

/// The acceptance rates of ``InsightFaceProtocol``, each fold evaluated at the threshold at which all
/// others have the false acceptance rate requested.
public struct InsightFaceRates: Sendable, Hashable {
    /// Mean true acceptance rate over the folds that define one; 0...1. Nil if none does: that
    /// takes positives in the fold and negatives in the others.
    public let tar: Double?
    /// Mean false acceptance rate that the thresholds had on the folds; 0...1 or nil.
    public let far: Double?
    /// Rates of each fold.
    public let folds: [FoldOperatingPoint]

    init(_ folds: [FoldOperatingPoint]) {
        tar = Summary(folds.compactMap(\.tar))?.mean
        far = Summary(folds.compactMap(\.far))?.mean
        self.folds = folds
    }
}

/// One fold's accuracy at the threshold the other folds chose.
public struct FoldAccuracy: Codable, Sendable, Hashable {
    /// Pairs of the fold.
    public let pairs: Int
    /// Threshold chosen on the other folds, a squared L2 distance.
    public let threshold: Double
    /// Fraction of correct decisions on the fold; 0...1.
    public let accuracy: Double
}

/// One fold's acceptance rates at the threshold where the other folds' FAR meets the target.
public struct FoldOperatingPoint: Codable, Sendable, Hashable {
    /// Threshold, a squared L2 distance; nil if the other folds have no pair of different people.
    public var threshold: Double?
    /// True acceptance rate on the fold; nil without threshold or without positives.
    public var tar: Double?
    /// False acceptance rate on the fold; nil without threshold or without negatives.
    public var far: Double?
}
