import Charts
import Documents
import FaceRuns
import Foundation

/// The training and test sets, and how batches were drawn.
enum DataSection {
    static func section(_ results: StudyResults) -> Section {
        let facts = results.trainSets.compactMap { name in
            results.facts(ofTrainSet: name).map { (name, $0) }
        }
        var blocks: [Block] = [.table(trainTable(facts))]
        blocks += facts.flatMap { name, facts in diagnostics(name, facts) }
        blocks.append(.table(testTable(results.testSets, templates: results.templateSets)))
        if let added = added(results) { blocks.append(.paragraph(added)) }
        blocks += results.testSets.filter { !$0.warnings.isEmpty }.flatMap {
            warnings("Warnings on \($0.name)", $0.warnings)
        }
        blocks.append(.table(lossTable(results)))
        return Section("data", "Data and losses", blocks)
    }

    private static func trainTable(_ sets: [(String, TrainSetFacts)]) -> Table {
        let rows = sets.map { name, facts in
            let each = Double(facts.images) / Double(max(1, facts.identities))
            return [
                Table.Entry(name), Table.Entry(Format.count(facts.images)),
                Table.Entry(Format.count(facts.identities)), Table.Entry(Format.fixed(each, 1)),
                Table.Entry(Format.count(facts.skipped.count)),
                Table.Entry("\(code: String(facts.contentHash.prefix(12)))"),
            ]
        }
        return Table(
            caption: """
                Training sets. \(emphasis: "Skipped") files could not be decoded. The content is the \
                beginning of the SHA-256 over the names and contents of the files.
                """,
            columns: [
                .words("Training set"), .numbers("Images"), .numbers("Identities"),
                .numbers("Images each"), .numbers("Skipped"), .words("Content"),
            ],
            rows: rows)
    }

    private static func diagnostics(_ name: String, _ facts: TrainSetFacts) -> [Block] {
        var blocks: [Block] = []
        if let terms = facts.terms {
            blocks.append(
                .paragraph("\(strong: "Terms under which \(name) may be used:") \(terms)."))
        }
        if !facts.skipped.isEmpty {
            let count = Format.count(facts.skipped.count, "file")
            blocks.append(
                .details(
                    "\(count) of \(name) skipped because they could not be decoded (\(kinds(facts.skipped)))",
                    [.list(facts.skipped.map { "\(code: $0)" })]))
        }
        if !facts.warnings.isEmpty {
            blocks += warnings("Warnings on \(name)", facts.warnings)
        }
        return blocks
    }

    /// The number of files with each extension.
    private static func kinds(_ files: [String]) -> String {
        let endings = Dictionary(grouping: files) { file -> String in
            let ending = (file as NSString).pathExtension.lowercased()
            return ending.isEmpty ? "without an ending" : ".\(ending)"
        }.mapValues(\.count)
        let kinds = endings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return Format.list(kinds.prefix(6).map { "\(Format.count($0.value)) \($0.key)" })
    }

    /// Maximum number of sentences that are not folded.
    private static let maxInView = 6

    /// Notes from reading a set: skipped files, and irregularities.
    private static func warnings(_ title: String, _ sentences: [String]) -> [Block] {
        let list = Block.list(sentences.map { RichText($0) })
        return sentences.count > maxInView
            ? [.details("\(title): \(sentences.count)", [list])]
            : [.paragraph("\(strong: "\(title): \(sentences.count).")"), list]
    }

    private static func testTable(_ tests: [TestSetFacts], templates: [String]) -> Table {
        let rows = tests.map { test in
            [
                Table.Entry(test.name), Table.Entry(Format.count(test.pairs)),
                Table.Entry(Format.count(test.folds)),
                Table.Entry(Format.count(test.pairsEachEpoch)),
            ]
        }
        let others =
            templates.isEmpty
            ? ""
            : " Templates and identification describes \(Format.list(templates)), tested after the last epoch."
        return Table(
            caption: """
                Test sets of pairs. The last epoch’s model is tested on all pairs, earlier ones on the number in \
                the last column.\(others)
                """,
            columns: [
                .words("Test set"), .numbers("Pairs"), .numbers("Folds"),
                .numbers("Pairs each epoch"),
            ],
            rows: rows)
    }

    /// The test sets that were added to runs that already existed, if any.
    private static func added(_ results: StudyResults) -> RichText? {
        let names = results.testSets.map(\.name).filter { name in
            results.runs.contains { run in
                run.description.tests.contains { $0.name == name && $0.isAdded == true }
            }
        }
        guard !names.isEmpty else { return nil }
        return """
            \(Format.list(names)) \(names.count == 1 ? "was" : "were") added to runs that had been trained, \
            wholly or partly: models of earlier epochs no longer exist to be tested.
            """
    }

    private static func lossTable(_ results: StudyResults) -> Table {
        let rows = results.losses.map { loss in
            [
                Table.Entry(loss.title, key: loss.style), Table.Entry("\(code: loss.requested)"),
                Table.Entry("\(code: loss.sampler)"),
            ]
        }
        return Table(
            caption: "Losses as given to the study, and their batch samplers.",
            columns: [.words("Loss"), .words("As given"), .words("Sampler")],
            rows: rows)
    }
}
