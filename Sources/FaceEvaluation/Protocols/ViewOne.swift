/// LFW's View 1: a threshold chosen on one list of pairs (`pairsDevTrain.txt`, 2,200) and evaluated
/// on another (`pairsDevTest.txt`, 1,000).
///
/// View 1 is for choosing models, so that View 2, the ten folds, stays unseen. LFW does not specify the
/// score; this uses that of ``InsightFaceProtocol`` and its threshold grid.
public struct ViewOneResult: Codable, Sendable, Hashable {
    /// Pairs the threshold was chosen on.
    public let trainPairs: Int
    /// Pairs it was evaluated on.
    public let testPairs: Int
    /// The threshold, a squared L2 distance.
    public let threshold: Double
    /// Fraction of correct decisions on the pairs it was chosen on; 0...1, optimistic.
    public let trainAccuracy: Double
    /// Fraction of correct decisions on the pairs it was evaluated on; 0...1.
    public let accuracy: Double
    /// Binomial standard error of ``accuracy``: `sqrt(p (1 - p) / n)`.
    public let standardError: Double

    /// Chooses a threshold on some pairs and evaluates it on others.
    ///
    /// - Throws: ``FaceEvaluationError/noPairs`` if either list is empty, or
    ///   ``FaceEvaluationError/notADistance(pair:value:)``.
    public init(train: [ScoredPair], test: [ScoredPair]) throws {
        try train.requireDistances()
        try test.requireDistances()
        let grid = ThresholdGrid.hundredths
        let chosen = grid[ThresholdCounts(of: train, grid: grid).bestIndex]
        func accuracy(_ pairs: [ScoredPair]) -> Double {
            let right = pairs.count { (Double($0.distance) < chosen) == $0.same }
            return Double(right) / Double(pairs.count)
        }
        threshold = chosen
        trainPairs = train.count
        testPairs = test.count
        trainAccuracy = accuracy(train)
        let rate = accuracy(test)
        self.accuracy = rate
        standardError = (rate * (1 - rate) / Double(test.count)).squareRoot()
    }
}
