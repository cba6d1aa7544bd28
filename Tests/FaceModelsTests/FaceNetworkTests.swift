import FaceModels
import Foundation
import Testing
import Torch

/// The networks of face recognition against their authors' code, or what the papers' text gives in PyTorch,
/// with the same weights.
@Suite("Against insightface, AdaFace, facenet-pytorch and papers", .serialized)
struct FaceNetworkTests {
    /// Every network of the catalogue whose authors' code is the check, and the files that check it.
    /// The others, which torchvision and timm have, are in `golden.json`.
    @Test("The catalogue and the golden files name the same networks")
    func catalogue() throws {
        let checked = try NetworkGolden.names.map { try name(of: NetworkGolden.load($0).backbone) }
        let others = try Golden.load().cases.map { try name(of: $0.backbone) }
        #expect(Set(checked).isDisjoint(with: others))
        #expect(Set(checked + others) == Set(BackboneCatalogue.descriptors.map(\.name)))
    }

    private func name(of text: String) throws -> String {
        try BackboneSpecification(parsing: text).name
    }

    @Test(
        "float64: state, outputs in both modes, running statistics and gradients",
        arguments: NetworkGolden.names)
    func compare(_ file: String) throws {
        let golden = try NetworkGolden.load(file)
        let specification = try BackboneSpecification(parsing: golden.backbone)
        let side = golden.inputSize ?? 112
        let backbone = try BackboneCatalogue.make(
            specification, inputSize: side, initial: .zeros(type: .float64))
        let own = backbone.state.filter { !$0.name.hasSuffix("num_batches_tracked") }
        #expect(
            own.map { NetworkGolden.Parameter($0.name, $0.tensor.shape) } == golden.parameters)
        let collected = own.filter { $0.role == .buffer }.reduce(0) { $0 + $1.tensor.count }
        #expect(own.reduce(0) { $0 + $1.tensor.count } - collected == golden.parameterCount)
        UniformWeights.load(into: own)
        // The authors of IR-50 and IR-SE-50 give the embedding divided by its norm.
        let normalizes =
            specification.name.hasPrefix("ir")
            && !specification.name.hasPrefix("iresnet")
        func outputs(_ name: String, _ count: Int, first: Int, training: Bool) -> Tensor {
            let images = UniformWeights.signed(name, shape: [count, 3, side, side])
                .narrowed(0, 0..<first)
            if training, let network = backbone as? any AuxiliaryBackbone,
                !network.auxiliaryHeads.isEmpty
            {
                let (embeddings, features) = network.trained(images)
                return .concatenated([embeddings] + features, dim: 1)
            }
            let embeddings = backbone(images, training: training)
            return normalizes ? embeddings / embeddings.norm(1, keep: true) : embeddings
        }
        let tolerance = golden.computedIn == "float32" ? 1e-4 : 1e-10
        let isWhole = !Self.isTrainedElsewhere(file)
        let rows = golden.evaluation.prefix(isWhole ? 2 : 1)
        let evaluated = withoutGradients {
            outputs("input", 2, first: rows.count, training: false)
        }
        expectRows(evaluated, Array(rows), tolerance)
        guard !golden.training.isEmpty, isWhole else { return }
        let trained = outputs("input4", 4, first: 4, training: true)
        expectRows(trained, golden.training, tolerance)
        (trained * UniformWeights.signed("cotangent", shape: trained.shape)).sum().backward()
        expectGradients(backbone.state, golden, tolerance)
        expectStatistics(own, golden, tolerance)
    }

    /// Whether the training of a network, and the second image of its evaluation, are checked with `FACET_DATA`
    /// only: it has the blocks of a smaller or narrower one, and a step of `float64` takes up to 40 s.
    private static func isTrainedElsewhere(_ file: String) -> Bool {
        [
            "ir50_dropout_0", "irse50_dropout_0", "iresnet18", "iresnet50", "iresnet100",
            "iresnet200_width_0_25", "mobilefacenet_large",
        ].contains((file as NSString).deletingPathExtension)
            && ProcessInfo.processInfo.environment["FACET_DATA"] == nil
    }

    private func expectRows(
        _ found: Tensor, _ expected: [[Double]], _ tolerance: Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.shape[0] == expected.count, sourceLocation: sourceLocation)
        let onto = UniformWeights.signed("projection", shape: [found.shape[1]])
        for (index, numbers) in expected.enumerated() {
            let row = found.detached().narrowed(0, index..<index + 1).squeezed(0)
            let own =
                [row.norm().item(), (row * onto).sum().item()]
                + row.narrowed(0, 0..<8).array(of: Double.self)
            let worst = zip(own, numbers).map { abs($0 - $1) }.max() ?? .infinity
            #expect(own.count == numbers.count, sourceLocation: sourceLocation)
            #expect(worst < tolerance * numbers[0], sourceLocation: sourceLocation)
        }
    }

    private func expectGradients(
        _ state: [StateEntry], _ golden: NetworkGolden, _ tolerance: Double
    ) {
        let found = state.parameters.filter { $0.tensor.gradient != nil }
        #expect(Set(found.map(\.name)) == Set(golden.gradients.keys))
        for entry in found {
            let expected = golden.gradients[entry.name] ?? .infinity
            let norm = entry.tensor.gradient?.norm().item() ?? .infinity
            // A bias before a normalisation has no gradient but rounding.
            let bound = expected < 1e-9 ? 1e-9 : tolerance * expected
            #expect(abs(norm - expected) < bound, "\(entry.name): \(norm), \(expected)")
        }
    }

    private func expectStatistics(
        _ state: [StateEntry], _ golden: NetworkGolden, _ tolerance: Double
    ) {
        let found = state.filter { $0.role == .buffer }
        #expect(Set(found.map(\.name)) == Set(golden.running.keys))
        for entry in found {
            let expected = golden.running[entry.name] ?? [.infinity, .infinity]
            let own = [entry.tensor.mean().item(), entry.tensor.norm().item()]
            for (one, other) in zip(own, expected) {
                #expect(abs(one - other) < tolerance * expected[1], "\(entry.name)")
            }
        }
    }

    @Test(
        "A network of one size of image comes back from its file",
        arguments: ["iresnet18:embedding=8,width=0.125", "vit_t:bn=off,embedding=8,width=0.125"])
    func file(_ text: String) throws {
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), inputSize: 40, initial: InitialWeights(seed: 1))
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try ModelFile.write(backbone, ModelFile.Metadata(inputSize: 40), to: url)
        let found = try ModelFile.read(url).backbone
        let images = UniformWeights.signed("images", shape: [2, 3, 40, 40]).to(.float32)
        #expect(
            found(images, training: false).array(of: Float.self)
                == backbone(images, training: false).array(of: Float.self))
    }
}
