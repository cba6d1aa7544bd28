/// The verification protocol of insightface's `verification.py`, used for most published LFW results.
///
/// A pair is *the same person* if and only if its squared L2 distance is strictly below a
/// threshold. For each fold the threshold is chosen on all other folds and evaluated on the fold;
/// a single fold is chosen and evaluated on itself.
///
/// - **Accuracy**: thresholds 0, 0.01, ... 3.99; the first one with the most correct decisions.
/// - **TAR at FAR**: the false acceptance rate over thresholds 0, 0.001, ... 3.999 is inverted
///   at the target by linear interpolation. Several thresholds may share a rate (SciPy's
///   `interp1d`, which insightface calls, refuses such input or picks any): the interpolation
///   starts from the *largest* threshold whose rate is at most the target.
public struct InsightFaceProtocol: Codable, Sendable, Hashable {
    /// How pairs are split.
    public var folds = FoldAssignment.contiguous(10)
    /// Thresholds tried for accuracy.
    public var accuracyGrid = ThresholdGrid.hundredths
    /// Thresholds tried for TAR at FAR.
    public var tarGrid = ThresholdGrid.thousandths
    /// False acceptance rate at which the true acceptance rate is measured; 0...1.
    public var targetFAR = 1e-3

    /// insightface's protocol, or the same with another split of the pairs.
    public init(folds: FoldAssignment = .contiguous(10)) {
        self.folds = folds
    }

    /// Evaluates scored pairs: ``accuracy(of:)`` and ``rates(of:)`` together.
    ///
    /// - Throws: As those two do.
    public func evaluate(_ pairs: [ScoredPair]) throws -> InsightFaceResult {
        InsightFaceResult(accuracy: try accuracy(of: pairs), rates: try rates(of: pairs))
    }

    /// The accuracy of scored pairs over the folds.
    ///
    /// - Throws: A ``FaceEvaluationError`` if there are no pairs, fewer pairs than folds, or a
    ///   distance that is invalid.
    public func accuracy(of pairs: [ScoredPair]) throws -> InsightFaceAccuracy {
        InsightFaceAccuracy(results(try members(pairs), grid: accuracyGrid, by: accuracy))
    }

    /// The acceptance rates of scored pairs where the false acceptance rate is ``targetFAR``.
    ///
    /// - Throws: As ``accuracy(of:)``, and for a target rate outside 0...1.
    public func rates(of pairs: [ScoredPair]) throws -> InsightFaceRates {
        guard (0...1).contains(targetFAR) else {
            throw FaceEvaluationError.invalidRate(name: "the target FAR", value: targetFAR)
        }
        return InsightFaceRates(results(try members(pairs), grid: tarGrid, by: operatingPoint))
    }

    /// The pairs of each fold.
    private func members(_ pairs: [ScoredPair]) throws -> [[ScoredPair]] {
        try pairs.requireDistances()
        return Dictionary(grouping: zip(try folds.folds(of: pairs), pairs), by: \.0)
            .sorted { $0.key < $1.key }
            .map { $0.value.map(\.1) }
    }

    /// Calls `evaluate` for each fold with the sweep over all other folds and the fold's pairs.
    private func results<Result>(
        _ folds: [[ScoredPair]], grid: ThresholdGrid,
        by evaluate: (ThresholdCounts, [ScoredPair]) -> Result
    ) -> [Result] {
        let counts = folds.map { ThresholdCounts(of: $0, grid: grid) }
        var all = ThresholdCounts(of: [], grid: grid)
        for count in counts { all += count }
        return zip(counts, folds).map { count, fold in
            evaluate(folds.count == 1 ? all : all - count, fold)
        }
    }

    private func accuracy(train: ThresholdCounts, test: [ScoredPair]) -> FoldAccuracy {
        let threshold = accuracyGrid[train.bestIndex]
        let correct = test.count { (Double($0.distance) < threshold) == $0.same }
        return FoldAccuracy(
            pairs: test.count, threshold: threshold,
            accuracy: Double(correct) / Double(test.count))
    }

    private func operatingPoint(train: ThresholdCounts, test: [ScoredPair]) -> FoldOperatingPoint {
        guard let threshold = threshold(at: targetFAR, in: train) else {
            return FoldOperatingPoint()
        }
        func fraction(same: Bool) -> Double? {
            let pairs = test.filter { $0.same == same }
            let accepted = pairs.count { Double($0.distance) < threshold }
            return pairs.isEmpty ? nil : Double(accepted) / Double(pairs.count)
        }
        return FoldOperatingPoint(
            threshold: threshold, tar: fraction(same: true), far: fraction(same: false))
    }

    /// Inverts the false acceptance rate; nil if it is undefined for lack of negatives.
    ///
    /// As in insightface, the threshold is 0 if no threshold of the grid reaches the rate.
    private func threshold(at rate: Double, in train: ThresholdCounts) -> Double? {
        guard train.negatives > 0, let most = train.falseAccepts.last else { return nil }
        func far(_ accepts: Int) -> Double { Double(accepts) / Double(train.negatives) }
        guard far(most) >= rate else { return 0 }
        guard let low = train.falseAccepts.lastIndex(where: { far($0) <= rate }) else { return 0 }
        let lowRate = far(train.falseAccepts[low])
        guard lowRate < rate, low + 1 < tarGrid.count else { return tarGrid[low] }
        let slope =
            (tarGrid[low + 1] - tarGrid[low]) / (far(train.falseAccepts[low + 1]) - lowRate)
        return tarGrid[low] + (rate - lowRate) * slope
    }
}
