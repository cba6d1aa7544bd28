import Foundation
import Testing
import Torch

/// `Fixtures/golden.json`: what PyTorch itself gives.
struct Golden: Decodable {
    /// A tensor of float64.
    struct Values: Decodable {
        var shape: [Int]
        var values: [Double]

        var tensor: Tensor { Tensor(values, shape: shape) }
    }

    /// A function's inputs, its result, and the gradients of the result's weighted sum.
    struct Function: Decodable {
        var inputs: [Values]
        var output: Values
        var gradients: [Values]
    }

    struct RunningStatistics: Decodable {
        var batches: [Values]
        var mean: [Double]
        var variance: [Double]
    }

    var functions: [String: Function]
    /// Three weights and a bias after each of four steps, by the variant of descent.
    var descents: [String: [[Double]]]
    var runningStatistics: RunningStatistics

    static func load() throws -> Golden {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/golden", withExtension: "json"))
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
}

/// Expects two lists of numbers to be equal except for rounding, and names the worst place.
func expectClose(
    _ found: [Double], _ expected: [Double], tolerance: Double = 1e-12,
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.count == expected.count, comment, sourceLocation: sourceLocation)
    let distances = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }
    guard let worst = distances.indices.max(by: { distances[$0] < distances[$1] }) else { return }
    #expect(
        distances[worst] <= tolerance,
        "\(comment?.rawValue ?? "") place \(worst): \(found[worst]), not \(expected[worst])",
        sourceLocation: sourceLocation)
}

/// Runs a body with the path of a folder of its own, which it removes afterwards.
func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("facet-torch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}

/// The error a body throws, as text; empty when it throws none.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}
