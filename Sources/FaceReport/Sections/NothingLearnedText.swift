import Charts
import Documents
import FaceRuns
import Foundation

/// Sentences on runs in which nothing was learned: which, the probable reason, and remedies.
enum NothingLearnedText {
    /// The first sentence of a report if there are such runs.
    static func sentence(_ results: StudyResults) -> RichText? {
        let groups = Dictionary(
            grouping: results.runs.filter { $0.nothingLearned != nil },
            by: { $0.nothingLearned?.reason ?? .test }
        ).sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        guard let first = groups.first else { return nil }
        let count = groups.reduce(0) { $0 + $1.value.count }
        let finished = results.count(.finished)
        let all = count == finished
        guard groups.count > 1 else {
            let names = all ? "" : " (\(names(first.value, results)))"
            return RichText(
                "Nothing was learned in \(which(count, finished))\(names), \(why(first.value)): "
                    + "\(advice(first.key)).")
        }
        let clauses = groups.map { reason, runs in
            "in \(Format.count(runs.count)) (\(names(runs, results))) \(why(runs)): "
                + advice(reason)
        }
        return RichText(
            "Nothing was learned in \(which(count, finished)), \(clauses.joined(separator: "; and "))."
        )
    }

    /// The consequences for the rest of the report.
    static func consequence(_ results: StudyResults) -> RichText {
        let count = results.runs.count { $0.nothingLearned != nil }
        return results.runs.contains { $0.status == .finished && $0.nothingLearned == nil }
            ? "\(count == 1 ? "It is" : "They are") neither ranked nor compared."
            : "No loss is ranked or compared: their accuracies are not those of a trained network."
    }

    private static func which(_ count: Int, _ finished: Int) -> String {
        if count < finished {
            return "\(Format.count(count)) of the \(Format.count(finished)) finished runs"
        }
        switch finished {
        case 1: return "the one finished run"
        case 2: return "either of the 2 finished runs"
        default: return "any of the \(Format.count(finished)) finished runs"
        }
    }

    /// Maximum number of groups of runs that are named; more are counted.
    private static let maxNames = 5

    /// Losses, with their seeds unless these are all of the loss's finished ones, and with their
    /// configuration if there are several.
    private static func names(_ runs: [ReportedRun], _ results: StudyResults) -> String {
        let names = results.configurations.flatMap { configuration in
            results.losses.compactMap { loss -> String? in
                let cell = results.cell(configuration, loss)
                let mine = runs.filter { run in cell.runs.contains { $0.name == run.name } }
                guard !mine.isEmpty else { return nil }
                let prefix =
                    results.configurations.count > 1 ? " with \(results.title(configuration))" : ""
                return loss.title + prefix + seeds(mine, of: cell)
            }
        }
        guard names.count > maxNames else { return Format.list(names) }
        let rest = Format.count(names.count - maxNames + 1)
        return names.prefix(maxNames - 1).joined(separator: ", ") + " and \(rest) others"
    }

    private static func seeds(_ runs: [ReportedRun], of cell: Cell) -> String {
        let finished = cell.runs.filter { $0.status == .finished }
        guard runs.count < finished.count else { return "" }
        let seeds = runs.prefix(8).map { "\($0.seed)" }
        let rest = runs.count > seeds.count ? ["\(runs.count - seeds.count) more"] : []
        return ", \(runs.count == 1 ? "seed" : "seeds") \(Format.list(seeds + rest))"
    }

    // MARK: Why, and what to try

    private static func why(_ runs: [ReportedRun]) -> String {
        let facts = runs.compactMap(\.nothingLearned)
        guard let first = facts.first else { return "" }
        let sets = Set(runs.map(\.description.train.name)).sorted()
        let test = runs.first?.primaryTest?.name ?? "the test set"
        switch first.reason {
        case .oneIdentity:
            let which = sets.count == 1 ? "the training set" : "each of the training sets"
            return "because \(which) \(Format.list(sets.map { "“\($0)”" })) has one identity, "
                + "which leaves nothing to distinguish"
        case .diverged:
            let norm = facts.compactMap(\.meanNorm).max() ?? 0
            return "probably because training diverged: the embeddings have a mean norm of up to "
                + String(format: "%.2g", norm) + below(facts)
        case .collapsed:
            return "because the embeddings of all images are nearly the same (collapsed), so that "
                + "no threshold separates people" + below(facts)
        case .noPairs:
            return "probably because no identity of \(Format.list(sets)) has two images, so that "
                + "there is no matching pair to learn from"
        case .training:
            let guessed = range(facts.map { 1 / Double(max(1, $0.identities)) })
            return
                "because \(range(facts.map(\.trainAccuracy))) of the training images are classified "
                + "correctly, no better than chance (\(guessed))" + below(facts)
        case .test:
            return
                "because \(range(facts.map(\.accuracy))) of the pairs of \(test) are classified correctly, "
                + "no better than chance, although \(range(facts.map(\.trainAccuracy))) of the "
                + "training images are: what was learned does not generalise"
        }
    }

    private static func below(_ facts: [NothingLearned]) -> String {
        guard facts.allSatisfy(\.neverBelowGuessing), let classes = facts.map(\.identities).min(),
            facts.allSatisfy({ $0.identities == classes })
        else { return "" }
        return ", and the loss never fell below chance level, ln \(Format.count(classes)) = "
            + Format.fixed(log(Double(classes)), 2)
    }

    /// Fractions in percent, from the lowest to the highest.
    private static func range(_ fractions: [Double]) -> String {
        let (low, high) = (
            Format.withSign(fractions.min() ?? 0), Format.withSign(fractions.max() ?? 0)
        )
        return low == high ? low : "\(low) to \(high)"
    }

    private static func advice(_ reason: NothingLearned.Reason) -> String {
        switch reason {
        case .oneIdentity:
            "train on at least two identities, with one folder or one label each"
        case .diverged:
            "lower the learning rate, or the scale of the loss, and keep gradientClip above 0"
        case .collapsed, .training:
            """
            train longer, try another learning rate, start with the softmax, or lower the margin, and \
            check images and labels with facet data check
            """
        case .noPairs:
            "use identities with at least two images, or a classification loss such as softmax"
        case .test:
            """
            make sure that the test images are aligned and cropped like the training images and that the list \
            of pairs belongs to them: run facet data check
            """
        }
    }
}
