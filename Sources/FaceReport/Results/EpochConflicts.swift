import Charts
import FaceRuns
import Spelling

/// Contradictions between a finished run's result and the records of its epochs.
enum EpochConflicts {
    static func sentences(_ result: RunResult, _ epochs: [EpochRecord]) -> [String] {
        guard !epochs.isEmpty, result.epochs > 0 else { return [] }
        guard epochs.count >= result.epochs else {
            return [
                "metrics.jsonl has \(Format.count(epochs.count, "epoch")) of the \(result.epochs) that result.json "
                    + "covers"
            ]
        }
        // A run whose training continues has more epochs than its last result.
        let records = Array(epochs.prefix(result.epochs))
        var sentences: [String] = []
        if let last = records.last, differ(last.trainAccuracy, result.trainAccuracy) {
            sentences.append(
                "result.json has a training accuracy of \(result.trainAccuracy), but metrics.jsonl has "
                    + "\(last.trainAccuracy)")
        }
        return sentences + result.tests.flatMap { Self.sentences($0, records) }
    }

    private static func sentences(_ test: TestResult, _ records: [EpochRecord]) -> [String] {
        let curve = AccuracyCurve(records, test: test.name)
        // A set that was added later was not tested after each epoch.
        guard curve.best != nil else { return [] }
        var sentences: [String] = []
        func expect(_ name: String, _ stated: Double, _ found: Double) {
            guard differ(stated, found) else { return }
            sentences.append(
                "result.json has \(name) of \(Format.plain(stated)) on \(quoted: test.name), but "
                    + "metrics.jsonl gives "
                    + "\(Format.plain(found))")
        }
        expect("a best epoch", Double(test.bestEpoch), Double(curve.bestEpoch))
        expect("a best accuracy", test.bestAccuracy, curve.bestAccuracy)
        expect(
            "an epoch within 95 %", Double(test.epochWithin95Percent),
            Double(curve.epochWithin95Percent))
        if let last = records.last?.tests.named(test.name), last.pairs == test.pairs {
            expect("an accuracy", test.accuracy, last.accuracy)
        }
        return sentences
    }

    private static func differ(_ first: Double, _ second: Double) -> Bool {
        !(abs(first - second) <= 1e-9)
    }
}
