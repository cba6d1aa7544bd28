import Charts
import Documents
import FaceStatistics

/// Sentences and table entries on the probabilities that one loss is better than another, practically
/// equal, or worse.
enum EquivalenceText {
    /// The region of practical equivalence: `0.2 points`.
    static func points(_ rope: Double) -> String {
        let points = rope * 100
        return "\(Format.short(points)) \(points == 1 ? "point" : "points")"
    }

    /// A probability in a sentence: `97 %`, `more than 99 %`.
    static func percent(_ probability: Double) -> String {
        let text = Format.percentage(probability) + "\u{A0}%"
        return text.replacing("< ", with: "less than ").replacing("> ", with: "more than ")
    }

    /// The three probabilities of the row's loss relative to the other, as a table entry: `97 / 2 / 1`.
    static func entry(_ found: EquivalenceProbabilities?, rope: Double) -> String {
        guard let found else { return "–" }
        let shares =
            rope > 0 ? [found.better, found.equal, found.worse] : [found.better, found.worse]
        return shares.map(Format.percentage).joined(separator: " / ")
    }

    /// The column of such entries.
    static func column(rope: Double) -> Table.Column {
        // Broken after the slashes only, however narrow the column is.
        .numbers(
            rope > 0
                ? "Better\u{A0}/ equal\u{A0}/ worse,\u{A0}%" : "Better\u{A0}/ worse,\u{A0}%")
    }

    /// The explanation of such a column, for a table's caption.
    static func note(rope: Double) -> String {
        let what =
            rope > 0
            ? "better by more than \(points(rope)), practically equal (nearer than that), or worse "
                + "by more than that"
            : "better or worse"
        return "Better, equal, worse: the probabilities, over other seeds and pairs, that it is "
            + "\(what), without correction for multiple comparisons."
    }

    /// One sentence on the evidence on two losses.
    static func sentence(
        _ a: String, _ b: String, _ found: EquivalenceProbabilities, rope: Double
    ) -> RichText {
        guard rope > 0 else {
            return """
                \(strong: a) is better than \(b) with probability \(percent(found.better)); worse \
                \(percent(found.worse)).
                """
        }
        guard found.verdict() == .equal else {
            return "\(strong: a) " + better(than: b, found, rope: rope)
        }
        return """
            \(a) and \(b) are \(strong: "practically equal"), nearer than \(points(rope)), with \
            probability \(percent(found.equal)); \(a) better \(percent(found.better)); worse \
            \(percent(found.worse)).
            """
    }

    /// The sentence on two losses without its subject.
    static func better(
        than other: String, _ found: EquivalenceProbabilities, rope: Double
    ) -> RichText {
        guard rope > 0 else {
            return """
                is better than \(other) with probability \(percent(found.better)); worse \
                \(percent(found.worse)).
                """
        }
        return """
            is better than \(other) by more than \(points(rope)) with probability \
            \(percent(found.better)); practically equal \(percent(found.equal)); worse \
            \(percent(found.worse)).
            """
    }
}

/// Better, equal or worse: all pairs of losses of a study, as sentences and as a figure.
enum EquivalenceBlocks {
    /// Maximum number of unfolded comparisons of a configuration, each with its sentence and its bar.
    private static let maxShown = 15

    /// The comparisons of the first test set; nothing for a study of one seed.
    ///
    /// - Parameters:
    ///   - panels: The comparisons of each configuration, with its title.
    ///   - heading: Text above them.
    static func blocks(
        _ panels: [(title: String, comparisons: [LossComparison])], rope: Double,
        heading: String = "Better, equal or worse"
    ) -> [Block] {
        let panels = panels.map { panel in
            (title: panel.title, comparisons: panel.comparisons.filter { $0.equivalence != nil })
        }.filter { !$0.comparisons.isEmpty }
        guard !panels.isEmpty else { return [] }
        let lists = panels.map { panel -> Block in
            let sentences = panel.comparisons.compactMap { comparison in
                comparison.equivalence.map {
                    EquivalenceText.sentence(
                        comparison.better.title, comparison.worse.title, $0, rope: rope)
                }
            }
            let count = Format.count(sentences.count, "comparison")
            let isOpen = panels.count == 1 && sentences.count <= maxShown
            return isOpen
                ? .list(sentences) : .details("\(panel.title): \(count)", [.list(sentences)])
        }
        return [.heading(heading), .paragraph(introduction(panels, rope))]
            + lists + [.figure(figure(panels, rope))]
    }

    private static func introduction(
        _ panels: [(title: String, comparisons: [LossComparison])], _ rope: Double
    ) -> RichText {
        let all = panels.flatMap(\.comparisons).compactMap(\.equivalence)
        let level = Format.fixed(Interval.defaultLevel * 100, 0)
        let better = all.count { $0.verdict() == .better || $0.verdict() == .worse }
        let equal = all.count { $0.verdict() == .equal }
        let rest = all.count - better - equal
        guard rope > 0 else {
            return """
                A p-value does not say how probable it is that one loss is better than another. \
                These probabilities do, over other seeds and other pairs. Of \
                \(Format.count(all.count, "comparison")), \(better) \(better == 1 ? "is" : "are") \
                decided with at least \(level) %.
                """
        }
        return """
            Losses whose accuracies differ by at most \(EquivalenceText.points(rope)) count as \
            practically equal here (\(code: "--rope")). Over other seeds and other pairs, and with \
            at least \(level) %, one is better by more than that in \(better) of \
            \(Format.count(all.count, "comparison")), the two are practically equal in \(equal), \
            and \(rest) \(rest == 1 ? "is" : "are") undecided. The probabilities are from the same \
            model as the intervals, with a flat prior (Corani and Benavoli 2015), and not corrected \
            for multiple comparisons.
            """
    }

    private static func figure(
        _ panels: [(title: String, comparisons: [LossComparison])], _ rope: Double
    ) -> Figure {
        let drawn = panels.map { panel in
            (title: panel.title, shown: shown(panel.comparisons), all: panel.comparisons.count)
        }
        let isCut = drawn.contains { $0.shown.count < $0.all }
        return Figure(
            caption: """
                Probabilities that the left loss is better, that the right one is\
                \(rope > 0 ? ", each by more than \(EquivalenceText.points(rope)), and that they are practically equal" : "")\
                .\(isCut ? " Only the \(maxShown) least certain comparisons are shown." : "")
                """,
            panels: drawn.map { panel in
                Figure.Panel(
                    title: panel.title,
                    chart: .fractions(
                        FractionBars(
                            rows: panel.shown.compactMap(row),
                            neither: rope > 0
                                ? "within \(EquivalenceText.points(rope)): practically equal"
                                : "neither")))
            })
    }

    /// All comparisons in their order, or if there are many, those with the least certain verdict.
    private static func shown(_ comparisons: [LossComparison]) -> [LossComparison] {
        guard comparisons.count > maxShown else { return comparisons }
        func certainty(_ comparison: LossComparison) -> Double {
            let found = comparison.equivalence
            return max(found?.better ?? 0, found?.equal ?? 0, found?.worse ?? 0)
        }
        let open = comparisons.indices.sorted { a, b in
            (certainty(comparisons[a]), a) < (certainty(comparisons[b]), b)
        }.prefix(maxShown)
        return open.sorted().map { comparisons[$0] }
    }

    private static func row(_ comparison: LossComparison) -> FractionBars.Row? {
        comparison.equivalence.map { found in
            FractionBars.Row(
                first: .init(
                    title: comparison.better.title, style: comparison.better.style,
                    fraction: found.better),
                neither: found.equal,
                second: .init(
                    title: comparison.worse.title, style: comparison.worse.style,
                    fraction: found.worse))
        }
    }
}
