public import FaceData
public import FaceEvaluation
import FaceModels
public import Foundation
import Torch

/// The embedding of one face, which can be compared with others.
public struct FaceVector: Codable, Sendable, Hashable {
    /// A vector of length 1.
    public let values: [Float]
    /// Mean L2 norm of the network's outputs before normalisation; poor pictures often have small norms.
    public let norm: Double

    /// Memberwise initialiser; the vector must have length 1.
    public init(values: [Float], norm: Double) {
        (self.values, self.norm) = (values, norm)
    }

    /// The cosine of two embeddings; -1...1, higher is more similar.
    ///
    /// It is computed as in an evaluation, so that thresholds from there apply.
    ///
    /// - Throws: `FaceEvaluationError` for embeddings of different lengths.
    public func similarity(to other: FaceVector) throws -> Double {
        let table = try EmbeddingTable(
            count: 2, dimension: values.count, values: values + other.values)
        let pair = VerificationPair(first: 0, second: 1, same: true, fold: 0)
        return try table.scores(of: [pair])[0].cosine
    }
}

/// Embeds faces with a model of any kind: from a file, or from pixels, to a vector.
///
/// ```swift
/// let embedder = try FaceEmbedder(model: model)
/// let anna = try embedder.embedding(of: first)
/// print(try anna.similarity(to: embedder.embedding(of: second)))
/// ```
///
/// Pictures must be aligned crops unless a ``FaceCropping`` aligns them. As in an evaluation, an embedding
/// is the normalised sum of those of the picture and of its mirror image. Thread-safe; the network serves
/// one caller at a time.
public final class FaceEmbedder: Sendable {
    /// Height and width of the network's input, in pixels.
    public let inputSize: Int
    /// Mean face of the network's training set; nil if its file does not have it.
    public let meanFace: [Double]?
    /// Path of the network's file.
    public let path: String
    /// The template for aligning faces, see ``EmbeddingNetwork/template``.
    public let template: FaceTemplate

    private let cropping: FaceCropping
    private let threads: Int
    private let queue: DispatchQueue
    /// Sound because it is used on ``queue`` alone once the initialiser has returned.
    nonisolated(unsafe) private let network: EmbeddingNetwork

    /// Opens a model: a run's folder, a `model.safetensors`, a checkpoint, a network in ONNX or TorchScript, or,
    /// with ``StateDictOptions``, a PyTorch state dict.
    ///
    /// - Parameters:
    ///   - options: How it is run; by default in float32 on the CPU.
    ///   - cropping: How files become aligned crops.
    /// - Throws: The error of a file that is missing, damaged or of another kind, and
    ///   ``FaceEmbeddingError/noModel(path:reason:)`` for a file of embeddings.
    public init(
        model: URL, options: EmbeddingOptions = .standard,
        weights: StateDictOptions = StateDictOptions(), cropping: FaceCropping = .aligned
    ) throws {
        LibTorch.setThreads(options.compute.threads)
        let network = try EmbeddingSource.network(model, options, weights: weights)
        self.network = network
        self.cropping = cropping
        queue = DispatchQueue(label: "facet.embedder")
        threads = options.compute.threads
        inputSize = network.inputSize
        meanFace = network.meanFace
        path = network.path
        template = network.template
    }

    private init(_ other: FaceEmbedder, _ cropping: FaceCropping) {
        (network, queue, threads) = (other.network, other.queue, other.threads)
        (inputSize, meanFace) = (other.inputSize, other.meanFace)
        (path, template) = (other.path, other.template)
        self.cropping = cropping
    }

    /// The same network with another cropping of files, e.g. ``FaceCropping/detecting(_:warn:)``.
    public func cropping(by cropping: FaceCropping) -> FaceEmbedder {
        FaceEmbedder(self, cropping)
    }

    /// The aligned crop of a file.
    public func crop(_ url: URL) throws -> RGBImage { try cropping(url) }

    /// The aligned crop of a file, with the face's pose and size there.
    public func face(of url: URL) throws -> CroppedFace { try cropping.face(of: url) }

    /// The aligned crops of files, in their order, or the error of each; computed on the embedder's
    /// threads.
    public func faces(of urls: [URL]) -> [Result<CroppedFace, FaceDataError>] {
        let faces = Faces()
        DispatchQueue.concurrentPerform(iterations: min(max(1, threads), urls.count)) { thread in
            for index in stride(from: thread, to: urls.count, by: max(1, threads)) {
                let face = Result { () throws(FaceDataError) in try cropping.face(of: urls[index]) }
                faces.add(index, face)
            }
        }
        return faces.inOrder
    }

    /// The embedding of the face in a file.
    ///
    /// - Throws: The error of an image, or of the network.
    public func embedding(of url: URL) throws -> FaceVector {
        try embedding(of: crop(url), name: url.path)
    }

    /// The embedding of an aligned crop.
    ///
    /// - Parameter name: The picture's name for messages.
    public func embedding(of picture: RGBImage, name: String = "the picture") throws -> FaceVector {
        try embeddings(of: [picture], names: [name])[0]
    }

    /// The embeddings of aligned crops, in their order.
    ///
    /// - Parameter names: Each picture's name for messages; as many as there are pictures.
    public func embeddings(of pictures: [RGBImage], names: [String]) throws -> [FaceVector] {
        try queue.sync { try embed(PictureSource(pictures, names: names)) }
    }

    /// The embeddings of the faces in files, in their order.
    ///
    /// The task's thread is not blocked. A cancelled task ends between two batches.
    ///
    /// - Throws: The error of the first image that cannot be read, of the network, or `CancellationError`.
    public func embeddings(of urls: [URL]) async throws -> [FaceVector] {
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async { [self] in
                    continuation.resume(
                        with: Result {
                            try embed(CroppedFiles(urls, cropping)) { _ in
                                if cancellation.isSet { throw CancellationError() }
                            }
                        })
                }
            }
        } onCancel: {
            cancellation.set()
        }
    }

    /// The calibration of the model's scores; nil if none is stored; see ``ModelThresholds``.
    ///
    /// - Throws: The error of thresholds that are damaged or of another network.
    public func calibration() throws -> ScoreCalibration? {
        try queue.sync { try network.thresholds.read() }
    }

    /// Identifies the network, see ``EmbeddingNetwork/identity()``.
    public func identity() throws -> String { try queue.sync { try network.identity() } }

    private func embed(
        _ source: any ImageSource, _ progress: (Int) throws -> Void = { _ in }
    ) throws -> [FaceVector] {
        guard source.count > 0 else { return [] }
        // The number of threads is a setting of the computing thread.
        LibTorch.setThreads(threads)
        try progress(0)
        let views = try network.embeddings(of: source, progress: progress)
        let rows = try views.normalizedSum()
        let norms = try ([views.original] + (views.mirrored.map { [$0] } ?? []))
            .map { try $0.norms() }
        return (0..<rows.count).map { row in
            FaceVector(
                values: Array(rows[row]),
                norm: norms.reduce(0) { $0 + $1[row] } / Double(norms.count))
        }
    }
}

/// Crops that several threads collect.
private final class Faces: @unchecked Sendable {
    // Sound because the table is reached only while the lock is held.
    private let lock = NSLock()
    private var table: [Int: Result<CroppedFace, FaceDataError>] = [:]

    func add(_ index: Int, _ face: Result<CroppedFace, FaceDataError>) {
        lock.withLock { table[index] = face }
    }

    var inOrder: [Result<CroppedFace, FaceDataError>] {
        lock.withLock { table.sorted { $0.key < $1.key }.map(\.value) }
    }
}

/// Tells the computing thread that the task was cancelled.
private final class Cancellation: @unchecked Sendable {
    // Sound because the flag is reached only while the lock is held.
    private let lock = NSLock()
    private var flag = false

    var isSet: Bool { lock.withLock { flag } }

    func set() { lock.withLock { flag = true } }
}
