public import FaceData
import FaceEvaluation
import FaceModels
public import Foundation
import Torch

/// Embeds the images of a set, of any size, into a file.
///
/// | file | content |
/// |---|---|
/// | `.npy` | `[n, d]` of the images, or `[2, n, d]` of the images and of their mirror images; beside it `NAME.names.csv` with the name of each row and its norm |
/// | `.parquet` | one row per image: `name` (text), `embedding` and, with mirror images, `mirrored` (lists of float32), and `norm` (float32); the network's identity under `model` in the file's key-value metadata |
/// | `.bin` | the normalised sums of both, `[n, d]` behind the header of an OpenCV matrix; `NAME.names.csv` beside it |
/// | a folder | the same, one file per image, as MegaFace's development kit requires: `IMAGE_SUFFIX.bin` |
/// | `.safetensors` | `original` and `mirrored`, each `[n, d]`, and `norms` `[n]`; the names, one per line, under the key `images` of the metadata, and the network's identity under `model` |
///
/// Embeddings are the network's outputs, not normalised, in float32. A norm is the mean L2 norm of an
/// image's embeddings.
///
/// Finished rows are kept in a hidden file beside the output, so that a killed process loses only a few
/// batches: the next one resumes there if the network is the same, at the latest from the first image that
/// has changed. The file's bytes do not depend on interruptions.
public struct SetEmbedding {
    /// What was embedded.
    public struct Outcome: Sendable, Hashable {
        /// Images in the file.
        public let images: Int
        /// Images that an earlier process had embedded.
        public let kept: Int
        /// Length of an embedding.
        public let dimension: Int
    }

    private let network: EmbeddingNetwork
    /// Height and width of the network's input, in pixels.
    public var inputSize: Int { network.inputSize }
    /// The images, in the order of the rows.
    public let images: any ImageSource
    private let mirroring: Bool
    private let plan: String

    /// Opens a model, as ``FaceEmbedder`` does.
    ///
    /// - Parameters:
    ///   - images: The images, in the order of the rows; at least one.
    ///   - mirroring: Whether the mirror images are embedded as well.
    /// - Throws: The error of the model, of an image that cannot be read, and
    ///   ``FaceEmbeddingError/embeddings(path:reason:)`` for names with line breaks.
    public init(
        model: URL, options: EmbeddingOptions, weights: StateDictOptions = StateDictOptions(),
        images: any ImageSource, mirroring: Bool = true
    ) throws {
        try self.init(model: model, options: options, weights: weights, mirroring: mirroring) { _ in
            (images, "")
        }
    }

    /// Opens a model, and then images that depend on it, e.g. faces aligned for it.
    ///
    /// - Parameter images: The images, given the template of the network's faces; and an identifier of how
    ///   they are made from files, e.g. `FaceAligner.identity`, or an empty string.
    /// - Throws: As ``init(model:options:weights:images:mirroring:)``, and what the closure throws.
    public init(
        model: URL, options: EmbeddingOptions, weights: StateDictOptions = StateDictOptions(),
        mirroring: Bool = true,
        images: (FaceTemplate) throws -> (images: any ImageSource, origin: String)
    ) throws {
        LibTorch.setThreads(options.compute.threads)
        let network = try EmbeddingSource.network(model, options, weights: weights)
        let (images, origin) = try images(network.template)
        guard images.count > 0 else {
            throw FaceEmbeddingError.embeddings(
                path: images.location.path, reason: "it has no images")
        }
        if let index = (0..<images.count).first(where: {
            images.name(of: $0).contains(where: \.isNewline)
        }) {
            throw FaceEmbeddingError.embeddings(
                path: images.path(of: index), reason: "its name contains a line break; rename it")
        }
        self.network = network
        self.images = images
        self.mirroring = mirroring
        plan =
            "\(try network.identity()) \(options.compute.precision) \(options.compute.device) "
            + "\(options.batchSize) \(mirroring)" + (origin.isEmpty ? "" : " \(origin)")
            + (options.engine.map { " \($0.name)" } ?? "")
    }

    /// Embeds the images and writes the file, atomically.
    ///
    /// - Parameters:
    ///   - output: The file, or with a suffix the folder.
    ///   - suffix: Suffix of an image's name if each image has its own file; nil for one file.
    ///   - progress: Receives the number of images that are done. Finished embeddings are kept if it
    ///     throws.
    public func write(
        to output: URL, suffix: String? = nil, progress: (Int) throws -> Void = { _ in }
    ) throws -> Outcome {
        let journal = EmbeddingJournal(output, plan: plan)
        let kept = try journal.fill(
            with: images, batchSize: network.embedder.batchSize, progress: progress
        ) { range in
            if range.lowerBound == 0 { try network.requireFixed(on: images) }
            return try network.embeddings(
                of: SelectedImages(Array(range), of: images), mirroring: mirroring
            ) { try progress(range.lowerBound + $0) }
        }
        let file = EmbeddingOutput(
            journal: journal, names: (0..<images.count).map(images.name(of:)),
            identity: try network.identity(), views: mirroring ? 2 : 1)
        if let suffix {
            try file.writeFeatures(to: output, suffix: suffix)
        } else {
            try file.write(to: output)
        }
        journal.remove()
        return Outcome(images: images.count, kept: kept, dimension: journal.dimension)
    }
}
