import FaceLosses
import FaceModels
import Foundation
import Testing
import Torch

@testable import FaceTraining

/// GoogLeNet's auxiliary classifiers, trained beside the loss of the embeddings.
@Suite("Auxiliary classifiers")
struct AuxiliaryClassifierTests {
    private static let classes = 5

    private func model(_ text: String) throws -> Model {
        let initial = InitialWeights(seed: 3)
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), inputSize: 64, initial: initial)
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: "softmax"), classes: Self.classes,
            embeddingSize: backbone.embeddingSize, initial: initial.child("head"),
            head: HeadOptions())
        return Model(
            backbone: backbone, loss: loss,
            auxiliary: AuxiliaryClassifiers(
                backbone, classes: Self.classes, initial: initial.child("auxiliary")))
    }

    private let images = {
        let images = Tensor.zeros([4, 3, 64, 64])
        images.fillNormal(standardDeviation: 1, seed: 7)
        return images
    }()
    private let labels = Tensor([0, 4, 2, 2], shape: [4])

    @Test("A step trains by the loss and 0.3 times each classifier's cross-entropy")
    func step() throws {
        let text = "googlenet:aux=on,aux_dropout=0,dropout=0,embedding=16,width=0.125"
        let (model, twin) = (try model(text), try model(text))
        let step = TrainingStep(
            model: model, optimizer: SGD(model.state.parameters, options: SGD.Options()),
            precision: .float32, device: .cpu)
        let progress = LossProgress(fraction: 0, step: 0)
        let numbers = step.launch(
            images: images, labels: labels, learningRate: 0, gradientClip: 0
        ) { _ in progress }.read()

        let network = try #require(twin.backbone as? any AuxiliaryBackbone)
        let (embeddings, features) = network.trained(images)
        #expect(features.map(\.shape) == [[4, 128], [4, 128]])
        let main = twin.loss(embeddings: embeddings, labels: labels, progress: progress).loss
        let classifiers = try #require(twin.auxiliary)
        let names = classifiers.state.map(\.name)
        #expect(names == ["aux1.fc2.weight", "aux1.fc2.bias", "aux2.fc2.weight", "aux2.fc2.bias"])
        let tensors = classifiers.state.map(\.tensor)
        var total = main
        for (index, feature) in features.enumerated() {
            let (weight, bias) = (tensors[2 * index], tensors[2 * index + 1])
            let logits = feature.matmul(weight.transposed(0, 1)) + bias
            let scores = logits.logSoftmax(1)
            let own = (0..<4).map { row in
                scores.narrowed(0, row..<row + 1).narrowed(
                    1, labels.array(of: Int.self)[row]..<labels.array(of: Int.self)[row] + 1)
            }
            total = total - own.reduce(Tensor.zeros([1, 1]), +).sum() / 4 * 0.3
        }
        total.backward()
        // What is reported is the loss of the embeddings alone.
        #expect(abs(numbers.sums.loss / 4 - main.item()) < 1e-5)
        for (entry, other) in zip(model.state, twin.state) where entry.tensor.requiresGradient {
            let (found, expected) = (
                try #require(entry.tensor.gradient, "\(entry.name)"),
                try #require(other.tensor.gradient)
            )
            let distance = (found - expected).norm().item()
            #expect(distance <= 1e-5 * expected.norm().item() + 1e-7, "\(entry.name)")
        }
    }

    @Test("A network without heads has no classifiers, and its model is what it was")
    func without() throws {
        let model = try model("googlenet:embedding=16,width=0.125")
        #expect(model.auxiliary == nil)
        #expect(!model.state.contains { $0.name.contains("aux") })
    }

    @Test("A model's file has the heads without their classes, and embeds without them")
    func file() throws {
        let plain = try model("googlenet:embedding=16,width=0.125")
        let model = try model("googlenet:aux=on,embedding=16,width=0.125")
        #expect(model.backbone.isRandomInTraining)
        #expect(
            model.backbone.layerTable(inputSize: 64).multiplyAdds
                == plain.backbone.layerTable(inputSize: 64).multiplyAdds)
        #expect(
            model.backbone.layerTable(inputSize: 64).parameters
                == model.backbone.state.parameterCount)
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try ModelFile.write(model.backbone, ModelFile.Metadata(inputSize: 64), to: url)
        let found = try ModelFile.read(url).backbone
        #expect(found.state.map(\.name) == model.backbone.state.map(\.name))
        let names = found.state.map(\.name)
        #expect(names.contains("aux2.conv.bn.weight") && names.contains("aux1.fc1.bias"))
        #expect(!names.contains { $0.contains("fc2") })
        #expect(
            found(images, training: false).array(of: Float.self)
                == model.backbone(images, training: false).array(of: Float.self))
    }
}
