import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceModels
import Foundation
import OpenVINO
import Testing
import Torch

@testable import ModelExport

@Suite("Embedding by OpenVINO with networks of Facet's")
struct OpenVINOEngineTests {
    private static func options(
        _ engine: OpenVINOEngine?, precision: ElementType = .float32
    ) -> EmbeddingOptions {
        EmbeddingOptions(
            compute: ComputeConfiguration(
                device: .cpu, precision: precision, memoryFormat: .channelsLast, threads: 1),
            batchSize: 5, engine: engine)
    }

    private func withModel(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let network = try SeasonedNetwork("mobilenetv1:width=0.25")
        let url = folder.appendingPathComponent("model.safetensors")
        // Other bytes than most networks have, so that a preparation that was forgotten or done twice shows.
        let metadata = ModelFile.Metadata(
            inputSize: network.side,
            normalization: InputNormalization(mean: 100, standardDeviation: 60))
        try ModelFile.write(network.backbone, metadata, to: url)
        try body(url)
    }

    private static func open(_ url: URL, _ options: EmbeddingOptions) throws -> EmbeddingNetwork {
        guard case .network(let network) = try EmbeddingSource.open(url, options) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return network
    }

    @Test(
        "It embeds images and mirror images as LibTorch does, in either precision",
        .enabled("OpenVINO is not installed; scripts/bootstrap openvino installs it") {
            OpenVINOLibrary.isAvailable
        }, arguments: [ElementType.float32, .bfloat16])
    func same(precision: ElementType) throws {
        try withModel { url in
            let own = try Self.open(url, Self.options(nil))
            let other = try Self.open(
                url, Self.options(OpenVINOEngine(version: "test"), precision: precision))
            let faces = try BuiltInFaces(count: 12, size: own.inputSize)
            let (expected, found) = (try own.embeddings(of: faces), try other.embeddings(of: faces))
            let mirrored = (try #require(expected.mirrored), try #require(found.mirrored))
            for (one, two) in [(expected.original, found.original), mirrored] {
                let comparison = try ExportComparison(original: one, exported: two)
                #expect(comparison.smallestCosine > (precision == .float32 ? 0.99999 : 0.99))
            }
            #expect(other.path == own.path && other.inputSize == own.inputSize)
        }
    }

    @Test("What is not a network of Facet's backbones is refused before anything is written")
    func foreign() throws {
        try withModel { url in
            var network = try Self.open(url, Self.options(nil))
            network.model = nil
            #expect(throws: ModelExportError.notANetwork(path: url.path)) {
                _ = try OpenVINOEngine(version: "test").replacing(network, Self.options(nil))
            }
        }
    }
}
