import FaceLosses
import Foundation
import Testing

/// Every loss against loops over plain numbers and finite differences, on ordinary and adversarial
/// batches; see `Fixtures/make_oracle.py`.
@Suite("Oracle")
struct OracleTests {
    struct Oracle: Decodable {
        struct Batch: Decodable {
            var name: String
            var embeddings: [[Double]]
            var labels: [Int]
            var weight: [[Double]]
            var bias: [Double]

            var sample: Sample {
                Sample(
                    name: name, embeddings: embeddings, labels: labels, weights: weight,
                    biases: bias)
            }
        }

        struct Case: Decodable {
            var sample: Int
            var loss: Double
            var gradients: [String: [Double]]
        }

        struct Entry: Decodable, CustomTestStringConvertible, Sendable {
            var specification: String
            var cases: [Case]
            var testDescription: String { specification }
        }

        var samples: [Batch]
        var entries: [Entry]

        /// Read once: it is large.
        static let content = Result {
            let file = try #require(
                Bundle.module.url(
                    forResource: "oracle", withExtension: "json", subdirectory: "Fixtures"))
            return try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: file))
        }
    }

    private static let entries = (try? Oracle.content.get().entries) ?? []

    @Test("gives the same losses and gradients in float64", arguments: entries)
    func values(_ entry: Oracle.Entry) throws {
        let samples = try Oracle.content.get().samples
        #expect(entry.cases.map(\.sample) == Array(samples.indices))
        for expected in entry.cases {
            let sample = samples[expected.sample].sample
            let found = try Evaluation(entry.specification, sample)
            let name = "\(entry.specification), \(sample.name)"
            expectClose(found.loss, expected.loss, tolerance: 1e-9, name)
            for (tensor, gradient) in expected.gradients {
                expectGradient(found.gradients[tensor], gradient, sample.size, "\(name), \(tensor)")
            }
        }
    }

    /// A tensor without a gradient must have derivatives of 0.
    private func expectGradient(
        _ found: [Double]?, _ expected: [Double], _ columns: Int, _ name: String
    ) {
        guard let found, !found.isEmpty else {
            #expect(expected.allSatisfy { abs($0) < 1e-9 }, "\(name) has no gradient")
            return
        }
        // Differences of large losses are known less exactly than the gradients are small.
        expectClose(found, expected, tolerance: 1e-6, columns: columns, name)
    }

    @Test("knows every loss of the catalogue and every batch")
    func completeness() throws {
        let oracle = try Oracle.content.get()
        let known = Set(
            try oracle.entries.flatMap {
                try LossSpecification(parsing: $0.specification).name.split(separator: "+")
            }.map(String.init))
        #expect(Set(Losses.names).subtracting(known).isEmpty)
        #expect(oracle.samples.count == 8)
        let differentiated = oracle.entries.flatMap(\.cases).filter { !$0.gradients.isEmpty }
        #expect(differentiated.count == oracle.entries.count * 5)
    }
}
