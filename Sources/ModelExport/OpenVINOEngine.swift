public import FaceEmbedding
import FaceModels
import Foundation

/// Runs Facet's networks with OpenVINO: a network is exported to ONNX, and used only if its embeddings
/// match LibTorch's.
public struct OpenVINOEngine: EmbeddingEngine {
    /// Name of the engine in results: `openvino`.
    public let name = "openvino"
    private let version: String
    private let log: @Sendable (String) -> Void

    /// Creates the engine.
    ///
    /// - Parameters:
    ///   - version: Facet's version.
    ///   - log: Receives a summary of the comparison with LibTorch.
    public init(version: String, log: @escaping @Sendable (String) -> Void = { _ in }) {
        self.version = version
        self.log = log
    }

    /// - Throws: ``ModelExportError/notANetwork(path:)`` for a network that only LibTorch can run,
    ///   ``ModelExportError/unsupported(operation:network:)``,
    ///   ``ModelExportError/otherEngine(path:comparison:)``, and `OpenVINOError` where OpenVINO is missing.
    public func replacing(
        _ network: EmbeddingNetwork, _ options: EmbeddingOptions
    ) throws -> EmbeddingNetwork {
        guard let model = network.model else {
            throw ModelExportError.notANetwork(path: network.path)
        }
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("network.onnx")
        let exporter = ModelExporter(.onnx, version: version, embedding: options)
        // Rounding to bfloat16 would hide differences.
        var exact = network
        exact.embedder = try Embedder(
            backbone: model.backbone, normalization: model.metadata.normalization,
            compute: exporter.embedding.compute)
        let comparison = try exporter.write(exact, model, writingTo: file)
        guard comparison.isWithinTolerance() else {
            throw ModelExportError.otherEngine(path: network.path, comparison: comparison.summary)
        }
        var own = options
        own.engine = nil
        own.input = RequestedInput()
        guard case .network(let computed) = try EmbeddingSource.open(file, own) else {
            throw ModelExportError.notANetwork(path: network.path)
        }
        log("computed by OpenVINO: \(comparison.summary)")
        var replaced = network
        replaced.embedder = computed.embedder
        return replaced
    }
}
