import FaceEvaluation
import FaceRuns
import Spelling

/// A result recomputed from the scores of a test set, for comparison with the run's stated result.
///
/// The report reads a run's numbers from its result; the recomputed ones show whether they are consistent
/// with the scores.
struct RecomputedResult {
    /// Accuracy over the folds.
    let accuracy: InsightFaceAccuracy
    /// Exact ROC curve.
    let curve: ROCCurve
    /// True acceptance rate at a false acceptance rate of 1e-3 over the folds; nil if undefined.
    let tar: Double?
    /// Fold of each pair.
    let folds: [Int]

    /// Evaluates scores by the protocol of runs.
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

    /// The numbers in which a run's stated result on a test set disagrees with the scores, one clause each.
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
            return "the \(name) on \(quoted: test) is \(stated) in result.json, and \(scores)"
        }
    }

    /// Larger than differences from the order of summation, and smaller than those from one pair in a
    /// million.
    private static let rounding = 1e-7
}
