public import FaceData
public import FaceEvaluation
public import FaceModels
import Torch

/// A network that embeds images, with what is known about it.
public struct EmbeddingNetwork {
    /// Runs the network on batches of images.
    public var embedder: Embedder
    /// Height and width of its input, in pixels.
    public var inputSize: Int
    /// Its file, for messages.
    public var path: String
    /// Whether another program saved it, so that nothing is known about its computation.
    public var isForeign: Bool
    /// Mean face of its training set; nil if its file does not have it.
    public var meanFace: [Double]?
    /// The people it was trained on; nil if its file does not name its training set.
    public var trained: TrainedPeople?
    /// The network itself and its metadata, if it is one of Facet's backbones.
    public var model: (backbone: any Backbone, metadata: ModelFile.Metadata)?
    /// Whether its file is a `model.safetensors` of Facet's, whose metadata describe it and can be
    /// extended.
    var describesItself = false
    /// Whether it is dlib's network, in dlib's file.
    var isDlib = false
    /// How images are prepared, if ``embedder`` does not specify it.
    var statedPreparation: String?
    /// Ways to prepare the network's input; nil if the right one is certain.
    var preparations: Preparations?

    /// How the input of a network may be prepared.
    struct Preparations {
        /// The preparation in use.
        let given: InputPreparation
        /// Creates the network with another one.
        let embedder: (InputPreparation) -> Embedder
    }

    /// Memberwise initialiser.
    public init(
        embedder: Embedder, inputSize: Int, path: String, isForeign: Bool = false,
        meanFace: [Double]? = nil, trained: TrainedPeople? = nil
    ) {
        self.embedder = embedder
        self.inputSize = inputSize
        self.path = path
        self.isForeign = isForeign
        self.meanFace = meanFace
        self.trained = trained
    }

    /// The template for aligning faces: dlib's for dlib's network, and otherwise insightface's, which most
    /// networks use; scaled to the network's input size if that is a multiple of 112, otherwise to 112
    /// pixels.
    public var template: FaceTemplate {
        if isDlib || model?.backbone is DlibResNet { return .dlib(side: inputSize) }
        return .insightface(side: inputSize > 0 && inputSize % 112 == 0 ? inputSize : 112)
    }

    /// Embeddings of images and of their mirror images, not normalised.
    ///
    /// - Parameters:
    ///   - mirroring: Whether mirror images are embedded as well.
    ///   - progress: Receives the number of images that are done.
    public func embeddings(
        of images: any ImageSource, mirroring: Bool = true,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> EmbeddingViews {
        try embedder.embeddings(
            of: images, size: inputSize, mirroring: mirroring, progress: progress)
    }

    /// Number of images in a trial batch.
    private static let sample = 16
    /// Largest difference between two calls, as a fraction of an embedding's length, that counts as
    /// rounding: an interpreter may reorder a sum once it has compiled a network.
    private static let rounding: Float = 1e-5
    /// Largest difference between an image alone and in a batch that counts as rounding. Kernels add in
    /// another order for another number of images, 1e-6 in float32 and up to a hundredth in half precision;
    /// batch statistics differ by a third and more.
    private static let batchRounding: Float = 0.05

    /// Tries the network with a few images twice, and with one of them alone.
    ///
    /// - Throws: ``FaceEmbeddingError/notFixed(path:reason:)`` for a network whose embedding of an image
    ///   depends on chance or on the other images of its batch, as in training mode.
    public func requireFixed(on images: any ImageSource) throws {
        guard isForeign, images.count > 0 else { return }
        for offset in 0..<2 {
            let indices = Self.indices(of: images.count, offset)
            guard let first = try together(indices, images),
                let second = try together(indices, images)
            else { continue }
            let byChance = Self.difference(first, second)
            guard byChance <= Self.rounding else {
                throw FaceEmbeddingError.notFixed(
                    path: path,
                    reason:
                        "two evaluations of the same images differ by \(Self.percent(byChance)) of "
                        + "an embedding's length, as with active dropout")
            }
            guard indices.count > 1, let byBatch = try differenceAlone(indices, images, first)
            else { continue }
            guard byBatch <= Self.batchRounding else {
                throw FaceEmbeddingError.notFixed(
                    path: path,
                    reason:
                        "the embedding of an image on its own differs by \(Self.percent(byBatch)) of "
                        + "its length from that of the same image in a batch, as with "
                        + "batch statistics")
            }
        }
    }

    /// The largest difference between some images' embeddings alone and in their batch; nil if the
    /// network does not take one image.
    ///
    /// - Parameter batch: The embeddings of all.
    private func differenceAlone(
        _ indices: [Int], _ images: any ImageSource, _ batch: EmbeddingTable
    ) throws -> Float? {
        var largest: Float?
        // Several images, because one may happen to have the batch's statistics.
        for row in indices.indices.prefix(4) {
            guard let alone = try together([indices[row]], images) else { return largest }
            largest = max(largest ?? 0, Self.difference(alone, batch, from: row))
        }
        return largest
    }

    /// Indices of a few images, evenly spaced.
    private static func indices(of count: Int, _ offset: Int) -> [Int] {
        let wanted = min(count, sample)
        return (0..<wanted).map { ($0 * count / wanted + offset * count / (2 * wanted)) % count }
    }

    /// Embeddings of some images at once; nil if the network does not take so many.
    private func together(
        _ indices: [Int], _ images: any ImageSource
    ) throws -> EmbeddingTable? {
        do {
            return try embedder.together(SelectedImages(indices, of: images), size: inputSize)
        } catch TorchError.scriptFailed {
            return nil
        }
    }

    /// The largest difference of rows, as a fraction of their length; of the rows that both have.
    ///
    /// - Parameter offset: The row of `second` that belongs to the first one of `first`.
    private static func difference(
        _ first: EmbeddingTable, _ second: EmbeddingTable, from offset: Int = 0
    ) -> Float {
        guard first.dimension == second.dimension else { return .infinity }
        return (0..<min(first.count, second.count - offset)).map { row -> Float in
            let (a, b) = (first[row], second[offset + row])
            // Values that are not finite are refused later, with their own error.
            guard !a.elementsEqual(b, by: { $0.bitPattern == $1.bitPattern }) else { return 0 }
            let square = zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let length = b.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
            let fraction = square.squareRoot() / max(length, .leastNormalMagnitude)
            return fraction.isNaN ? .infinity : fraction
        }.max() ?? 0
    }

    private static func percent(_ fraction: Float) -> String {
        guard fraction.isFinite else { return "more than 100 %" }
        return fraction < 0.001 ? "less than 0.1 %" : "\((fraction * 1000).rounded() / 10) %"
    }

    /// A warning if another channel order or value range separates the set's pairs far better.
    public func preparationWarning(_ pairs: VerificationPairs) throws -> String? {
        guard let preparations else { return nil }
        return try PreparationProbe.warning(given: preparations.given, pairs) { other, images in
            try preparations.embedder(other).embeddings(
                of: images, size: inputSize, mirroring: false
            ).original
        }
    }

    /// A warning if the test set's faces are cropped differently from the network's training set.
    public func cropWarning(_ pairs: VerificationPairs, threads: Int) throws -> String? {
        guard pairs.minPeople >= MeanFace.minPeople else { return nil }
        return MeanFace.warning(
            network: meanFace, test: try MeanFace.mean(of: pairs.source, threads: threads),
            people: pairs.minPeople)
    }
}
