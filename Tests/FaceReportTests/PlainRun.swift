import FaceConfiguration
import FaceEvaluation
import FaceStatistics
import FaceRuns

/// A run of whose folder a test says only what it is about: one loss, one seed, one test set `v`.
struct PlainRun {
    var loss: String
    var seed: UInt64
    var pairs: Int
    var trainSet = "t"
    var identities = 10
    var imagesEach = 20
    var trainAccuracy = 1.0
    var meanNorm = 1.0
    /// Further test sets with as many pairs, and the accuracy on each.
    var further: KeyValuePairs<String, Double> = [:]

    /// Where it is in a study.
    func folder(in study: StudyFolder) -> RunFolder {
        study.run(named: "\(loss)-\(seed)")
    }

    /// Writes what the run is.
    func writeDescription(
        to study: StudyFolder, edit: (inout RunDescription) -> Void = { _ in }
    ) throws {
        var description = RunDescription(
            identity: RunIdentity(
                trainSet: trainSet, backbone: "b", loss: loss, sampler: "shuffle", seed: seed),
            lossTitle: loss,
            backbone: BackboneFacts(
                title: "B", parameters: 1, multiplyAdds: 1, embeddingSize: 1, inputSize: 1),
            train: TrainSetFacts(
                name: trainSet, images: identities * imagesEach, identities: identities,
                contentHash: ""),
            tests: (["v"] + further.map(\.key)).map {
                TestSetFacts(name: $0, pairs: pairs, folds: 10, pairsEachEpoch: pairs)
            },
            epochs: 1, batchSize: 1, configuration: .null, command: "c")
        edit(&description)
        try folder(in: study).write(description)
    }

    /// Writes the run as finished, with an accuracy.
    func write(accuracy: Double, to study: StudyFolder) throws {
        try writeDescription(to: study)
        try writeResult(accuracy: accuracy, to: study)
    }

    /// Writes how the run ended.
    ///
    /// - Parameter scores: What the numbers beside the accuracy come from; none are stated without.
    func writeResult(
        accuracy: Double, scores: [ScoredPair] = [], to study: StudyFolder
    ) throws {
        let curve = scores.isEmpty ? nil : try ROCCurve(of: scores)
        let rates = scores.isEmpty ? nil : try InsightFaceProtocol().rates(of: scores)
        let run = folder(in: study)
        try SampleRun.writeModel(to: run)
        try run.write(
            RunResult(
                status: .finished, epochs: 1, trainAccuracy: trainAccuracy,
                tests: ([("v", accuracy)] + further.map { ($0.key, $0.value) }).map {
                    TestResult(
                        name: $0, pairs: pairs, accuracy: $1, standardDeviation: 0,
                        threshold: 1, tarAtFar1e3: rates?.tar, auc: curve?.auc,
                        eer: curve?.equalErrorRate, meanNorm: meanNorm, bestEpoch: 1,
                        bestAccuracy: $1, epochWithin95Percent: 1)
                }, imagesPerSecond: 1, seconds: 1))
    }

    /// Scores of the pairs, of which some are misclassified.
    func scores(wrong: Set<Int>) -> [ScoreRecord] {
        (0..<pairs).map { pair in
            let same = pair % 2 == 0
            return ScoreRecord(
                ScoredPair(
                    distance: same != wrong.contains(pair) ? 0.5 : 2, same: same,
                    fold: pair * 10 / pairs),
                first: "p\(pair)/1.jpg", second: same ? "p\(pair)/2.jpg" : "q\(pair)/1.jpg")
        }
    }

    /// Writes the run as finished, with the scores of pairs of which some are misclassified.
    func write(wrong: Set<Int>, to study: StudyFolder) throws {
        let scores = scores(wrong: wrong)
        try writeDescription(to: study)
        try writeResult(
            accuracy: 1 - Double(wrong.count) / Double(pairs), scores: scores.map(\.pair),
            to: study)
        try folder(in: study).write(scores, test: "v")
    }
}
