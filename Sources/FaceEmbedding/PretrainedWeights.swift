public import FaceModels
public import Foundation
public import ModelFormats
import FaceRuns
import SafeFiles
import Spelling
public import Torch

/// Initial weights for training, from a file of any supported kind: a model of Facet's, a run's folder or a
/// study's, a checkpoint, a state dict of PyTorch, the parameters in TorchScript, MXNet's parameters, an
/// ONNX network, whose weights are matched by their order, or any safetensors file.
public struct PretrainedWeights {
    /// The file that the weights are read from.
    public let url: URL
    /// SHA-256 of the file, and of the class weights beside it where there are some, in hexadecimal.
    public let contentHash: String
    /// The class weights of the same run, with the identities' names; nil if none are known.
    public let headURL: URL?
    /// The named tensors of the file.
    public let file: WeightFile
    /// The network's input format; nil if the file does not state it.
    public let normalization: InputNormalization?
    /// The ONNX network with the weights; nil for files with named tensors.
    private let onnx: ONNXStart?

    /// Reads a file.
    ///
    /// - Throws: ``FaceEmbeddingError`` for a file without named weights, and the errors of a file that
    ///   cannot be read or is damaged.
    public init(_ url: URL) throws {
        self.url = url
        let (file, metadata) = try Self.read(url)
        self.file = file
        let isFacets = metadata != nil
        onnx = try file.parts.isEmpty && ModelFileKind(url) == .onnx ? ONNXStart(url) : nil
        normalization = onnx?.normalization ?? metadata.flatMap(ModelMetadata.normalization)
        let head = RunFolder(url.deletingLastPathComponent()).headURL
        let hasHead =
            isFacets && url.lastPathComponent == "model.safetensors"
            && FileManager.default.fileExists(atPath: head.path)
        headURL = hasHead ? head : nil
        contentHash = try ([url] + (hasHead ? [head] : [])).map {
            SHA256.hexDigest(of: try Data(contentsOf: $0))
        }.joined(separator: "-")
    }

    /// The file's tensors, and its metadata if Facet wrote it.
    private static func read(_ url: URL) throws -> (WeightFile, metadata: [String: String]?) {
        guard FileManager.default.isReadableFile(atPath: url.path) else {
            throw FaceEmbeddingError.noWeights(path: url.path, reason: "permission denied")
        }
        switch ModelFileKind(url) {
        case .safetensors:
            var content = try Safetensors.read(url)
            let kind = SafetensorsKind(content)
            switch kind {
            case .checkpoint:
                // Only the network's tensors: averages and optimiser states have the same names.
                content.tensors = content.tensors.filter { $0.key.hasPrefix("backbone.") }
            case .embeddings:
                throw FaceEmbeddingError.noWeights(
                    path: url.path, reason: "it has embeddings and no weights")
            case .classWeights, .model, .weights: break
            }
            return (
                WeightFile(content, path: url.path),
                metadata: kind == .model ? content.metadata : nil
            )
        case .script, .stateDict:
            return (WeightFile(try StateDict(url)), metadata: nil)
        case .mxnet:
            return (WeightFile(try MXNetParameters(url)), metadata: nil)
        case .array:
            throw FaceEmbeddingError.noWeights(
                path: url.path, reason: "it has an array and no weights by name")
        case .dlib:
            throw FaceEmbeddingError.noWeights(
                path: url.path,
                reason: "it is dlib's network, which is evaluated but not trained on")
        case .onnx: return (WeightFile(withoutNames: url.path), metadata: nil)
        case .openVINO:
            throw FaceEmbeddingError.noWeights(
                path: url.path,
                reason:
                    "it is a network of OpenVINO's, whose weights have no names of a backbone; give "
                    + "the file that it was exported from")
        case .foreign(let what, _):
            throw FaceEmbeddingError.noWeights(
                path: url.path,
                reason: "it is \(what); give a model or run of Facet's, a state dict of PyTorch, "
                    + "TorchScript, ONNX, safetensors or MXNet's .params")
        }
    }

    // MARK: Which file

    /// The weight file for a path: the file itself, the model of a run's folder, or in a study's folder the
    /// model of the run with the same backbone, and with the same seed if there are several.
    ///
    /// - Throws: ``FaceEmbeddingError/noWeights(path:reason:)`` if there is none, or more than one.
    public static func file(
        _ url: URL, backbone: BackboneSpecification, seed: UInt64
    ) throws -> URL {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw FaceEmbeddingError.noWeights(path: url.path, reason: "there is no such file")
        }
        guard isFolder.boolValue else { return url }
        if let model = RunFolder(url).trainedModel { return model }
        let last = url.appendingPathComponent("last.safetensors")
        if FileManager.default.fileExists(atPath: last.path) { return last }
        let runs = try StudyFolder(url).runs().compactMap { run in
            run.trainedModel.map { (url: $0, identity: try? run.readDescription().identity) }
        }
        guard !runs.isEmpty else {
            throw FaceEmbeddingError.noWeights(
                path: url.path,
                reason: "the folder has no model.safetensors and no checkpoint, and no run with one"
            )
        }
        let fitting = runs.filter { $0.identity?.backbone == backbone.description }
        if fitting.count == 1 { return fitting[0].url }
        let ofSeed = fitting.filter { $0.identity?.seed == seed }
        if ofSeed.count == 1 { return ofSeed[0].url }
        let names = (ofSeed.isEmpty ? runs : ofSeed).map {
            $0.url.deletingLastPathComponent().lastPathComponent
        }
        throw FaceEmbeddingError.noWeights(
            path: url.path,
            reason: fitting.isEmpty
                ? "none of its \(counted(runs.count, "run")) with a model has the backbone "
                    + "\(backbone)"
                : "\(counted(fitting.count, "run")) of it have the backbone \(backbone), which "
                    + "leaves open which is meant: choose one, as \(quoted: names[0])")
    }

    // MARK: What fits

    /// Matches the file's tensors with a network's.
    ///
    /// - Parameter isPartial: Whether a partial match is accepted.
    /// - Throws: `ModelFormatsError.misfit` with the misfits, and the network that fits best.
    public func match(
        _ network: [StateEntry], of backbone: BackboneSpecification, inputSize: Int,
        isPartial: Bool
    ) throws -> WeightMatch {
        if let onnx { return try match(onnx, of: backbone, inputSize: inputSize) }
        let match = WeightMatch(file, network)
        guard match.isWhole || (isPartial && !match.fitted.isEmpty) else {
            throw ModelFormatsError.misfit(
                path: url.path,
                summary: "does not fit \(backbone): it has \(match.summary)"
                    + advice(backbone, match, inputSize))
        }
        return match
    }

    /// Matches an ONNX network's weights with a backbone's tensors: all or none.
    private func match(
        _ onnx: ONNXStart, of backbone: BackboneSpecification, inputSize: Int
    ) throws -> WeightMatch {
        let match = try onnx.match(backbone, inputSize: inputSize)
        guard match.isWhole else {
            throw ModelFormatsError.misfit(
                path: url.path,
                summary:
                    "does not fit \(backbone): it has \(match.summary); the weights of an ONNX "
                    + "network are matched by their order, so all must fit, even with --partial")
        }
        return match
    }

    private func advice(
        _ backbone: BackboneSpecification, _ match: WeightMatch, _ inputSize: Int
    ) -> String {
        let partial = match.fitted.isEmpty ? "" : "; take what fits with --partial"
        let best = file.likelyNetworks(inputSize: inputSize).first {
            $0.backbone.name != backbone.name
                && $0.match.fitted.count > match.fitted.count
        }
        return partial + (best.map { "; \($0.backbone) fits better: \($0.match.summary)" } ?? "")
    }
}
