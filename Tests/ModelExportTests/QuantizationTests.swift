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

@Suite("Rounding to int8")
struct QuantizationTests {
    @Test("Weights become bytes in steps of a 127th of the largest of their output")
    func weights() {
        let rounded = QuantizedWeights(
            [1.27, -0.5, 0.02, 0, 0, 0, 254, -254, 1.9], shape: [3, 3], means: [1, 2, 4])
        #expect(rounded.values == [127, -50, 2, 0, 0, 0, 127, -127, 1])
        #expect(rounded.scales == [Float(1.27) / 127, 1, 2])
        // 2 - 1.9 of the third input, whose mean is 4.
        #expect(abs(rounded.meanErrors[2] - 0.4) < 1e-5)
        #expect(rounded.meanErrors[1] == 0 && abs(rounded.meanErrors[0]) < 1e-6)
        #expect(rounded.transposed == [127, 0, 127, -50, 0, -127, 2, 0, 1])
    }

    @Test("The inputs of a group are those of its outputs")
    func groups() {
        // Two groups of two inputs and one output each, and a kernel of two.
        let rounded = QuantizedWeights(
            [127, 0.4, 0, 0, 127, 0, 0, 0.25], shape: [2, 2, 1, 2], means: [1, 10, 100, 1000])
        #expect(abs(rounded.meanErrors[0] + 0.4) < 1e-5)
        #expect(abs(rounded.meanErrors[1] + 250) < 1e-3)
        // Depthwise.
        let own = QuantizedWeights([127, 0.5, 127, 0.25], shape: [2, 1, 1, 2], means: [3, 7])
        #expect(abs(own.meanErrors[0] + 1.5) < 1e-5 && abs(own.meanErrors[1] + 1.75) < 1e-5)
    }

    @Test("A range is the mean of the faces' extremes, has 0 in it, and 0 is a byte")
    func ranges() throws {
        var statistics = ActivationStatistics()
        #expect(statistics.range == nil)
        // Two images of two channels of two places.
        statistics.add([-1, 2, 3, 4, -3, 0, 1, 8], shape: [2, 2, 1, 2])
        statistics.add([1, 1, 1, 3], shape: [1, 2, 1, 2])
        let range = try #require(statistics.range)
        #expect(range.low == -1 && range.high == 5)
        #expect(range.means == [0, 20.0 / 6])
        // The scale is a float32, slightly more than 6/255, so that -1 is 42.4999 steps below 0.
        #expect(abs(range.scale - 6.0 / 255) < 1e-7 && range.zero == 42)
        let positive = ActivationRange(low: 2, high: 5, means: [])
        #expect(positive.low == 0 && positive.zero == 0)
        #expect(ActivationRange(low: 0, high: 0, means: []).scale == 1)
    }

    @Test("Channels of lists of vectors are the last dimension")
    func vectors() throws {
        var statistics = ActivationStatistics()
        statistics.add([1, 2, 3, 5, 6, 7], shape: [1, 2, 3])
        #expect(try #require(statistics.range).means == [3, 4, 5])
    }
}

@Suite(
    "Exports in int8",
    .enabled("OpenVINO is not installed; scripts/bootstrap openvino installs it") {
        OpenVINOLibrary.isAvailable
    })
struct QuantizedExportTests {
    private func exported(
        _ name: String, raw: Bool = false,
        _ body: (URL, ExportComparison, ModelFile.Metadata) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let network = try SeasonedNetwork(name)
        let metadata = ModelFile.Metadata(inputSize: network.side)
        let model = folder.appendingPathComponent("model.safetensors")
        try ModelFile.write(network.backbone, metadata, to: model)
        var exporter = ModelExporter(
            .onnx, onnx: ONNXOptions(isRawInput: raw), version: "test",
            embedding: EmbeddingOptions(
                compute: ComputeConfiguration(
                    device: .cpu, precision: .float32, memoryFormat: .contiguous, threads: 1)))
        exporter.calibration = try BuiltInFaces(count: 96, size: network.side)
        let target = folder.appendingPathComponent("a.onnx")
        let comparison = try exporter.export(model, to: target)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(files) == ["a.onnx", "model.safetensors"])
        try body(target, comparison, metadata)
    }

    @Test(
        "Every product of a network is in bytes, which embed faces nearly as the original",
        arguments: ["mobilenetv1:width=0.25", "resnet50:width=0.25", "mobilefacenet", "vit_t"])
    func bytes(name: String) throws {
        try exported(name) { url, comparison, _ in
            #expect(comparison.images == 32)
            #expect(comparison.smallestCosine > 0.95 && comparison.largestDifference > 0)
            let file = try ONNXFile(url)
            let products = file.nodes.filter { ["Conv", "Gemm"].contains($0.type) }
            let makers = Dictionary(
                file.nodes.flatMap { node in node.outputs.map { ($0, node.type) } },
                uniquingKeysWith: { first, _ in first })
            #expect(!products.isEmpty)
            #expect(
                products.allSatisfy { node in
                    node.inputs.allSatisfy { makers[$0] == "DequantizeLinear" }
                })
            #expect(file.metadata["precision"] == "int8")
            let floats = file.weights.filter { $0.type == ONNXElementType.float32.rawValue }
                .map { $0.shape.reduce(1, *) }.reduce(0, +)
            let bytes = file.weights.filter { $0.type == ONNXElementType.int8.rawValue }
                .map { $0.shape.reduce(1, *) }.reduce(0, +)
            #expect(Double(floats) < 0.1 * Double(bytes), "\(floats) of \(bytes)")
        }
    }

    @Test("Bytes from 0 to 255 can be its input, by names that insightface knows")
    func rawInput() throws {
        try exported("mobilenetv1:width=0.25", raw: true) { url, comparison, _ in
            #expect(comparison.smallestCosine > 0.95)
            let names = try ONNXFile(url).nodes.prefix(8).map(\.name)
            #expect(names.contains("Sub_0") && names.contains("Mul_0"))
        }
    }

    @Test("Too few faces are refused")
    func few() throws {
        let faces = try BuiltInFaces(count: 63, size: 32)
        #expect(throws: ModelExportError.fewImages(path: faces.location.path, count: 63)) {
            _ = try Calibration(faces)
        }
    }

    @Test("Faces that calibrate and faces that compare are not the same")
    func apart() throws {
        for count in [64, 65, 100, 1000] {
            let set = NamedImages(count: count)
            let calibration = try Calibration(set)
            let others = calibration.others(32)
            let comparisons = Set((0..<others.count).map { others.name(of: $0) })
            #expect(comparisons.count == 32)
            #expect(comparisons.isDisjoint(with: calibration.chosen.map { set.name(of: $0) }))
        }
    }
}

/// Images with nothing but names.
private struct NamedImages: ImageSource {
    let location = URL(fileURLWithPath: "names")
    let count: Int

    func name(of index: Int) -> String { "\(index)" }
    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {}
}
