import FaceRuns
import Foundation

/// The paper's Table 3 for a terminal, and the same rows as JSON.
struct ResultsTable {
    /// A run that is over.
    struct Row: Encodable {
        var trainSet: String
        var backbone: String
        var loss: String
        var sampler: String
        var seed: UInt64
        var result: RunResult
    }

    private let rows: [(title: String, row: Row)]

    /// Reads the finished and failed ones of some runs, in their order.
    init(_ runs: [RunFolder]) throws {
        rows = try runs.compactMap { folder in
            guard let result = try folder.readResult() else { return nil }
            let description = try folder.readDescription()
            let identity = description.identity
            let row = Row(
                trainSet: identity.trainSet, backbone: identity.backbone, loss: identity.loss,
                sampler: identity.sampler, seed: identity.seed, result: result)
            return (description.lossTitle, row)
        }
    }

    /// The rows as a JSON array.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(rows.map(\.row)), as: UTF8.self)
    }

    /// The rows as aligned columns.
    var text: String {
        let header = [
            "training set", "backbone", "loss", "seed", "training", "test", "best", "best epoch",
        ]
        let cells = [header] + rows.map(cells)
        let widths = header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            row.enumerated().map { column, text in
                let gap = String(repeating: " ", count: widths[column] - text.count)
                return column < 3 ? text + gap : gap + text
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private func cells(_ title: String, _ row: Row) -> [String] {
        let start = [row.trainSet, row.backbone, title, "\(row.seed)"]
        guard row.result.status == .finished else { return start + ["failed", "", "", ""] }
        guard let test = row.result.tests.first else {
            return start + [percent(row.result.trainAccuracy), "none", "", ""]
        }
        return start + [
            percent(row.result.trainAccuracy), percent(test.accuracy),
            percent(test.bestAccuracy), "\(test.bestEpoch)",
        ]
    }

    private func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }
}
