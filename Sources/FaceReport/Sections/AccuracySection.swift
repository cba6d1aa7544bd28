import FaceStatistics
import Charts
import Documents
import FaceRuns

/// The paper's Table 3: training and test accuracy of every loss, backbone and training set.
enum AccuracySection {
    static func section(_ results: StudyResults) -> Section {
        var blocks: [Block] = [.table(table(results))]
        if results.testSets.count > 1 { blocks.append(.table(allTests(results))) }
        return Section("accuracy", "Accuracy", blocks)
    }

    private static func table(_ results: StudyResults) -> Table {
        let columns = results.trainSets.flatMap { name in
            [
                Table.Column.numbers("training", group: name),
                Table.Column.numbers("test", group: name),
            ]
        }
        let groups = results.backbones.map { backbone in
            Table.Group(
                title: results.title(ofBackbone: backbone), rows: rows(results, backbone))
        }
        return Table(
            caption: caption(results), columns: [.words("Loss")] + columns, groups: groups)
    }

    private static func caption(_ results: StudyResults) -> RichText {
        let test = results.testSets.first
        let name = test?.name ?? "the test set"
        let pairs = Format.count(test?.pairs ?? 0, "pair")
        let folds = Format.count(test?.folds ?? 0, "fold")
        let what: RichText = """
            Accuracy in percent, as in Table 3 of Srivastava, Murali and Dubey (2019). \
            \(emphasis: "Training"): fraction of the training images whose target class scores highest, \
            last epoch, without the margin. \(emphasis: "Test"): \(name), the last epoch’s model \
            on all \(pairs) in \(folds). The highest of a column within a backbone is bold.
            """
        return .sentences([what] + seeds(results) + markNote(results))
    }

    private static func seeds(_ results: StudyResults) -> [RichText] {
        let cells = results.configurations.flatMap { configuration in
            results.losses.map { ($0, configuration, results.cell(configuration, $0)) }
        }
        let most = cells.map { $0.2.finished.count }.max() ?? 0
        guard most > 1 else { return [] }
        let fewer = cells.filter { (1..<most).contains($0.2.finished.count) }
        let text: RichText = "Mean ± standard deviation over \(most) seeds."
        guard !fewer.isEmpty else { return [text] }
        let names = fewer.map { loss, configuration, cell in
            "\(loss.title), \(results.title(configuration)): \(cell.finished.count)"
        }
        return [
            text,
            """
            Cells with fewer finished seeds that learned something: \
            \(names.joined(separator: "; ")).
            """,
        ]
    }

    private static func rows(_ results: StudyResults, _ backbone: String) -> [[Table.Entry]] {
        let losses = results.losses.filter { loss in
            results.trainSets.contains { !results.cell(backbone, $0, loss).runs.isEmpty }
        }
        let columns = results.trainSets.flatMap { trainSet in
            let cells = losses.map { results.cell(backbone, trainSet, $0) }
            return [
                entries(cells, \.trainAccuracy), entries(cells, \.testAccuracy),
            ]
        }
        return losses.enumerated().map { index, loss in
            [Table.Entry(loss.title)] + columns.map { $0[index] }
        }
    }

    /// A column's entries in percent: the highest displayed number is bold, and those of cells in which
    /// nothing was learned are marked and never bold.
    static func entries(_ cells: [Cell], _ value: (Cell) -> Summary?) -> [Table.Entry] {
        let means = cells.filter(\.hasLearned).compactMap { value($0)?.mean }
        let highest = means.count > 1 ? means.max().map { Format.percent($0) } : nil
        return cells.map { cell in
            let summary = value(cell)
            let text = summary.map { Format.percent($0.mean) }
            let isBest = cell.hasLearned && text != nil && text == highest
            var entry = Format.entry(summary, isBest: isBest) { Format.percent($0) }
            if summary != nil { entry.text = entry.text + RichText(cell.mark) }
            return entry
        }
    }

    /// The explanation of the mark, if any number has it.
    static func markNote(_ results: StudyResults) -> [RichText] {
        let isMarked = results.configurations.contains { configuration in
            results.losses.contains { !results.cell(configuration, $0).mark.isEmpty }
        }
        return isMarked
            ? ["\(Cell.nothingLearnedMark) Nothing was learned: neither ranked nor compared."] : []
    }

    private static func allTests(_ results: StudyResults) -> Table {
        let groups = results.configurations.map { configuration in
            let cells = results.losses.map { results.cell(configuration, $0) }
            let columns = results.testSets.map { test in
                entries(cells) { $0.accuracy(on: test.name) }
            }
            let rows = results.losses.enumerated().map { index, loss in
                [Table.Entry(loss.title)] + columns.map { $0[index] }
            }
            return Table.Group(title: results.title(configuration), rows: rows)
        }
        let what: RichText = """
            Accuracy of the last epoch’s model on every test set, in percent. The highest of a \
            column within a configuration is bold.
            """
        return Table(
            caption: .sentences([what] + markNote(results)),
            columns: [.words("Loss")] + results.testSets.map { .numbers($0.name) },
            groups: groups)
    }
}
