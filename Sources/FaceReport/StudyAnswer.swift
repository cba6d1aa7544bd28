import Documents
import Charts
import FaceRuns
import FaceStatistics

/// The terminal output at the end of a study: the mean accuracies with their intervals, and which losses
/// can and cannot be distinguished. The numbers and sentences are those of the report.
public struct StudyAnswer: Sendable, Hashable {
    /// The lines, none of which is longer than ``width``.
    public let text: String
    /// Maximum number of columns of a line.
    public static let width = 80

    /// - Parameter preface: Notes before the sentences, e.g. that losses were tuned.
    init(_ results: StudyResults, _ statistics: StudyStatistics, preface: [RichText] = []) {
        let tables = results.configurations.compactMap { Self.table($0, results, statistics) }
        let sentences =
            preface.map(\.plain)
            + [
                AnswerSection.answer(results, statistics).plain, Self.apart(results, statistics),
                Self.states(results),
            ].compactMap { $0 }
        text = (tables + [Self.wrapped(sentences.joined(separator: " "))])
            .joined(separator: "\n\n")
    }

    // MARK: Accuracies

    private static func table(
        _ configuration: Configuration, _ results: StudyResults, _ statistics: StudyStatistics
    ) -> String? {
        guard let test = results.testSets.first else { return nil }
        let rows = order(configuration, results).compactMap {
            row($0, configuration, results, statistics, test.name)
        }
        guard !rows.isEmpty else { return nil }
        let pairs = Format.count(test.pairs, "pair")
        let header = ["loss", "seeds", "accuracy, %", "95 % interval"]
        let cells = [header] + rows
        let widths = header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        // Names are shortened if necessary, numbers are not.
        let names = min(widths[0], width - 2 - widths.dropFirst().reduce(0) { $0 + $1 + 2 })
        let lines = cells.map { row in
            let numbers = zip(row, widths).dropFirst().map { padded($0, to: $1, atEnd: false) }
            return "  "
                + ([padded(fitted(row[0], names), to: names, atEnd: true)] + numbers)
                .joined(separator: "  ")
        }
        let title = "\(results.title(configuration)): accuracy on \(test.name), \(pairs)"
        return ([fitted(title, width)] + lines).joined(separator: "\n")
    }

    /// The losses, the most accurate first, and those in which nothing was learned last.
    private static func order(_ configuration: Configuration, _ results: StudyResults)
        -> [LossSeries]
    {
        let ranked = Verdict(results, configuration)?.ranking.map(\.loss) ?? []
        return ranked + results.losses.filter { !ranked.contains($0) }
    }

    private static func row(
        _ loss: LossSeries, _ configuration: Configuration, _ results: StudyResults,
        _ statistics: StudyStatistics, _ test: String
    ) -> [String]? {
        let cell = results.cell(configuration, loss)
        guard let accuracy = cell.testAccuracy else { return nil }
        let estimate = statistics.estimate(configuration, loss, test: test)
        let interval = estimate.map { $0.interval() ?? $0.pairInterval() }
        return [
            loss.title, Format.count(accuracy.count),
            Format.percent(accuracy.mean) + cell.mark,
            interval.map(ComparisonText.points) ?? "–",
        ]
    }

    // MARK: Sentences

    /// Maximum number of comparisons that are named; more are counted.
    private static let maxNamed = 4

    /// The significant differences on the first test set, since the answer only mentions the first loss.
    private static func apart(_ results: StudyResults, _ statistics: StudyStatistics) -> String? {
        guard let test = results.testSets.first?.name else { return nil }
        let all = results.configurations.flatMap { statistics.comparisons($0, test: test) }
        guard all.count > 1 else { return nil }
        let different = all.filter(\.isSignificant)
        if different.isEmpty { return "No two losses can be told apart." }
        let rest = all.count - different.count
        let others =
            rest == 0 ? "" : "; the other \(Format.count(rest)) comparisons are not significant"
        guard different.count <= maxNamed else {
            return
                "\(Format.count(different.count)) of \(Format.count(all.count)) differences between "
                + "losses are significant."
        }
        let names = different.map { comparison in
            let suffix =
                results.configurations.count > 1
                ? " with \(results.title(comparison.configuration))" : ""
            return "\(comparison.better.title) over \(comparison.worse.title)\(suffix)"
        }
        return "Significant leads: \(Format.list(names))\(others)."
    }

    /// A sentence on runs that are not in the table.
    private static func states(_ results: StudyResults) -> String? {
        let missing = [RunStatus.failed, .unfinished, .damaged].compactMap { status -> String? in
            let count = results.count(status)
            return count > 0 ? "\(Format.count(count)) \(status.rawValue)" : nil
        }
        guard !missing.isEmpty else { return nil }
        return
            "Of \(Format.count(results.runs.count, "run")), \(Format.list(missing)): see Runs in "
            + "the report."
    }

    // MARK: Lines

    private static func padded(_ text: String, to width: Int, atEnd: Bool) -> String {
        let gap = String(repeating: " ", count: max(0, width - text.count))
        return atEnd ? text + gap : gap + text
    }

    private static func fitted(_ text: String, _ width: Int) -> String {
        text.count <= width ? text : text.prefix(max(1, width) - 1) + "…"
    }

    /// Text wrapped at spaces.
    static func wrapped(_ text: String) -> String {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n")
    }
}
