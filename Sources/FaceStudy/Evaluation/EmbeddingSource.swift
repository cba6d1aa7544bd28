import FaceData
import FaceEvaluation
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Torch

/// Where the embeddings of an evaluation come from.
enum EmbeddingSource {
    /// A file of embeddings.
    case file(EmbeddingFile)
    /// A network.
    case network(EvaluatedNetwork)

    /// Opens whatever a path names: a model file, a run's folder or its checkpoint, a network in
    /// TorchScript, or a file of embeddings.
    ///
    /// - Throws: The error of a file that is missing, damaged or something else.
    static func open(_ url: URL, _ configuration: StudyConfiguration) throws -> EmbeddingSource {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        guard exists else {
            throw TorchError.file(path: url.path, reason: "there is no such file")
        }
        let opener = Opener(
            configuration: configuration, compute: try configuration.resolvedCompute())
        if isFolder.boolValue { return try opener.folder(url) }
        if EmbeddingFile.isNamedArray(url) { return .file(try EmbeddingFile(array: url)) }
        return opener.isArchive(url) ? try opener.script(url) : try opener.safetensors(url)
    }
}

/// Opens one kind of file each.
private struct Opener {
    let configuration: StudyConfiguration
    let compute: ComputeConfiguration

    private var batchSize: Int { configuration.evaluation.batchSize }

    /// Whether a file begins as the ZIP archives do that PyTorch writes.
    func isArchive(_ url: URL) -> Bool {
        guard let file = try? FileHandle(forReadingFrom: url) else { return false }
        defer { try? file.close() }
        let start = (try? file.read(upToCount: 4)) ?? nil
        return start == Data([0x50, 0x4B, 0x03, 0x04])
    }

    func folder(_ url: URL) throws -> EmbeddingSource {
        let run = RunFolder(url)
        let checkpoint = run.checkpointURL.appendingPathComponent("last.safetensors")
        for file in [run.modelURL, checkpoint]
        where FileManager.default.fileExists(atPath: file.path) {
            return try safetensors(file)
        }
        throw FaceStudyError.noModel(
            path: url.path, reason: "the folder has neither model.safetensors nor a checkpoint")
    }

    func script(_ url: URL) throws -> EmbeddingSource {
        let script = try TorchScript(url, device: try Device.named(compute.device))
        let embedder = Embedder(
            script: script, path: url.path, compute: compute, batchSize: batchSize)
        return .network(
            EvaluatedNetwork(
                embedder: embedder, inputSize: configuration.inputSize, path: url.path,
                isForeign: true))
    }

    func safetensors(_ url: URL) throws -> EmbeddingSource {
        guard FileManager.default.isReadableFile(atPath: url.path) else {
            throw FaceStudyError.noModel(path: url.path, reason: "it may not be read")
        }
        let content = try Safetensors.read(url)
        if EmbeddingFile.isContent(content) {
            return .file(try EmbeddingFile(content, path: url.path))
        }
        if content.metadata["position"] != nil { return try checkpoint(url, content) }
        let (backbone, metadata) = try ModelFile.read(
            url, device: try Device.named(compute.device))
        let embedder = try Embedder(
            backbone: backbone, normalization: metadata.normalization, compute: compute,
            batchSize: batchSize)
        return .network(
            EvaluatedNetwork(
                embedder: embedder, inputSize: metadata.inputSize, path: url.path,
                meanFace: metadata.meanFace.flatMap {
                    $0.count == MeanFace.side * MeanFace.side ? $0.map(Double.init) : nil
                }))
    }

    /// The backbone of a checkpoint, which its run's folder says the specification of.
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
        let embedder = try Embedder(backbone: backbone, compute: compute, batchSize: batchSize)
        return .network(
            EvaluatedNetwork(
                embedder: embedder, inputSize: description.backbone.inputSize, path: url.path))
    }
}
