import FaceRuns

/// What a reader has to know before believing a difference.
enum Cautions {
    static func list(_ results: StudyResults) -> [RichText] {
        [
            seeds(results), chosenOnTest(results), samplers(results), incomplete(results),
        ].compactMap { $0 } + conditions(results) + damages(results)
    }

    private static func seeds(_ results: StudyResults) -> RichText? {
        let accuracies = results.runs.compactMap { $0.primaryResult }
        guard let highest = accuracies.max(by: { $0.accuracy < $1.accuracy }) else { return nil }
        let error = PairError.standardError(
            accuracy: highest.accuracy, pairs: highest.pairs)
        let size = Format.percent(2 * error)
        let pairs = Format.count(highest.pairs, "pair")
        guard results.seeds == 1 else {
            return """
                \(strong: "Small differences.") Two standard errors of an accuracy of \
                \(Format.percent(highest.accuracy)) % on \(pairs) are \(size) points, whatever \
                the number of seeds: all seeds see the same pairs.
                """
        }
        return """
            \(strong: "One seed.") Two standard errors of an accuracy of \
            \(Format.percent(highest.accuracy)) % on \(pairs) are \(size) points. With one seed, \
            smaller differences are not evidence, and what another seed would change is not known.
            """
    }

    private static func chosenOnTest(_ results: StudyResults) -> RichText? {
        guard results.count(.finished) > 0 else { return nil }
        return """
            \(strong: "Best epochs are optimistic.") The best epoch is chosen on the test set \
            itself. The accuracies of the tables are the last epoch's unless they say best.
            """
    }

    private static func samplers(_ results: StudyResults) -> RichText? {
        let samplers = Dictionary(grouping: results.losses, by: \.sampler)
        guard samplers.count > 1 else { return nil }
        let usual = samplers.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
        let others = results.losses.filter { $0.sampler != usual }
        var text: RichText = "\(strong: "Other batches.") "
        for (index, loss) in others.enumerated() {
            text =
                text
                + "\(index > 0 ? ", " : "")\(loss.title) drew its batches with \(code: loss.sampler)"
        }
        return text + """
             and not with \(code: usual ?? ""), as the other losses did: it saw the same images \
            in another order and mixture.
            """
    }

    private static func incomplete(_ results: StudyResults) -> RichText? {
        let missing = results.runs.count - results.count(.finished)
        guard missing > 0 else { return nil }
        let verb = missing == 1 ? "has" : "have"
        return """
            \(strong: "Incomplete.") \(Format.count(missing, "run")) of \
            \(results.runs.count) \(verb) no result; means over seeds leave them out.
            """
    }

    /// Conditions that should be the same for all runs and are not.
    private static func conditions(_ results: StudyResults) -> [RichText] {
        var texts: [RichText] = []
        func check(_ what: String, _ value: (ReportedRun) -> String?) {
            let values = Set(results.runs.compactMap(value)).sorted()
            guard values.count > 1 else { return }
            texts.append(
                "\(strong: "Unlike conditions.") The runs differ in \(what): \(Format.list(values))."
            )
        }
        check("planned epochs") { Format.count($0.description.epochs) }
        check("batch size") { Format.count($0.description.batchSize) }
        check("input size") { "\($0.description.backbone.inputSize) px" }
        check("precision") { $0.environment?.precision }
        check("device") { $0.environment?.device }
        check("commit") { $0.environment?.commit }
        check("version of LibTorch") { $0.environment?.libtorch }
        return texts + contents(results)
    }

    private static func contents(_ results: StudyResults) -> [RichText] {
        let changed = results.trainSets.filter { name in
            let hashes = results.runs.filter { $0.setting.trainSet == name }
                .map(\.description.train.contentHash)
            return Set(hashes).count > 1
        }
        let protocols = Dictionary(grouping: results.runs.flatMap(\.description.tests), by: \.name)
        let unlike = protocols.filter { Set($0.value.map(\.pairs)).count > 1 }.keys.sorted()
        return changed.map {
            "\(strong: "Unlike data.") The files of training set \($0) changed between runs."
        }
            + unlike.map {
                "\(strong: "Unlike data.") The runs differ in the number of pairs of test set \($0)."
            }
    }

    private static func damages(_ results: StudyResults) -> [RichText] {
        guard !results.damages.isEmpty else { return [] }
        let count = Format.count(results.damages.count, "file")
        return ["\(strong: "Damaged.") \(count) could not be read; see the runs below."]
    }
}
