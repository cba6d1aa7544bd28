public import FaceData
public import FaceEmbedding
import FaceEvaluation
import FaceModels
public import Foundation
import OpenVINO
import SafeFiles
import Spelling
import Torch

/// Exports a trained network for other programs, and keeps the file only if its embeddings match the
/// original's.
public struct ModelExporter {
    /// A format of exported files.
    public enum Format: String, CaseIterable, Sendable {
        case onnx
        /// OpenVINO's format: a description and its weights, in two files.
        case openvino
        /// The weights, with the tensor names of the authors' PyTorch code.
        case safetensors
        /// A TorchScript program for LibTorch's interpreter.
        case torchscript

        /// The format of a file's extension; nil for other names.
        public init?(ending url: URL) {
            switch url.pathExtension.lowercased() {
            case "onnx": self = .onnx
            case "xml": self = .openvino
            case "safetensors": self = .safetensors
            case "pt", "ts", "torchscript": self = .torchscript
            default: return nil
            }
        }
    }

    /// Format of the file.
    public var format: Format
    /// Options of ONNX, some of which also apply to TorchScript.
    public var onnx: ONNXOptions
    /// The user's statement of the licence.
    public var terms: String?
    /// Version of Facet, for the file's metadata.
    public var version: String
    /// Faces to calibrate int8 products in ONNX with, such as the training set; nil for floating point.
    public var calibration: (any ImageSource)?
    /// How networks are run for the comparison; always in float32.
    public var embedding: EmbeddingOptions

    /// Number of faces that are compared.
    static let faces = 32

    /// Creates an exporter for one format.
    public init(
        _ format: Format, onnx: ONNXOptions = ONNXOptions(), terms: String? = nil, version: String,
        embedding: EmbeddingOptions
    ) {
        self.format = format
        self.onnx = onnx
        self.terms = terms
        self.version = version
        self.embedding = embedding
        self.embedding.compute.precision = .float32
        self.embedding.engine = nil
    }

    /// Exports a network.
    ///
    /// - Parameters:
    ///   - source: A run's folder, its model file or checkpoint, or a PyTorch state dict.
    ///   - target: The new file, which replaces an existing one.
    ///   - tests: Test sets on which both networks are compared.
    ///   - progress: Receives a test set's name, and how many of its images are done.
    /// - Throws: ``ModelExportError``, and the error of a file, of LibTorch or of OpenVINO; the target is
    ///   then unchanged.
    public func export(
        _ source: URL, to target: URL, weights: StateDictOptions = StateDictOptions(),
        tests: [NamedTestSet] = [], progress: (String, Int, Int) throws -> Void = { _, _, _ in }
    ) throws -> ExportComparison {
        LibTorch.setThreads(embedding.compute.threads)
        guard
            case .network(let original) = try EmbeddingSource.open(
                source, embedding, weights: weights), let model = original.model
        else { throw ModelExportError.notANetwork(path: source.path) }
        let beside = Self.weights(of: target)
        let files = FileManager.default
        if format == .openvino, files.fileExists(atPath: beside.path),
            !files.fileExists(atPath: target.path)
        {
            throw ModelExportError.unwritable(
                path: target.path,
                reason:
                    "its weights would take the place of \(quoted: beside.path), which is not "
                    + "part of an export to it; "
                    + "choose another name")
        }
        let folder = try PartialFolder(for: target)
        defer { folder.remove() }
        let part = folder.url.appendingPathComponent(target.lastPathComponent)
            .deletingPathExtension().appendingPathExtension(Self.endings[format] ?? "")
        var comparison = try write(original, model, writingTo: part)
        if !tests.isEmpty {
            let size = original.inputSize
            let first = try evaluate(source, weights, tests, size, progress)
            let second = try evaluate(part, StateDictOptions(), tests, size, progress)
            comparison.tests = ExportComparison.tests(first, second)
        }
        guard comparison.isWithinTolerance(isQuantized: calibration != nil) else {
            throw ModelExportError.differs(path: target.path, comparison: comparison.summary)
        }
        if format == .openvino {
            try AtomicFile.move(Self.weights(of: part), to: beside)
        }
        try AtomicFile.move(part, to: target)
        return comparison
    }

    /// Writes a network and compares it with the original.
    ///
    /// - Returns: The comparison, by which the caller decides whether to keep the file.
    func write(
        _ original: EmbeddingNetwork,
        _ model: (backbone: any Backbone, metadata: ModelFile.Metadata),
        writingTo part: URL
    ) throws -> ExportComparison {
        try write(model.backbone, model.metadata, to: part)
        return try compare(original, part)
    }

    private static let endings: [Format: String] = [
        .onnx: "onnx", .openvino: "xml", .safetensors: "safetensors", .torchscript: "pt",
    ]

    /// The file beside a description in OpenVINO's format.
    private static func weights(of url: URL) -> URL {
        url.deletingPathExtension().appendingPathExtension("bin")
    }

    private func write(
        _ backbone: any Backbone, _ metadata: ModelFile.Metadata, to url: URL
    ) throws {
        switch format {
        case .onnx: try writeONNX(backbone, metadata, to: url)
        case .openvino:
            let onnx = url.deletingPathExtension().appendingPathExtension("onnx")
            try writeONNX(backbone, metadata, to: onnx)
            try OpenVINOConverter.convert(onnx, to: url, isHalf: false)
        case .safetensors: try ModelFile.write(backbone, metadata, to: url)
        case .torchscript:
            try ExportedNetwork(backbone, metadata).writeTorchScript(
                to: url, onnx, terms: terms, version: version)
        }
    }

    private func writeONNX(
        _ backbone: any Backbone, _ metadata: ModelFile.Metadata, to url: URL
    ) throws {
        let network = try ExportedNetwork(backbone, metadata)
        var (options, ranges) = (onnx, [String: ActivationRange]())
        if let calibration {
            options.isHalf = false
            ranges = try Calibration(calibration).ranges(
                of: network, metadata, threads: embedding.compute.threads,
                in: url.deletingLastPathComponent())
        }
        let data = try network.onnx(options, ranges: ranges, terms: terms, version: version)
        try AtomicFile.write(data, to: url)
    }

    /// Compares both networks on rendered faces, or for int8 on images that were not calibrated with, in
    /// batches of another size than in tracing.
    private func compare(_ original: EmbeddingNetwork, _ part: URL) throws -> ExportComparison {
        var options = embedding
        options.batchSize = 7
        options.inputSize = original.inputSize
        options.input = RequestedInput()
        guard case .network(let exported) = try EmbeddingSource.open(part, options) else {
            throw ModelExportError.notANetwork(path: part.lastPathComponent)
        }
        let faces: any ImageSource =
            try calibration.map { try Calibration($0).others(Self.faces) }
            ?? BuiltInFaces(count: Self.faces, size: original.inputSize)
        return try ExportComparison(
            original: try original.embeddings(of: faces, mirroring: false).original,
            exported: try exported.embeddings(of: faces, mirroring: false).original)
    }

    private func evaluate(
        _ url: URL, _ weights: StateDictOptions, _ tests: [NamedTestSet], _ inputSize: Int,
        _ progress: (String, Int, Int) throws -> Void
    ) throws -> EvaluationResults {
        var quiet = weights
        quiet.log = { _ in }
        var options = embedding
        // TorchScript files do not state it.
        options.inputSize = inputSize
        return try ModelEvaluation(model: url, options: options, weights: quiet)
            .run(on: tests, progress: progress)
    }
}
