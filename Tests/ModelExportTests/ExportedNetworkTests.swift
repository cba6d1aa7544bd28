import FaceEvaluation
import FaceModels
import Foundation
import ONNX
import OpenVINO
import Testing
import Torch

@testable import ModelExport

/// Backbones with the statistics of their own images, so that a normalisation that is folded incorrectly changes
/// the outputs, and those of two hundred layers stay finite.
struct SeasonedNetwork {
    /// Inputs of the networks that 32 pixels are too few for.
    private static let sides = [
        "alexnet": 64, "deepface": 80, "dlib_resnet": 112, "edgenext_small": 64,
        "edgenext_x_small": 64, "edgenext_xx_small": 64, "inception_resnet_v1": 80,
    ]

    /// Every backbone of the catalogue. Those that differ from another one only in the number of their blocks, and
    /// the largest, are narrow: they are exported by the same code, and their weights alone take long.
    static let everyBackbone = BackboneCatalogue.descriptors.map { descriptor in
        narrow.contains(descriptor.name) ? "\(descriptor.name):width=0.25" : descriptor.name
    }
    private static let narrow: Set = [
        "resnet50", "iresnet34", "iresnet50", "iresnet100", "iresnet200", "ir50", "irse50", "vit_s",
        "vit_b",
    ]

    let backbone: any Backbone
    /// Height and width of the input.
    let side: Int
    /// Bytes as float32; another number of images than the network is traced with.
    let pixels: [Float]

    init(_ text: String) throws {
        let specification = try BackboneSpecification(parsing: text)
        let side = Self.sides[specification.name] ?? 32
        self.side = side
        pixels = (0..<3 * 3 * side * side).map { Float(($0 * 37 + $0 / 91) % 256) }
        let backbone = try BackboneCatalogue.make(
            specification, inputSize: side, initial: InitialWeights(seed: 7))
        self.backbone = backbone
        let images = images
        withoutGradients {
            for (index, entry) in backbone.state.enumerated() where entry.role == .normalization {
                entry.tensor.fillUniform(0.5..<1.5, seed: UInt64(index))
            }
            for _ in 0..<10 { _ = backbone(images, training: true) }
        }
    }

    /// The images as the network takes them.
    private var images: Tensor {
        Tensor(pixels.map { ($0 - 127.5) / 127.5 }, shape: [3, 3, side, side])
    }

    func exported() throws -> ExportedNetwork {
        try ExportedNetwork(backbone, ModelFile.Metadata(inputSize: side))
    }

    /// What the network itself makes of the bytes.
    func embeddings() -> [Float] {
        let images = images
        return withoutGradients { backbone(images, training: false) }.array()
    }

    static func file(_ body: (URL) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).onnx")
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url)
    }
}

/// The largest difference, as a fraction of the largest value.
func relativeDifference(_ first: [Float], _ second: [Float]) -> Float {
    guard first.count == second.count else { return .infinity }
    let scale = first.map(abs).max() ?? 0
    return zip(first, second).map { abs($0 - $1) }.max().map { $0 / max(scale, 1e-6) } ?? .infinity
}

@Suite(
    "Networks as ONNX",
    .enabled("OpenVINO is not installed; scripts/bootstrap openvino installs it") {
        OpenVINOLibrary.isAvailable
    })
struct ExportedNetworkTests {
    private func run(_ network: SeasonedNetwork, _ url: URL, raw: Bool) throws -> [Float] {
        let side = network.side
        let made = try OpenVINONetwork(url, shape: [nil, 3, side, side], threads: 1)
        let values = raw ? network.pixels : network.pixels.map { ($0 - 127.5) / 127.5 }
        return try made(values, shape: [3, 3, side, side]).values
    }

    @Test(
        "OpenVINO computes what LibTorch does, of every backbone",
        arguments: SeasonedNetwork.everyBackbone)
    func equal(name: String) throws {
        let network = try SeasonedNetwork(name)
        try SeasonedNetwork.file { url in
            try network.exported().onnx(ONNXOptions(), version: "test").write(to: url)
            #expect(
                relativeDifference(network.embeddings(), try run(network, url, raw: false)) < 1e-4)
        }
    }

    @Test("Bytes, batch normalisations and float16 are as asked for")
    func options() throws {
        let network = try SeasonedNetwork("mobilenetv1:width=0.25")
        let expected = network.embeddings()
        let kept = ONNXOptions(isRawInput: true, foldsBatchNorm: false)
        try SeasonedNetwork.file { url in
            try network.exported().onnx(kept, terms: "none", version: "test").write(to: url)
            #expect(relativeDifference(expected, try run(network, url, raw: true)) < 1e-4)
            let file = try ONNXFile(url)
            #expect(file.nodes.contains { $0.type == "BatchNormalization" })
            // insightface takes these names for a network that normalises its input.
            #expect(file.nodes.prefix(2).map(\.name) == ["Sub_0", "Mul_0"])
            #expect(file.metadata["mean"] == "0" && file.metadata["deviation"] == "1")
            #expect(file.metadata["terms"] == "none")
            #expect((file.irVersion, file.operatorVersion) == (7, 13))
        }
        try SeasonedNetwork.file { url in
            try network.exported().onnx(ONNXOptions(isHalf: true), version: "test").write(to: url)
            #expect(relativeDifference(expected, try run(network, url, raw: false)) < 0.02)
            let file = try ONNXFile(url)
            #expect(!file.nodes.contains { $0.type == "BatchNormalization" })
            #expect(file.weights.contains { $0.type == ONNXElementType.float16.rawValue })
            #expect(file.inputs.map(\.shape) == [[nil, 3, 32, 32]])
        }
    }

    @Test("Weights keep PyTorch's names")
    func names() throws {
        let network = try SeasonedNetwork("mobilefacenet")
        try SeasonedNetwork.file { url in
            try network.exported().onnx(ONNXOptions(foldsBatchNorm: false), version: "test")
                .write(to: url)
            let written = Set(try ONNXFile(url).weights.map(\.name))
            let missing = network.backbone.state.map(\.name).filter {
                !written.contains($0) && !$0.hasSuffix("num_batches_tracked")
            }
            #expect(missing == [])
        }
    }

    /// Runs a script of the fixtures on a network, the bytes of its images and what it makes of them.
    private func check(
        _ script: String, by python: String, _ network: SeasonedNetwork, _ url: URL,
        _ more: [String] = []
    ) throws -> Int32 {
        let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let side = network.side
        let input = url.appendingPathExtension("input.npy")
        let output = url.appendingPathExtension("output.npy")
        defer { [input, output].forEach { try? FileManager.default.removeItem(at: $0) } }
        try NumPyArray(shape: [3, 3, side, side], values: network.pixels).data.write(to: input)
        let expected = network.embeddings()
        try NumPyArray(shape: [3, expected.count / 3], values: expected).data.write(to: output)
        let process = try Process.run(
            URL(fileURLWithPath: python),
            arguments: [
                fixtures.appendingPathComponent(script).path, url.path, input.path, output.path,
            ] + more)
        process.waitUntilExit()
        return process.terminationStatus
    }

    private static func python(_ variable: String) -> String? {
        ProcessInfo.processInfo.environment[variable]
    }

    @Test(
        "onnx's checker and ONNX Runtime agree",
        .enabled("FACET_ONNX_PYTHON names no Python with onnx and onnxruntime") {
            python("FACET_ONNX_PYTHON") != nil
        })
    func checked() throws {
        let python = try #require(Self.python("FACET_ONNX_PYTHON"))
        for name in SeasonedNetwork.everyBackbone {
            let network = try SeasonedNetwork(name)
            try SeasonedNetwork.file { url in
                try network.exported().onnx(ONNXOptions(isRawInput: true), version: "test")
                    .write(to: url)
                #expect(
                    try check("check_onnx.py", by: python, network, url) == 0, "\(name)")
            }
        }
    }

    @Test(
        "insightface normalises the input of each form exactly once, by the names of nodes",
        .enabled("FACET_INSIGHTFACE_PYTHON names no Python with insightface") {
            python("FACET_INSIGHTFACE_PYTHON") != nil
        }, arguments: ["mobilenetv1:width=0.25", "resnet50:width=0.25", "mobilefacenet", "vit_t"])
    func normalizedOnce(name: String) throws {
        let python = try #require(Self.python("FACET_INSIGHTFACE_PYTHON"))
        let network = try SeasonedNetwork(name)
        for isRawInput in [false, true] {
            try SeasonedNetwork.file { url in
                try network.exported().onnx(ONNXOptions(isRawInput: isRawInput), version: "test")
                    .write(to: url)
                let script = "check_insightface.py"
                #expect(try check(script, by: python, network, url) == 0)
                // Under other names it would be normalised twice.
                guard isRawInput else { return }
                #expect(try check(script, by: python, network, url, ["renamed"]) == 0)
            }
        }
    }

}

@Suite("Networks as TorchScript")
struct ScriptTests {
    @Test(
        "TorchScript takes any number of images and computes the same, of every backbone",
        arguments: SeasonedNetwork.everyBackbone)
    func torchScript(name: String) throws {
        let network = try SeasonedNetwork(name)
        try SeasonedNetwork.file { url in
            try network.exported().writeTorchScript(to: url, version: "test")
            let (side, script) = (network.side, try TorchScript(url))
            let images = Tensor(
                network.pixels.map { ($0 - 127.5) / 127.5 }, shape: [3, 3, side, side])
            let made = try withoutGradients { try script(images) }
            let expected = network.embeddings()
            #expect(relativeDifference(expected, made.array()) < 1e-4)
            let alone = try withoutGradients { try script(images.narrowed(0, 1..<2)) }
            let length = expected.count / 3
            let own = Array(expected[length..<2 * length])
            #expect(relativeDifference(own, alone.array()) < 1e-4)
        }
    }
}
