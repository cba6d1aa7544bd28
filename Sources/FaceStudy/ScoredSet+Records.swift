import FaceEmbedding
import FaceEvaluation
import FaceRuns

extension EpochTest {
    /// The result on a test set in an epoch's record.
    init(_ evaluation: ScoredSet) {
        self.init(
            name: evaluation.name, accuracy: evaluation.report.insightFace.accuracy,
            standardDeviation: evaluation.report.insightFace.standardDeviation,
            pairs: evaluation.scores.count)
    }
}

extension TestResult {
    /// The result on a test set in a run's result.
    ///
    /// - Parameters:
    ///   - evaluation: The last epoch's model on all pairs.
    ///   - records: All epochs of the run.
    init(_ evaluation: ScoredSet, epochs records: [EpochRecord]) {
        let curve = AccuracyCurve(records, test: evaluation.name)
        let report = evaluation.report
        self.init(
            name: evaluation.name, pairs: evaluation.scores.count,
            accuracy: report.insightFace.accuracy,
            standardDeviation: report.insightFace.standardDeviation,
            threshold: report.insightFace.threshold, tarAtFar1e3: report.insightFace.tar,
            auc: report.roc?.auc, eer: report.roc?.equalErrorRate, meanNorm: report.meanNorm,
            bestEpoch: curve.bestEpoch, bestAccuracy: curve.bestAccuracy,
            epochWithin95Percent: curve.epochWithin95Percent)
    }
}
