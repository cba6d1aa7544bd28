import FaceEmbedding
import FaceEvaluation
import FaceModels
import Foundation
import ONNX
import OpenVINO
import Testing
import Torch

@testable import ModelExport

@Suite("Exporting a model file")
struct ModelExporterTests {
    private func exporter(_ format: ModelExporter.Format) -> ModelExporter {
        ModelExporter(
            format, version: "test",
            embedding: EmbeddingOptions(
                compute: ComputeConfiguration(
                    device: .cpu, precision: .float32, memoryFormat: .contiguous, threads: 1)))
    }

    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func writeModel(_ folder: URL) throws -> URL {
        let url = folder.appendingPathComponent("model.safetensors")
        let network = try SeasonedNetwork("mobilenetv1:width=0.25")
        try ModelFile.write(
            network.backbone, ModelFile.Metadata(inputSize: 32, loss: "arcface"), to: url)
        return url
    }

    @Test(
        "What is written embeds faces as the original does, and nothing else is left",
        .enabled("OpenVINO is not installed") { OpenVINOLibrary.isAvailable },
        arguments: [
            (ModelExporter.Format.onnx, "a.onnx"), (.torchscript, "a.pt"),
            (.safetensors, "a.safetensors"),
        ])
    func kept(format: ModelExporter.Format, name: String) throws {
        try inFolder { folder in
            let model = try writeModel(folder)
            let target = folder.appendingPathComponent(name)
            let comparison = try exporter(format).export(model, to: target)
            #expect(comparison.images == 32 && comparison.isWithinTolerance())
            #expect(comparison.smallestCosine > 0.99999)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(files) == [name, "model.safetensors"])
        }
    }

    @Test(
        "The mean face of what was trained on goes with the network, so that other crops are told",
        arguments: [
            (ModelExporter.Format.onnx, "a.onnx"), (.torchscript, "a.pt"),
            (.safetensors, "a.safetensors"),
        ])
    func meanFace(format: ModelExporter.Format, name: String) throws {
        guard format != .onnx || OpenVINOLibrary.isAvailable else { return }
        try inFolder { folder in
            let model = folder.appendingPathComponent("model.safetensors")
            let network = try SeasonedNetwork("mobilenetv1:width=0.25")
            let face = (0..<28 * 28).map { UInt8($0 * 7 % 256) }
            try ModelFile.write(
                network.backbone, ModelFile.Metadata(inputSize: 32, meanFace: face), to: model)
            let without = folder.appendingPathComponent("without")
            try FileManager.default.createDirectory(at: without, withIntermediateDirectories: true)
            let exporter = exporter(format)
            for (hasFace, source) in [(true, model), (false, try writeModel(without))] {
                let target = folder.appendingPathComponent(name)
                _ = try exporter.export(source, to: target)
                guard
                    case .network(let made) = try EmbeddingSource.open(target, exporter.embedding)
                else {
                    Issue.record("no network")
                    return
                }
                #expect(made.meanFace == (hasFace ? face.map(Double.init) : nil))
            }
        }
    }

    @Test("What a killed export left is removed by the next one")
    func stale() throws {
        try inFolder { folder in
            let dead = Process()
            dead.executableURL = URL(fileURLWithPath: "/bin/true")
            try dead.run()
            dead.waitUntilExit()
            let model = try writeModel(folder)
            let left = folder.appendingPathComponent(
                ".a.pt.\(dead.processIdentifier).0A1B2C3D.part")
            try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
            try Data([1]).write(to: left.appendingPathComponent("a.pt"))
            _ = try exporter(.torchscript).export(model, to: folder.appendingPathComponent("a.pt"))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(files) == ["a.pt", "model.safetensors"])
        }
    }

    @Test("A network whose weights are infinite in float16 is refused, and nothing is left")
    func collapse() throws {
        guard OpenVINOLibrary.isAvailable else { return }
        try inFolder { folder in
            let model = folder.appendingPathComponent("model.safetensors")
            let network = try SeasonedNetwork("mobilenetv1:width=0.25")
            // Channels scaled up by 2^30: the same directions, but not in float16.
            let state = Dictionary(
                network.backbone.state.map { ($0.name, $0.tensor) }, uniquingKeysWith: { $1 })
            let linear = try #require(
                state.first { $0.key.hasSuffix("linear.weight") || $0.key.hasSuffix("fc.weight") })
            withoutGradients { linear.value.assign(linear.value * 1_073_741_824) }
            try ModelFile.write(network.backbone, ModelFile.Metadata(inputSize: 32), to: model)
            var exporter = exporter(.onnx)
            exporter.onnx.isHalf = true
            let target = folder.appendingPathComponent("a.onnx")
            #expect {
                _ = try exporter.export(model, to: target)
            } throws: { error in
                guard case ModelExportError.differs(target.path, _) = error else { return false }
                return true
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files == ["model.safetensors"])
        }
    }

    @Test("Embeddings that turned are no good, with the numbers")
    func comparisons() throws {
        let first = try EmbeddingTable(count: 2, dimension: 2, values: [1, 0, 0, 2])
        let second = try EmbeddingTable(count: 2, dimension: 2, values: [2, 0, 3, 4])
        let comparison = try ExportComparison(original: first, exported: second)
        #expect(abs(comparison.smallestCosine - 0.8) < 1e-6)
        #expect(abs(comparison.largestDifference - 0.6) < 1e-6)
        #expect(!comparison.isWithinTolerance())
        #expect(
            comparison.summary
                == "smallest cosine 0.800000 and largest difference 6.0e-01 on 2 faces")
        #expect(try ExportComparison(original: first, exported: first).isWithinTolerance())
    }

    @Test("A file of embeddings is not a network")
    func notANetwork() throws {
        try inFolder { folder in
            let url = folder.appendingPathComponent("e.npy")
            try NumPyArray(shape: [2, 2], values: [1, 2, 3, 4]).data.write(to: url)
            #expect(throws: ModelExportError.notANetwork(path: url.path)) {
                _ = try exporter(.onnx).export(url, to: folder.appendingPathComponent("a.onnx"))
            }
        }
    }
}
