import FaceLosses
import Foundation
import Testing
import Torch

/// Values of pytorch-metric-learning and PyTorch; see `Fixtures/make_golden.py`.
@Suite("Golden values")
struct GoldenTests {
    struct Golden: Decodable {
        struct Entry: Decodable, CustomTestStringConvertible {
            var specification: String
            var loss: Double
            var gradients: [String: GoldenTests.Rows]
            var testDescription: String { specification }
        }
        var embeddings: [[Double]]
        var weight: [[Double]]
        var bias: [Double]
        var labels: [Int]
        var entries: [Entry]

        var sample: Sample {
            Sample(
                name: "golden", embeddings: embeddings, labels: labels, weights: weight,
                biases: bias)
        }
    }

    /// A matrix or a vector, row by row.
    struct Rows: Decodable {
        var values: [Double]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let vector = try? container.decode([Double].self) {
                values = vector
            } else {
                values = try container.decode([[Double]].self).flatMap(\.self)
            }
        }
    }

    /// The values of a file of `Fixtures`.
    static func golden(_ name: String = "golden") throws -> Golden {
        let file = try #require(
            Bundle.module.url(
                forResource: name, withExtension: "json", subdirectory: "Fixtures")
        )
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }

    @Test("are met in float64, gradients too")
    func doublePrecision() throws {
        let golden = try Self.golden()
        #expect(golden.entries.count == 27)
        for entry in golden.entries {
            let found = try Evaluation(entry.specification, golden.sample)
            expectClose(found.loss, entry.loss, tolerance: 1e-11, entry.specification)
            let names = found.gradients.filter { !$1.isEmpty }.keys.sorted()
            #expect(names == entry.gradients.keys.sorted(), "\(entry.specification)")
            for (name, expected) in entry.gradients {
                expectClose(
                    found.gradients[name] ?? [], expected.values, tolerance: 1e-9, columns: 5,
                    "\(entry.specification): gradient of \(name)")
            }
        }
    }

    @Test("are met in float32 to its precision")
    func singlePrecision() throws {
        let golden = try Self.golden()
        for entry in golden.entries {
            let found = try Evaluation(entry.specification, golden.sample, type: .float32)
            expectClose(found.loss, entry.loss, tolerance: 1e-5, entry.specification)
            for (name, expected) in entry.gradients {
                // A scale of 256 multiplies the rounding of cosines.
                let tolerance = entry.specification.hasPrefix("circle") ? 2e-3 : 2e-4
                expectClose(
                    found.gradients[name] ?? [], expected.values, tolerance: tolerance, columns: 5,
                    "\(entry.specification): gradient of \(name)")
            }
        }
    }
}
