import FaceModels
import Foundation
import Testing
import Torch

@Suite("Model files")
struct ModelFileTests {
    private static let specification = "mobilenetv1:embedding=16,width=0.05"

    private func withFile(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-model-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appendingPathComponent("model.safetensors"))
    }

    private func make(_ text: String = specification, seed: UInt64 = 7) throws -> any Backbone {
        try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), initial: InitialWeights(seed: seed))
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "A model comes back as it was, and works",
        arguments: [
            specification, "mobilenetv1:bn=off,embedding=16,width=0.05",
            "resnet50:embedding=8,stride=3x3,width=0.125",
        ])
    func roundTrip(_ text: String) throws {
        try withFile { url in
            let backbone = try make(text)
            let images = FormulaWeights.uniform("images", shape: [2, 3, 32, 48], type: .float32)
            _ = backbone(images, training: true)
            let metadata = ModelFile.Metadata(
                inputSize: 48, normalization: InputNormalization(mean: 1.5, standardDeviation: 128),
                facetVersion: "0.1", trainSet: "a \"set\" of\nfaces", loss: "arcface:m=0.4",
                meanFace: (0..<28 * 28).map { UInt8($0 % 256) })
            try ModelFile.write(backbone, metadata, to: url)
            let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
            #expect(ModelFile.byteCount(backbone, metadata) == size)
            let found = try ModelFile.read(url)
            #expect(found.metadata == metadata)
            #expect(found.backbone.specification == backbone.specification)
            #expect(
                found.backbone(images, training: false).array(of: Float.self)
                    == backbone(images, training: false).array(of: Float.self))
            for (one, other) in zip(found.backbone.state, backbone.state) {
                #expect(one.name == other.name)
                #expect(one.tensor.type == other.tensor.type)
                #expect(one.tensor.array(of: Double.self) == other.tensor.array(of: Double.self))
                #expect(one.tensor.requiresGradient == other.tensor.requiresGradient)
            }
        }
    }

    @Test("What is not known is not written")
    func optionalMetadata() throws {
        try withFile { url in
            try ModelFile.write(make(), ModelFile.Metadata(), to: url)
            #expect(try ModelFile.read(url).metadata == ModelFile.Metadata())
            #expect(
                try Safetensors.read(url).metadata == [
                    "backbone": "mobilenetv1:embedding=16,width=0.05", "color_order": "RGB",
                    "deviation": "127.5", "embedding_size": "16", "format": "pt",
                    "input_size": "112", "mean": "127.5",
                ])
        }
    }

    @Test("A file cut short anywhere is refused in one sentence")
    func cutShort() throws {
        try withFile { url in
            try ModelFile.write(make(), ModelFile.Metadata(), to: url)
            let data = try Data(contentsOf: url)
            let lengths = [0, 7, 8, 9, 500, data.count / 2, data.count - 1]
            for length in lengths {
                try data.prefix(length).write(to: url)
                let text = message { _ = try ModelFile.read(url) }
                #expect(text.hasPrefix("'\(url.path)' is not a valid safetensors file: "))
                #expect(text.hasSuffix("; it may be truncated, so use another copy"))
            }
        }
    }

    @Test("An absent file is named")
    func absent() {
        let url = URL(fileURLWithPath: "/dev/null/model.safetensors")
        #expect(
            message { _ = try ModelFile.read(url) }
                .hasPrefix("cannot use the weights file '/dev/null/model.safetensors': "))
        #expect(
            message { try ModelFile.write(make(), ModelFile.Metadata(), to: url) }
                .hasPrefix("cannot use the weights file '/dev/null/model.safetensors': "))
    }

    @Test("Another backbone than the expected one is refused")
    func otherBackbone() throws {
        try withFile { url in
            try ModelFile.write(make(), ModelFile.Metadata(), to: url)
            let expected = try BackboneSpecification(parsing: "resnet50")
            #expect(
                message { _ = try ModelFile.read(url, expecting: expected) }
                    == "'\(url.path)' holds \(Self.specification) instead of resnet50")
            let own = try BackboneSpecification(parsing: Self.specification)
            _ = try ModelFile.read(url, expecting: own)
        }
    }

    @Test(
        "Weights that are not of the network the file names are refused",
        arguments: [
            ("resnet50:embedding=16,width=0.05", "has no tensor 'conv1.weight'"),
            (
                "mobilenetv1:embedding=16,width=0.5",
                "tensor 'conv_stem.weight' of '<path>' has shape [8, 3, 3, 3]"
            ),
            (
                "mobilenetv1:bn=off,embedding=16,width=0.05",
                "has an unexpected tensor 'embedding.bn.bias'"
            ),
        ])
    func misfit(claimed: String, expected: String) throws {
        try withFile { url in
            try Safetensors.write(make().state, metadata: strings(["backbone": claimed]), to: url)
            let text = message { _ = try ModelFile.read(url) }
            let wanted = expected.replacingOccurrences(of: "<path>", with: url.path)
            #expect(text.contains(wanted), "\(text)")
        }
    }

    @Test(
        "A file that does not say what it is, or says nonsense, is refused",
        arguments: [
            ("backbone", nil), ("backbone", "vgg"), ("color_order", nil), ("color_order", "GBR"),
            ("embedding_size", "512"), ("input_size", nil), ("input_size", "0"),
            ("input_size", "x"), ("mean", "nan"), ("deviation", "0"), ("deviation", "-1"),
            ("deviation", "inf"), ("deviation", "0.01"), ("deviation", "1e5"), ("mean", "-1"),
            ("mean", "256"), ("input_size", "1025"), ("input_size", "9223372036854775807"),
            ("mean_face", ""), ("mean_face", "no base64"), ("mean_face", "AAA="),
        ] as [(String, String?)])
    func nonsense(key: String, value: String?) throws {
        try withFile { url in
            try Safetensors.write(make().state, metadata: strings([key: value]), to: url)
            let found = value.map { "'\($0)' as \(key)" } ?? "no \(key)"
            #expect(
                message { _ = try ModelFile.read(url) }
                    == "'\(url.path)' does not say which network it holds: its metadata has "
                    + "\(found); use a model.safetensors written by Facet")
        }
    }

    @Test("Weights of PyTorch without a word of Facet are refused")
    func bareWeights() throws {
        try withFile { url in
            try Safetensors.write(make().state, to: url)
            #expect(
                throws: FaceModelsError.notAModel(path: url.path, key: "backbone", value: nil)
            ) { try ModelFile.read(url) }
        }
    }

    /// A good file's metadata with some entries changed or left out.
    private func strings(_ changes: [String: String?]) -> [String: String] {
        var strings = [
            "backbone": Self.specification, "color_order": "RGB", "deviation": "127.5",
            "embedding_size": "16", "input_size": "112", "mean": "127.5",
        ]
        for (key, value) in changes { strings[key] = value }
        return strings
    }
}
