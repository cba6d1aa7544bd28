import FaceConfiguration
import FaceData
import FaceEvaluation
import FaceModels
import FaceRuns
public import Foundation
import ModelFormats
import SafeFiles
import Spelling
import Torch

/// The source of embeddings.
public enum EmbeddingSource {
    /// A file of embeddings.
    case file(EmbeddingFile)
    case network(EmbeddingNetwork)

    /// Whether a requested input format applies to a file: not to those that determine it themselves, which
    /// are Facet's models and runs, dlib's network, and embeddings.
    public static func takesRequestedInput(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        guard exists, !isFolder.boolValue else { return !exists }
        if EmbeddingFile.isNamedArray(url) { return false }
        return switch ModelFileKind(url) {
        case .array, .dlib: false
        case .safetensors:
            (try? Safetensors.metadata(of: url)).map(SafetensorsKind.init(metadata:)) == .weights
        case .foreign, .mxnet, .onnx, .openVINO, .script, .stateDict: true
        }
    }

    /// Opens a path: a model file, a run's folder or its checkpoint, a network in TorchScript, ONNX or
    /// OpenVINO's own format, or a file of embeddings.
    ///
    /// - Parameter weights: The user's description of a PyTorch state dict.
    /// - Throws: The error of a file that is missing, damaged or of another kind.
    public static func open(
        _ url: URL, _ options: EmbeddingOptions, weights: StateDictOptions = StateDictOptions()
    ) throws -> EmbeddingSource {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        guard exists else {
            throw TorchError.file(path: url.path, reason: "there is no such file")
        }
        // Also for an array, which is recognised by its name.
        guard !PlainFile.isSpecial(url) else {
            throw TorchError.file(path: url.path, reason: PlainFile.notReadable)
        }
        let opener = Opener(options: options, weights: weights)
        if isFolder.boolValue { return try opener.replaced(opener.folder(url)) }
        if EmbeddingFile.isNamedArray(url) { return .file(try EmbeddingFile(array: url)) }
        if MegaFaceFile.shape(of: url) != nil { return .file(try EmbeddingFile(matrix: url)) }
        guard FileManager.default.isReadableFile(atPath: url.path) else {
            throw FaceEmbeddingError.noModel(path: url.path, reason: "permission denied")
        }
        switch ModelFileKind(url) {
        case .array: return .file(try EmbeddingFile(array: url))
        case .dlib: return try opener.replaced(opener.dlib(url))
        case .foreign(let what, let advice):
            throw FaceEmbeddingError.foreignModel(path: url.path, what: what, advice: advice)
        case .onnx: return try opener.onnx(url, ONNXNetwork(url, options))
        case .openVINO: return try opener.onnx(url, ONNXNetwork(ir: url, options))
        case .safetensors: return try opener.replaced(opener.safetensors(url))
        case .script: return try opener.replaced(opener.script(url))
        case .mxnet, .stateDict: return try opener.replaced(opener.stateDict(url))
        }
    }

    /// Opens a path as ``open(_:_:weights:)`` does, where a network is required.
    ///
    /// - Throws: Its errors, and ``FaceEmbeddingError/noModel(path:reason:)`` for a file of embeddings.
    static func network(
        _ url: URL, _ options: EmbeddingOptions, weights: StateDictOptions
    ) throws -> EmbeddingNetwork {
        guard case .network(let network) = try open(url, options, weights: weights) else {
            throw FaceEmbeddingError.noModel(
                path: url.path, reason: "it holds embeddings and not the network that they are of")
        }
        return network
    }
}

/// Opens each kind of file.
private struct Opener {
    let options: EmbeddingOptions
    let weights: StateDictOptions

    private var compute: ComputeConfiguration { options.compute }
    private var batchSize: Int { options.batchSize }

    /// The opened network, run by the requested engine. OpenVINO's own files are never passed to this
    /// function.
    func replaced(_ source: EmbeddingSource) throws -> EmbeddingSource {
        guard let engine = options.engine, case .network(let network) = source else {
            return source
        }
        return .network(try engine.replacing(network, options))
    }

    /// The model in a folder: a run's, or that of a study's only run.
    func folder(_ url: URL) throws -> EmbeddingSource {
        if let file = RunFolder(url).trainedModel { return try safetensors(file) }
        let newest = url.appendingPathComponent("last.safetensors")
        if FileManager.default.fileExists(atPath: newest.path) { return try safetensors(newest) }
        let runs = try StudyFolder(url).runs()
        let models = runs.compactMap { run in run.trainedModel.map { (run, $0) } }
        if models.count == 1 { return try safetensors(models[0].1) }
        throw FaceEmbeddingError.noModel(
            path: url.path, reason: Self.reason(url, runs, models.map(\.0)))
    }

    /// Why a folder is not a model, and which files in it may be one.
    private static func reason(_ url: URL, _ runs: [RunFolder], _ trained: [RunFolder]) -> String {
        if let first = trained.first {
            return
                "it is a study of \(counted(runs.count, "run")), \(trained.count) of them with a "
                + "model: choose one, as \(quoted: first.url.path)"
        }
        if !runs.isEmpty { return "it is a study in which no run has a model yet" }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        if names.contains("saved_model.pb") { return "it is a TensorFlow SavedModel" }
        let endings: Set = [
            "safetensors", "pt", "npy", "onnx", "pth", "params", "h5", "ckpt", "bin",
        ]
        let likely = names.sorted().filter {
            endings.contains(URL(fileURLWithPath: $0).pathExtension.lowercased())
        }
        let none = "the folder has no model.safetensors and no checkpoint"
        guard !likely.isEmpty else { return none }
        return "\(none), but \(likely.prefix(3).map { "\(quoted: $0)" }.joined(separator: ", "))"
            + (likely.count > 3 ? " and \(likely.count - 3) more" : "")
    }

    func script(_ url: URL) throws -> EmbeddingSource {
        let normalization = try normalization(
            url, stated: ScriptMetadata.normalization(of: url) ?? .standard)
        let script = try TorchScript(url, device: try Device.named(compute.device))
        if script.outputCount > 1 {
            weights.log(
                "\(quoted: url.lastPathComponent): the first of \(script.outputCount) outputs is used"
            )
        }
        let embedder = Embedder(
            script: script, path: url.path, normalization: normalization,
            compute: compute, batchSize: batchSize)
        return .network(
            EmbeddingNetwork(
                embedder: embedder,
                inputSize: ScriptMetadata.inputSize(of: url) ?? options.inputSize, path: url.path,
                isForeign: true, meanFace: Self.meanFace(ScriptMetadata.meanFace(of: url))))
    }

    /// The mean face for comparison with test sets; nil for bytes of another size.
    private static func meanFace(_ bytes: [UInt8]?) -> [Double]? {
        bytes.flatMap {
            $0.count == MeanFace.side * MeanFace.side ? $0.map(Double.init) : nil
        }
    }

    func dlib(_ url: URL) throws -> EmbeddingSource {
        let network = try DlibFaceNetwork(url, device: try Device.named(compute.device))
        let embedder = try Embedder(
            backbone: network.backbone, normalization: network.normalization, compute: compute,
            batchSize: batchSize)
        var opened = EmbeddingNetwork(
            embedder: embedder, inputSize: network.inputSize, path: url.path)
        opened.isDlib = true
        return .network(opened)
    }

    func onnx(_ url: URL, _ onnx: ONNXNetwork) throws -> EmbeddingSource {
        weights.log("\(quoted: url.lastPathComponent): \(onnx.summary)")
        let prepared = onnx.prepared
        let embedder = { [compute, batchSize] (preparation: InputPreparation) in
            Embedder(onnx: onnx, preparation, compute: compute, batchSize: batchSize)
        }
        var network = EmbeddingNetwork(
            embedder: embedder(prepared.preparation), inputSize: onnx.inputSize, path: url.path,
            isForeign: true, meanFace: Self.meanFace(onnx.meanFace))
        network.statedPreparation = prepared.preparation.description
        if !prepared.isCertain {
            network.preparations = .init(given: prepared.preparation, embedder: embedder)
        }
        return .network(network)
    }

    /// The input normalisation of a network: as requested, otherwise as its file states.
    private func normalization(
        _ url: URL, stated: InputNormalization = .standard
    ) throws(FaceEmbeddingError) -> InputNormalization {
        guard let normalization = options.input.normalization(over: stated) else {
            throw .input(
                path: url.path,
                reason: "one mean and one standard deviation are allowed; three are for ONNX")
        }
        return normalization
    }

    func stateDict(_ url: URL, _ file: NamelessWeights? = nil) throws -> EmbeddingSource {
        let normalization = try normalization(url)
        let network = try StateDictNetwork(
            file ?? NamelessWeights(url), weights, inputSize: options.inputSize,
            device: try Device.named(compute.device))
        weights.log("\(quoted: url.lastPathComponent): \(network.summary)")
        if network.isAdaFaces, normalization.order == .rgb {
            weights.log(
                "it is a checkpoint in AdaFace's layout, whose published weights expect BGR: add "
                    + "\(weights.colourOption) bgr if these do")
        }
        let embedder = try Embedder(
            backbone: network.backbone, normalization: normalization, compute: compute,
            batchSize: batchSize)
        var result = EmbeddingNetwork(
            embedder: embedder, inputSize: options.inputSize, path: url.path)
        result.model = (
            network.backbone,
            ModelFile.Metadata(inputSize: options.inputSize, normalization: normalization)
        )
        return .network(result)
    }

    func safetensors(_ url: URL) throws -> EmbeddingSource {
        let content = try Safetensors.read(url)
        switch SafetensorsKind(content) {
        case .embeddings: return .file(try EmbeddingFile(content, path: url.path))
        case .weights: return try stateDict(url, NamelessWeights(content, path: url.path))
        case .checkpoint: return try checkpoint(url, content)
        // The error of a file that names no backbone is the right one for class weights as well.
        case .model, .classWeights: break
        }
        let (backbone, metadata) = try ModelFile.read(
            content, path: url.path, device: try Device.named(compute.device))
        let embedder = try Embedder(
            backbone: backbone, normalization: metadata.normalization, compute: compute,
            batchSize: batchSize)
        var network = EmbeddingNetwork(
            embedder: embedder, inputSize: metadata.inputSize, path: url.path,
            meanFace: Self.meanFace(metadata.meanFace),
            trained: TrainedPeople(beside: url, trainSet: metadata.trainSet))
        network.model = (backbone, metadata)
        network.describesItself = true
        return .network(network)
    }

    /// The input format in a run's configuration.
    private static func normalization(_ configuration: JSONValue) -> InputNormalization {
        var normalization = InputNormalization.standard
        guard let input = configuration["input"] else { return normalization }
        if case .number(let mean)? = input["mean"] { normalization.mean = mean }
        if case .number(let value)? = input["deviation"], value > 0 {
            normalization.standardDeviation = value
        }
        if case .string(let word)? = input["colour"] {
            normalization.order = ColourOrder(rawValue: word) ?? .rgb
        }
        return normalization
    }

    /// The backbone of a checkpoint, whose specification is in the run's folder.
    private func checkpoint(
        _ url: URL, _ content: Safetensors.Content
    ) throws -> EmbeddingSource {
        let run = RunFolder(url.deletingLastPathComponent().deletingLastPathComponent())
        let description = try run.readDescription()
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: description.identity.backbone),
            inputSize: description.backbone.inputSize,
            initial: .zeros(device: try Device.named(compute.device)))
        let known = Set(backbone.state.prefixed("backbone").map(\.name))
        try backbone.state.prefixed("backbone").load(
            content.tensors.filter { known.contains($0.key) }, path: url.path)
        let normalization = Self.normalization(description.configuration)
        let embedder = try Embedder(
            backbone: backbone, normalization: normalization, compute: compute, batchSize: batchSize
        )
        let inputSize = description.backbone.inputSize
        var network = EmbeddingNetwork(
            embedder: embedder, inputSize: inputSize, path: url.path)
        network.model = (
            backbone, ModelFile.Metadata(inputSize: inputSize, normalization: normalization)
        )
        return .network(network)
    }
}

extension RunFolder {
    /// The trained network of a run, or its last checkpoint's.
    var trainedModel: URL? {
        [modelURL, checkpointURL.appendingPathComponent("last.safetensors")]
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }
}
