import FaceRuns
import Foundation

/// The finished runs as JSON, for programs.
struct ResultsRows {
    /// A finished run.
    struct Row: Encodable {
        var trainSet: String
        var backbone: String
        var loss: String
        var sampler: String
        var seed: UInt64
        var result: RunResult
    }

    private let rows: [Row]

    /// Reads the finished runs, in their order.
    init(_ runs: [RunFolder]) throws {
        rows = try runs.compactMap { folder in
            guard let result = try folder.readResult() else { return nil }
            let description = try folder.readDescription()
            let identity = description.identity
            return Row(
                trainSet: identity.trainSet, backbone: identity.backbone,
                loss: description.lossName,
                sampler: identity.sampler, seed: identity.seed, result: result)
        }
    }

    /// The rows as a JSON array.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(rows), as: UTF8.self)
    }
}
