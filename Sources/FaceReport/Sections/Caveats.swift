import Charts
import Documents
import FaceEvaluation
import FaceRuns
import FaceStatistics

/// The caveats of a difference between losses.
enum Caveats {
    static func list(_ results: StudyResults) -> [RichText] {
        [
            tooFewPairs(results), seeds(results), chosenOnTest(results), samplers(results),
            incomplete(results),
        ].compactMap { $0 } + collapses(results) + overlaps(results)
            + conditions(results) + diagnostics(results) + damages(results)
    }

    private static func seeds(_ results: StudyResults) -> RichText? {
        let accuracies = results.runs.filter { $0.nothingLearned == nil }
            .compactMap(\.primaryResult)
        guard let pairs = accuracies.map(\.pairs).min(), let size = errors(accuracies) else {
            return nil
        }
        let what = "The 95 % interval of an accuracy on \(Format.count(pairs, "pair")) reaches"
        guard results.seeds == 1 else {
            return """
                \(strong: "Small differences.") \(what) \(size) to both sides (Wilson), whatever \
                the number of seeds: all seeds are tested on the same pairs.
                """
        }
        if let planned = results.scope?.seeds, planned > 1 {
            return """
                \(strong: "One seed of \(planned) so far.") \(what) \(size) to both sides (Wilson). How \
                much results vary with the seed will be known when more seeds have finished.
                """
        }
        return """
            \(strong: "One seed.") \(what) \(size) to both sides (Wilson). How much another seed \
            would change is unknown: differences are between these particular models, not necessarily \
            between their losses.
            """
    }

    private static func tooFewPairs(_ results: StudyResults) -> RichText? {
        guard let test = results.testSets.first,
            let sentence = ScoreWarnings.tooFewPairs(test.pairs)
        else { return nil }
        return "\(strong: "Too few pairs.") \(test.name): \(sentence)"
    }

    /// Models whose embeddings are nearly the same for all images.
    private static func collapses(_ results: StudyResults) -> [RichText] {
        let runs = Dictionary(grouping: results.runs) { $0.collapse ?? "" }
        return runs.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }.map { sentence, runs in
            let names = runs.map { RichText(parts: [.code($0.name)]) }
            return "\(strong: "Collapse.") " + .list(names) + RichText(": \(sentence)")
        }
    }

    /// Half widths of the intervals of the lowest and the highest accuracy.
    private static func errors(_ accuracies: [TestResult]) -> String? {
        func size(_ test: TestResult?) -> String? {
            test.map {
                Format.percent(
                    BinomialInterval.wilson(fraction: $0.accuracy, of: $0.pairs).reach)
            }
        }
        let lowest = accuracies.min { $0.accuracy < $1.accuracy }
        let highest = accuracies.max { $0.accuracy < $1.accuracy }
        guard let lowest, let highest, let low = size(lowest), let high = size(highest) else {
            return nil
        }
        if low == high { return "\(high) points" }
        return "\(high) points at \(Format.withSign(highest.accuracy)) and \(low) at "
            + "\(Format.withSign(lowest.accuracy))"
    }

    private static func chosenOnTest(_ results: StudyResults) -> RichText? {
        guard results.runs.contains(where: { $0.status == .finished && $0.nothingLearned == nil })
        else { return nil }
        return """
            \(strong: "Best epochs are optimistic.") The best epoch is chosen on the test set \
            itself. The accuracies of the tables are the last epoch’s unless they say best.
            """
    }

    private static func samplers(_ results: StudyResults) -> RichText? {
        let samplers = Dictionary(grouping: results.losses, by: \.sampler)
        guard samplers.count > 1 else { return nil }
        let mostCommon = samplers.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
        let others = samplers.filter { $0.key != mostCommon }.sorted { $0.key < $1.key }
        let clauses = others.map { sampler, losses -> RichText in
            """
            \(Format.list(losses.map(\.title))) drew \(losses.count == 1 ? "its" : "their") batches \
            with \(code: sampler)
            """
        }
        return "\(strong: "Other batches.") " + .list(clauses) + """
             instead of \(code: mostCommon ?? ""), which the other losses used: the same images in another \
            order and composition.
            """
    }

    private static func incomplete(_ results: StudyResults) -> RichText? {
        let states = [RunStatus.failed, .unfinished, .damaged].compactMap { status -> String? in
            let count = results.count(status)
            let verb = status == .failed ? "" : count == 1 ? "is " : "are "
            return count > 0 ? "\(Format.count(count)) \(verb)\(status.rawValue)" : nil
        }
        guard !states.isEmpty else { return nil }
        return """
            \(strong: "Incomplete.") Of \(Format.count(results.runs.count, "run")), \
            \(Format.list(states)); tables and means leave them out.
            """
    }

    /// Conditions that should be the same for all runs but are not.
    private static func conditions(_ results: StudyResults) -> [RichText] {
        var texts: [RichText] = []
        func check(_ what: String, _ value: (ReportedRun) -> String?) {
            let values = Set(results.runs.compactMap(value)).sorted()
            guard values.count > 1 else { return }
            texts.append(
                "\(strong: "Different conditions.") The runs differ in \(what): \(Format.list(values))."
            )
        }
        check("planned epochs") { Format.count($0.description.epochs) }
        check("batch size") { Format.count($0.description.batchSize) }
        check("input size") { "\($0.description.backbone.inputSize) px" }
        check("precision") { $0.environment?.precision }
        check("device") { ($0.environment?.device).map(DeviceKind.name) }
        check("kernels") { $0.environment?.kernels }
        check("commit") { $0.environment?.commit }
        check("version of LibTorch") { $0.environment?.libtorch }
        return texts + contents(results)
    }

    private static func contents(_ results: StudyResults) -> [RichText] {
        let changed = results.trainSets.filter { name in
            let hashes = results.runs.filter { $0.configuration.trainSet == name }
                .map(\.description.train.contentHash)
            return Set(hashes).count > 1
        }
        let protocols = Dictionary(grouping: results.runs.flatMap(\.description.tests), by: \.name)
        let unlike = protocols.filter { Set($0.value.map(\.pairs)).count > 1 }.keys.sorted()
        return changed.map {
            "\(strong: "Different data.") The files of training set \($0) changed between runs."
        }
            + unlike.map {
                "\(strong: "Different data.") The runs differ in the number of pairs of test set \($0)."
            }
    }

    /// Training sets that contain people or pictures of a test set.
    private static func overlaps(_ results: StudyResults) -> [RichText] {
        results.trainSets.flatMap { name in
            (results.facts(ofTrainSet: name)?.overlaps ?? []).map { overlap -> RichText in
                "\(strong: "Shared faces.") \(overlap.sentence(trainSet: name))."
            }
        }
    }

    /// Known failure modes that were recognised during training.
    private static func diagnostics(_ results: StudyResults) -> [RichText] {
        results.runs.flatMap { run in
            run.epochs.flatMap { $0.diagnostics ?? [] }.map { sentence -> RichText in
                "\(strong: "Training problems.") \(code: run.name): \(sentence)."
            }
        }
    }

    private static func damages(_ results: StudyResults) -> [RichText] {
        guard !results.damages.isEmpty else { return [] }
        let count = Format.count(results.damages.count, "file")
        return ["\(strong: "Damaged.") \(count) could not be read; see the runs below."]
    }
}
