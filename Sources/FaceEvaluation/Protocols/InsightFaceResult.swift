/// What ``InsightFaceProtocol`` measured.
public struct InsightFaceResult: Codable, Sendable, Hashable {
    /// Mean of the folds' accuracies; 0...1.
    public let accuracy: Double
    /// Population standard deviation (divisor: number of folds) of the folds' accuracies.
    public let standardDeviation: Double
    /// Mean of the folds' thresholds, a squared L2 distance.
    public let threshold: Double
    /// Mean true acceptance rate at the target FAR over the folds that define one; 0...1.
    ///
    /// Nil if none does: for a fold that takes positives in it and negatives in the others.
    public let tar: Double?
    /// Mean false acceptance rate that the chosen thresholds had on the folds; 0...1 or nil.
    public let far: Double?
    /// Accuracy of each fold.
    public let folds: [FoldAccuracy]
    /// Rates of each fold at the target FAR.
    public let operatingPoints: [FoldOperatingPoint]

    init(accuracies: [FoldAccuracy], operatingPoints: [FoldOperatingPoint]) {
        let values = accuracies.map(\.accuracy)
        let mean = Self.mean(of: values) ?? 0
        let variance = Self.mean(of: values.map { ($0 - mean) * ($0 - mean) }) ?? 0
        accuracy = mean
        standardDeviation = variance.squareRoot()
        threshold = Self.mean(of: accuracies.map(\.threshold)) ?? 0
        tar = Self.mean(of: operatingPoints.compactMap(\.tar))
        far = Self.mean(of: operatingPoints.compactMap(\.far))
        folds = accuracies
        self.operatingPoints = operatingPoints
    }

    private static func mean(of values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
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
    /// Threshold, a squared L2 distance; nil if the other folds hold no pair of different people.
    public var threshold: Double?
    /// True acceptance rate on the fold; nil without threshold or without positives.
    public var tar: Double?
    /// False acceptance rate on the fold; nil without threshold or without negatives.
    public var far: Double?
}
