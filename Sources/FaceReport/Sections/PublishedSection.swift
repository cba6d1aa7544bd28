import Charts
import Documents
import FaceConfiguration
import FaceRuns
import FaceStatistics

/// Published results, as context, separate from the study's own results. The figures of the recipe that the
/// study started from are shown beside the study's.
enum PublishedSection {
    /// The section, if the first test set is LFW (by name, with 6,000 pairs), or the study used a recipe
    /// with published figures.
    static func section(_ results: StudyResults) -> Section? {
        let recipes = recipes(of: results)
        let comparisons = recipes.compactMap { comparison($0, results) }
        let isLFW = isLFW(results)
        guard isLFW || !comparisons.isEmpty else { return nil }
        let named = Set(comparisons.isEmpty ? [] : recipes.map(published))
        let others = PublishedResult.all.filter { row in
            row.recipe.map { !named.contains($0) } ?? true
        }
        return Section(
            "published", "What others report on LFW",
            [.paragraph(text)] + comparisons.map(Block.table)
                + (isLFW
                    ? [.table(table(others, "Accuracy in percent as the sources state it."))] : []))
    }

    /// Whether the first test set is LFW.
    static func isLFW(_ results: StudyResults) -> Bool {
        guard let test = results.testSets.first else { return false }
        return test.pairs == 6000 && test.name.lowercased().hasPrefix("lfw")
    }

    private static let text: RichText = """
        Published figures are not results of this study and are not comparable with its tables: each has \
        its own data, alignment, schedule, test protocol and choice of epoch, and most are single \
        runs. One pair of LFW is 0.017 points; the five repeats of one configuration span 0.17.
        """

    // MARK: The recipe

    /// The recipes of the runs, each once.
    private static func recipes(of results: StudyResults) -> [String] {
        var seen: Set<String> = []
        return results.runs.compactMap { run in
            guard case .string(let name)? = run.description.configuration["recipe"], name != "",
                seen.insert(name).inserted
            else { return nil }
            return name
        }
    }

    /// The recipe whose published figures apply: those of a variant with another power are the original's.
    private static func published(_ recipe: String) -> String {
        recipe.hasSuffix("-power1") ? String(recipe.dropLast("-power1".count)) : recipe
    }

    /// The published figures of a recipe above those of the study.
    private static func comparison(_ recipe: String, _ results: StudyResults) -> Table? {
        let rows = PublishedResult.all.filter { $0.recipe == published(recipe) }
        guard !rows.isEmpty else { return nil }
        let power: RichText =
            recipe == published(recipe)
            ? "" : " The published figures are for a quadratically decaying learning rate."
        return Table(
            caption: """
                The published figures of the recipe \(recipe), and this study's below them, in percent. \
                Images, alignment and machine differ, so that equal settings need not lead to equal \
                figures.
                """ + power, columns: columns,
            groups: [
                Table.Group(title: "Published", rows: rows.map(entries)),
                Table.Group(title: "This study", rows: own(results)),
            ])
    }

    private static func own(_ results: StudyResults) -> [[Table.Entry]] {
        results.configurations.flatMap { configuration in
            results.losses.compactMap { loss -> [Table.Entry]? in
                let cell = results.cell(configuration, loss)
                guard !cell.finished.isEmpty else { return nil }
                let accuracies = ["lfw", "cfpfp", "agedb"].map { accuracy(cell, results, $0) }
                return [
                    "this study", results.title(ofBackbone: configuration.backbone),
                    configuration.trainSet, loss.title,
                ].map { Table.Entry($0) } + accuracies
                    + [Table.Entry("10 folds, mirrored"), Table.Entry("last")]
            }
        }
    }

    /// The mean accuracy on the test set whose name has a prefix, ignoring case and separators.
    private static func accuracy(
        _ cell: Cell, _ results: StudyResults, _ name: String
    ) -> Table.Entry {
        let test = results.testSets.first { test in
            test.name.lowercased().filter { $0.isLetter || $0.isNumber }.hasPrefix(name)
        }
        guard let accuracy = test.flatMap({ cell.accuracy(on: $0.name) }) else { return .missing }
        return Table.Entry(
            Format.fixed(accuracy.mean * 100, 2) + cell.mark,
            detail: accuracy.count > 1 ? "mean of \(accuracy.count)" : nil)
    }

    // MARK: Tables

    private static let columns: [Table.Column] = [
        .words("Source"), .words("Network"), .words("Trained on"), .words("Loss"),
        .numbers("LFW, %"), .numbers("CFP-FP, %"), .numbers("AgeDB-30, %"), .words("Protocol"),
        .words("Epoch"),
    ]

    private static func table(_ rows: [PublishedResult], _ caption: RichText) -> Table {
        Table(caption: caption, columns: columns, rows: rows.map(entries))
    }

    private static func entries(_ row: PublishedResult) -> [Table.Entry] {
        [row.source, row.network, row.trained, row.loss, row.lfw].map { Table.Entry($0) }
            + [row.cfpFP, row.ageDB].map { $0.map { Table.Entry($0) } ?? .missing }
            + [Table.Entry(row.testing), Table.Entry(row.epoch.rawValue)]
    }
}
