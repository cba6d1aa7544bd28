import FaceModels
import Testing
import Torch

@Suite("Networks whose normalisations are computed again backward")
struct RecomputationTests {
    /// Weights, statistics and loss after some steps.
    private func train(_ text: String, _ precision: ElementType) throws -> [[Float]] {
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), inputSize: 48, initial: InitialWeights(seed: 1))
        let optimizer = SGD(backbone.state.parameters, options: SGD.Options())
        let images = FormulaWeights.uniform("images", shape: [4, 3, 48, 48], type: .float32)
            .contiguous(.channelsLast)
        var losses: [Float] = []
        for _ in 0..<3 {
            optimizer.clearGradients()
            let embeddings = withPrecision(precision, on: .cpu) { backbone(images, training: true) }
            let wanted = FormulaWeights.uniform("loss", shape: embeddings.shape, type: .float32)
            let loss = (embeddings - wanted).square().mean()
            loss.backward()
            losses.append(Float(loss.item()))
            optimizer.step(learningRate: 0.05)
        }
        return [losses] + backbone.state.map { $0.tensor.array(of: Float.self) }
    }

    @Test(
        "have the same bits after three steps as those that keep the outputs",
        arguments: [
            "mobilenetv1:embedding=32,width=0.25", "resnet50:embedding=32,width=0.125",
            "resnet50:embedding=32,stride=3x3,width=0.125", "mobilenetv2:embedding=32,width=0.25",
            "iresnet18:embedding=32,width=0.125", "irse50:embedding=32,width=0.25",
            "mobilefacenet:embedding=32,width=0.125", "googlenet:embedding=32,width=0.125",
        ], [ElementType.float32, .bfloat16])
    func sameBits(_ text: String, _ precision: ElementType) throws {
        let again = try train(text, precision)
        let kept = try withNormalizedKept { try train(text, precision) }
        #expect(again == kept)
        let isFinite = again[0].allSatisfy(\.isFinite)
        #expect(isFinite)
        #expect(again[0][0] != again[0][2])
    }
}
