import FaceModels
import Foundation
import ModelFormats
import Testing
import Torch

@Suite("Weights of a file and a network")
struct WeightMatchTests {
    private static let specification = "iresnet18:embedding=2,width=0.05"

    private func make(_ text: String = specification) throws -> any Backbone {
        try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), initial: InitialWeights(seed: 1))
    }

    private func checkpoint() throws -> StateDict {
        try StateDict(StateDictFile.url("checkpoint.pth"))
    }

    /// The numbers of `face_networks.py`'s images.
    private func images() -> Tensor {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "input".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let values = (1...2 * 3 * 112 * 112).map { index in
            var mixed = hash &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return 2 * Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53 - 1
        }
        return Tensor(values, shape: [2, 3, 112, 112])
    }

    @Test("A checkpoint in arcface_torch's layout gives the embeddings that PyTorch gives")
    func embeddings() throws {
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: Self.specification), initial: .zeros(type: .float64))
        let match = WeightMatch(try checkpoint(), backbone.state)
        #expect(match.part == "state_dict_backbone")
        #expect(match.prefix == "module.")
        #expect(match.isWhole)
        #expect(
            match.summary
                == "\(match.fitted.count) of \(match.fitted.count) tensors under 'module.' "
                + "in 'state_dict_backbone'")
        try match.load(into: backbone.state)
        let found = backbone(images(), training: false).array(of: Double.self)
        let expected = try ExpectedTensors.load().embeddings.flatMap { $0 }
        #expect(found.count == expected.count)
        for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-9 * abs(other)) }
    }

    @Test("What does not fit is listed, by name and shape")
    func misfit() throws {
        let narrow = try make("iresnet18:embedding=4,width=0.05")
        let match = WeightMatch(try checkpoint(), narrow.state)
        #expect(!match.isWhole)
        #expect(match.missing.isEmpty && match.extra.isEmpty)
        #expect(match.mismatched.map(\.name).contains("fc.weight"))
        let weight = match.mismatched.first { $0.name == "fc.weight" }
        #expect(weight?.found[0] == 2 && weight?.expected[0] == 4)
    }

    @Test("A deeper network lacks tensors, and a shallower one leaves some: both are not whole")
    func depths() throws {
        let deeper = WeightMatch(
            try checkpoint(), try make("iresnet34:embedding=2,width=0.05").state)
        #expect(deeper.missing.contains("layer1.2.conv1.weight"))
        #expect(deeper.extra.isEmpty && deeper.mismatched.isEmpty)
        #expect(deeper.summary.contains("; missing: layer1.2.bn1.weight, "))
        let without = try make("iresnet18:bn=off,embedding=2,width=0.05")
        let match = WeightMatch(try checkpoint(), without.state)
        #expect(match.extra.contains("features.bias") && match.missing.isEmpty && !match.isWhole)
    }

    @Test("Only what fits is loaded, and the rest stays")
    func partial() throws {
        let narrow = try make("iresnet18:embedding=4,width=0.05")
        let before = narrow.state.map { $0.tensor.array(of: Float.self) }
        let match = WeightMatch(try checkpoint(), narrow.state)
        try match.load(into: narrow.state)
        for (entry, former) in zip(narrow.state, before) {
            let isKept = entry.tensor.array(of: Float.self) == former
            let fits = match.fitted.contains(entry.name)
            // The fixed scale is loaded as well; the counts of batches are not in the file.
            #expect(isKept == !fits, "\(entry.name)")
        }
    }

    @Test("Weights that are not finite are refused")
    func notFinite() throws {
        let file = try StateDict(StateDictFile.url("nan.pth"))
        let entry = StateEntry("a", Tensor.zeros([2]), .weight)
        #expect(throws: ModelFormatsError.notFinite(path: file.path, name: "a")) {
            try WeightMatch(file, [entry]).load(into: [entry])
        }
        #expect(entry.tensor.array(of: Float.self) == [0, 0])
    }

    @Test("The network that a file's names are of comes first")
    func likely() throws {
        let networks = try checkpoint().likelyNetworks()
        let best = try #require(networks.first)
        #expect(best.backbone.name == "iresnet18")
    }
}
