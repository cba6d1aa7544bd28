import FaceLosses
import Testing
import Torch

@Suite("Cross-entropy")
struct CrossEntropyLossTests {
    private static let samples = (1...5).map { Sample.random(seed: $0) } + Sample.adversarial

    @Test("is the mean of -log softmax(W x + b)", arguments: samples)
    func value(_ sample: Sample) throws {
        let found = try Evaluation("softmax", sample)
        expectClose(found.loss, Naive.softmax(sample), tolerance: 1e-12)
        #expect(found.state.isEmpty && found.marginLogits.isEmpty)
    }

    @Test("has the gradient of its value", arguments: [1, 2, 3])
    func gradient(_ seed: UInt64) throws {
        let sample = Sample.random(seed: seed)
        expectGradients(try Evaluation("softmax", sample), of: sample) { Naive.softmax($0) }
    }

    @Test("starts at about ln(classes)")
    func initialLoss() throws {
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: "cross-entropy"), classes: 100, embeddingSize: 64,
            initial: InitialWeights(seed: 3, path: "head"))
        let output = loss(
            embeddings: .zeros([4, 64]), labels: Tensor([0, 1, 50, 99]),
            progress: LossProgress(fraction: 0, step: 0))
        expectClose(output.loss.item(), 4.605, tolerance: 0.1)
        #expect(loss.state.map(\.name) == ["weight", "bias"])
    }
}
