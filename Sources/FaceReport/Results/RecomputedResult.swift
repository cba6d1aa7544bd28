import FaceEvaluation
import FaceRuns

/// A result computed from the scores of a test set, to be compared with the one that the run states.
///
/// The report reads a run's numbers from its result; what it computes here shows whether they may be
/// believed, and on which pairs they are based.
struct RecomputedResult {
    /// Accuracy over the folds.
    let accuracy: InsightFaceAccuracy
    /// Exact ROC curve.
    let curve: ROCCurve
    /// True acceptance rate at a false one of 1e-3 over the folds, where it is defined.
    let tar: Double?
    /// Fold of each pair.
    let folds: [Int]

    /// Evaluates scores as the protocol of a run does.
    ///
    /// - Throws: `FaceEvaluationError` where the scores cannot be evaluated.
    init(_ pairs: [ScoredPair], folds: Int) throws {
        let assignment = FoldAssignment.contiguous(folds)
        var rule = InsightFaceProtocol(folds: assignment)
        rule.targetFAR = ReportedRun.statedFAR
        curve = try ROCCurve(of: pairs)
        accuracy = try rule.accuracy(of: pairs)
        tar = try rule.rates(of: pairs).tar
        self.folds = try assignment.folds(of: pairs)
    }

    /// In which numbers what a run states of a test set disagrees with the scores, a clause each.
    func disagreements(with stated: TestResult) -> [String] {
        let test = stated.name
        let numbers: [(name: String, stated: Double?, found: Double?)] = [
            ("accuracy", stated.accuracy, accuracy.mean), ("AUC", stated.auc, curve.auc),
            ("EER", stated.eer, curve.equalErrorRate),
            ("TAR at FAR 0.001", stated.tarAtFar1e3, tar),
        ]
        return numbers.compactMap { name, stated, found in
            // Runs of earlier versions state fewer numbers.
            guard let stated else { return nil }
            if let found, (found - stated).magnitude <= Self.rounding { return nil }
            let scores = found.map { "\($0) by the scores" } ?? "not defined by the scores"
            return "the \(name) on '\(test)' is \(stated) in result.json, and \(scores)"
        }
    }

    /// Sums in another order differ by less, and one pair in a million by more.
    private static let rounding = 1e-7
}
