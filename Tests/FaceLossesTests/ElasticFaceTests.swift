import FaceLosses
import Testing
import Torch

@Suite("Margins that ElasticFace draws")
struct ElasticFaceTests {
    private static let count = 4096

    /// The margins of one part of a step's batch.
    private func margins(step: Int, microBatch: Int = 0) throws -> [Double] {
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: "elasticface-cos:sigma=0.05,m=0.35"), classes: 2,
            embeddingSize: 4, initial: InitialWeights(seed: 1, path: "head", type: .float64))
        let output = loss(
            embeddings: Tensor.ones([Self.count, 4], type: .float64),
            labels: Tensor([Int](repeating: 1, count: Self.count)),
            progress: LossProgress(fraction: 0.99, step: step, microBatch: microBatch))
        let plain = try #require(output.logits).narrowed(1, 1..<2)
        let moved = try #require(output.marginLogits).narrowed(1, 1..<2)
        return ((plain - moved) / 64).array()
    }

    @Test("They are normal variates of the mean and the deviation asked for")
    func distribution() throws {
        let margins = try margins(step: 3)
        let count = Double(Self.count)
        let mean = margins.reduce(0, +) / count
        let squares = margins.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let standardDeviation = (squares / (count - 1)).squareRoot()
        // Four standard errors.
        #expect(abs(mean - 0.35) < 4 * 0.05 / count.squareRoot())
        #expect(abs(standardDeviation - 0.05) < 4 * 0.05 / (2 * count).squareRoot())
        let within = margins.filter { abs($0 - mean) < standardDeviation }.count
        #expect(abs(Double(within) / count - 0.6827) < 4 * (0.2166 / count).squareRoot())
    }

    @Test("They depend on the step and the part of its batch, and on nothing else")
    func draws() throws {
        #expect(try margins(step: 3) == margins(step: 3))
        #expect(try margins(step: 3) != margins(step: 4))
        #expect(try margins(step: 3, microBatch: 0) != margins(step: 3, microBatch: 1))
    }
}
