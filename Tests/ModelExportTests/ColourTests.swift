import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceModels
import Foundation
import ONNX
import OpenVINO
import Testing
import Torch

@testable import ModelExport

/// A network that was trained on BGR as `(byte - 120) / 128`.
private struct BGRNetwork {
    let seasoned: SeasonedNetwork
    static let normalization = InputNormalization(mean: 120, standardDeviation: 128, order: .bgr)

    init() throws { seasoned = try SeasonedNetwork("mobilenetv1:width=0.25") }

    var metadata: ModelFile.Metadata {
        ModelFile.Metadata(inputSize: seasoned.side, normalization: Self.normalization)
    }

    func exported() throws -> ExportedNetwork { try ExportedNetwork(seasoned.backbone, metadata) }

    /// What is fed to a graph: the images' bytes, which are RGB, as it takes them.
    func input(_ options: ONNXOptions) -> [Float] {
        let area = seasoned.side * seasoned.side
        let ordered = (0..<seasoned.pixels.count).map { place -> Float in
            let (image, channel) = (place / (3 * area), place / area % 3)
            let source = options.colourOrder == .bgr ? 2 - channel : channel
            return seasoned.pixels[(3 * image + source) * area + place % area]
        }
        return options.isRawInput ? ordered : ordered.map { ($0 - 120) / 128 }
    }

    /// What the network makes of the images.
    func expected() -> [Float] {
        let side = seasoned.side
        let values = input(ONNXOptions(colourOrder: .bgr))
        return withoutGradients {
            seasoned.backbone(Tensor(values, shape: [3, 3, side, side]), training: false)
        }.array()
    }
}

@Suite("Order of colours in exports")
struct ColourTests {
    private static let forms = [ColourOrder.rgb, .bgr].flatMap { order in
        [false, true].map { ONNXOptions(isRawInput: $0, colourOrder: order) }
    }

    @Test(
        "A network that was trained on BGR takes what its ONNX file says",
        .enabled("OpenVINO is not installed") { OpenVINOLibrary.isAvailable }, arguments: forms)
    func onnx(options: ONNXOptions) throws {
        let network = try BGRNetwork()
        try SeasonedNetwork.file { url in
            try network.exported().onnx(options, version: "test").write(to: url)
            let side = network.seasoned.side
            let shape = [3, 3, side, side]
            let made = try OpenVINONetwork(url, shape: [nil, 3, side, side], threads: 1)
            let values = try made(network.input(options), shape: shape).values
            #expect(relativeDifference(network.expected(), values) < 1e-5)
            let metadata = try ONNXFile(url).metadata
            #expect(metadata["color_order"] == options.colourOrder.rawValue.uppercased())
            #expect(metadata["mean"] == (options.isRawInput ? "0" : "120.0"))
            #expect(metadata["deviation"] == (options.isRawInput ? "1" : "128.0"))
            // Nothing is swapped if the order is the network's own.
            let swaps = try ONNXFile(url).nodes.contains { $0.type == "Gather" }
            #expect(swaps == (options.colourOrder == .rgb))
        }
    }

    @Test("A network that was trained on BGR takes what its TorchScript says", arguments: forms)
    func torchScript(options: ONNXOptions) throws {
        let network = try BGRNetwork()
        try SeasonedNetwork.file { url in
            try network.exported().writeTorchScript(to: url, options, version: "test")
            let side = network.seasoned.side
            let images = Tensor(network.input(options), shape: [3, 3, side, side])
            let made = try withoutGradients { try TorchScript(url)(images) }
            #expect(relativeDifference(network.expected(), made.array()) < 1e-5)
        }
    }

    @Test(
        "An exported file is opened as it says, and another channel order gives other embeddings",
        arguments: [ModelExporter.Format.onnx, .openvino, .torchscript], forms)
    func comparisons(format: ModelExporter.Format, options: ONNXOptions) throws {
        guard format == .torchscript || OpenVINOLibrary.isAvailable else { return }
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let network = try BGRNetwork()
        let model = folder.appendingPathComponent("model.safetensors")
        try ModelFile.write(network.seasoned.backbone, network.metadata, to: model)
        let embedding = EmbeddingOptions(
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .contiguous, threads: 1))
        let exporter = ModelExporter(
            format, onnx: options, version: "test", embedding: embedding)
        let endings: [ModelExporter.Format: String] = [.onnx: "onnx", .openvino: "xml"]
        let target = folder.appendingPathComponent("a.\(endings[format] ?? "pt")")
        let comparison = try exporter.export(model, to: target)
        #expect(comparison.smallestCosine > 0.99999)
        let faces = try BuiltInFaces(count: 8, size: network.seasoned.side)
        func embeddings(_ url: URL, _ input: RequestedInput) throws -> EmbeddingViews {
            var options = embedding
            options.input = input
            guard case .network(let opened) = try EmbeddingSource.open(url, options) else {
                throw ModelExportError.notANetwork(path: url.path)
            }
            return try opened.embeddings(of: faces, mirroring: false)
        }
        let original = try embeddings(model, RequestedInput()).original
        let other = RequestedInput(colourOrder: options.colourOrder == .rgb ? .bgr : .rgb)
        let comparisons = try [RequestedInput(), other].map { input in
            try ExportComparison(
                original: original, exported: try embeddings(target, input).original)
        }
        #expect(comparisons[0].isWithinTolerance(), "\(comparisons[0].summary)")
        // Random weights embed all faces nearly alike, so that swapped colours change them little.
        #expect(
            comparisons[1].largestDifference > 2 * comparisons[0].largestDifference,
            "\(comparisons[1].summary), and in the stated order \(comparisons[0].summary)")
    }
}
