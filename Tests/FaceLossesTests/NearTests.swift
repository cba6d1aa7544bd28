import FaceLosses
import Foundation
import Testing
import Torch

/// Losses of angles where the angle is 0, π or near, against numbers of 70 digits; see
/// `Fixtures/make_near.py`.
@Suite("Angles of 0 and π")
struct NearTests {
    struct Oracle: Decodable {
        struct Batch: Decodable {
            var name: String
            var embedding: [Double]
            var weight: [[Double]]

            var sample: Sample {
                Sample(
                    name: name, embeddings: [embedding], labels: [0], weights: weight,
                    biases: weight.map { _ in 0 })
            }
        }

        struct Case: Decodable {
            var loss: Double
            var embeddings: [Double]
            var weight: [Double]
        }

        struct Entry: Decodable, CustomTestStringConvertible, Sendable {
            var specification: String
            /// Nil where a loss is not differentiable.
            var cases: [Case?]
            var testDescription: String { specification }
        }

        var samples: [Batch]
        var entries: [Entry]

        /// Read once.
        static let content = Result {
            let file = try #require(
                Bundle.module.url(
                    forResource: "near", withExtension: "json", subdirectory: "Fixtures"))
            return try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: file))
        }
    }

    private static let entries = (try? Oracle.content.get().entries) ?? []

    /// How losses are computed.
    enum Way: String, CaseIterable {
        case composed, head, headOfLibTorch
    }

    private func evaluate(
        _ text: String, _ sample: Sample, _ way: Way, _ type: ElementType
    ) throws -> (loss: Double, gradients: [String: [Double]]) {
        let options = HeadOptions()
        switch way {
        case .composed:
            let found = try Evaluation(text, sample, type: type)
            return (found.loss, found.gradients)
        case .head:
            let found = try Evaluation(text, sample, type: type, head: options)
            return (found.loss, found.gradients)
        case .headOfLibTorch:
            return try withKernels(upTo: .libTorch) {
                let found = try Evaluation(text, sample, type: type, head: options)
                return (found.loss, found.gradients)
            }
        }
    }

    /// Expects a loss and the direction and length of its gradients.
    private func expectNear(
        _ found: (loss: Double, gradients: [String: [Double]]), _ expected: Oracle.Case,
        loss: Double, gradient: Double, floor: Double, _ name: String
    ) {
        let error = abs(found.loss - expected.loss)
        #expect(
            error <= loss * abs(expected.loss) + floor,
            "\(name): the loss is \(found.loss) instead of \(expected.loss)")
        for (tensor, slopes) in [("embeddings", expected.embeddings), ("weight", expected.weight)] {
            let difference = zip(found.gradients[tensor] ?? [], slopes).map(-)
            #expect(difference.count == slopes.count, "\(name): \(tensor)")
            #expect(
                Naive.norm(difference) <= gradient * Naive.norm(slopes) + floor,
                "\(name): \(tensor) \(found.gradients[tensor] ?? []) instead of \(slopes)")
        }
    }

    @Test("have the equations' losses and gradients in float64", arguments: entries, Way.allCases)
    func float64(_ entry: Oracle.Entry, _ way: Way) throws {
        let samples = try Oracle.content.get().samples
        #expect(entry.cases.count == samples.count)
        for (batch, expected) in zip(samples, entry.cases) {
            guard let expected else { continue }
            let found = try evaluate(entry.specification, batch.sample, way, .float64)
            expectNear(
                found, expected, loss: 1e-7, gradient: 1e-6, floor: 1e-14,
                "\(entry.specification), \(batch.name), \(way)")
        }
    }

    /// What float32 can hold of a batch is the batch among axes.
    @Test("keep them in a head of float32", arguments: entries)
    func float32(_ entry: Oracle.Entry) throws {
        let samples = try Oracle.content.get().samples
        for (batch, expected) in zip(samples, entry.cases) where batch.name.hasSuffix("axes") {
            guard let expected else { continue }
            let found = try evaluate(entry.specification, batch.sample, .head, .float32)
            expectNear(
                found, expected, loss: 2e-5, gradient: 2e-4, floor: 1e-8,
                "\(entry.specification), \(batch.name)")
        }
    }

    /// Angles do not come from the products that are rounded.
    @Test("keep them in a head of bfloat16", arguments: entries)
    func bfloat16(_ entry: Oracle.Entry) throws {
        let samples = try Oracle.content.get().samples
        for (batch, expected) in zip(samples, entry.cases) where batch.name.hasSuffix("axes") {
            guard let expected else { continue }
            let found = try Evaluation(
                entry.specification, batch.sample, type: .float32,
                head: HeadOptions(precision: .bfloat16))
            expectNear(
                (found.loss, found.gradients), expected, loss: 2e-2, gradient: 2e-2, floor: 1e-7,
                "\(entry.specification), \(batch.name)")
        }
    }

    @Test("know every loss of a margin on the angle")
    func completeness() throws {
        let names = Set(
            try Self.entries.map { try LossSpecification(parsing: $0.specification).name })
        let angular = Losses.angular.filter {
            !["coco", "sphereface2", "uniface", "adacos", "circle"].contains($0)
        }
        #expect(Set(angular + ["lsoftmax"]) == names)
    }

    /// The numbers of a report: one sample at 1e-5 from its class weight, and from its opposite.
    @Test("give what the equation gives 1e-5 from 0 and π")
    func report() throws {
        var sample = Sample(
            name: "1e-5", embeddings: [[2 * cos(1e-5), 2 * sin(1e-5), 0, 0]], labels: [0],
            weights: (0..<4).map { row in (0..<4).map { $0 == row ? 1 : 0 } },
            biases: [0, 0, 0, 0])
        for way in Way.allCases {
            let near = try evaluate("arcface-paper:s=16", sample, way, .float64)
            #expect(abs(near.loss - 2.39392e-6) < 1e-11)
            #expect(abs((near.gradients["embeddings"] ?? [0, 0])[1] - 1.557e-5) < 1e-8)
        }
        sample.embeddings = [[-2 * cos(1e-5), 2 * sin(1e-5), 0, 0]]
        for way in Way.allCases {
            let far = try evaluate("arcface-paper:s=16,fallback=none", sample, way, .float64)
            let slopes = far.gradients["embeddings"] ?? []
            #expect(slopes.count == 4 && abs(slopes[1] - 6.502) < 1e-3, "\(slopes)")
        }
    }
}
