public import FaceData
public import FaceEvaluation
public import FaceModels
public import FaceTraining
import Torch

/// Turns images into embeddings with a backbone, as the insightface protocol does: each image and
/// its mirror image, embeddings added before normalisation.
public struct Embedder {
    /// The network.
    public let backbone: any Backbone
    /// What bytes become before they enter it.
    public let normalization: InputNormalization
    /// How it is computed.
    public let compute: ComputeConfiguration
    /// Images embedded at once.
    public let batchSize: Int

    /// Creates an embedder.
    public init(
        backbone: any Backbone, normalization: InputNormalization = .standard,
        compute: ComputeConfiguration, batchSize: Int = 128
    ) {
        self.backbone = backbone
        self.normalization = normalization
        self.compute = compute
        self.batchSize = batchSize
    }

    /// Embeddings of images and of their mirror images, not normalised.
    ///
    /// - Parameters:
    ///   - images: Images, in the order of the rows.
    ///   - size: Height and width of the network's input, in pixels.
    ///   - progress: Told how many images are done.
    public func embeddings(
        of images: any ImageSource, size: Int, progress: (Int) throws -> Void = { _ in }
    ) throws -> (original: EmbeddingTable, mirrored: EmbeddingTable) {
        let device = try Device.named(compute.device)
        let (total, batchSize) = (images.count, batchSize)
        let batches = (total + batchSize - 1) / batchSize
        let loader = BatchLoader(images, count: batches, side: size) {
            BatchLoader.Request(
                places: Array($0 * batchSize..<min(($0 + 1) * batchSize, total)))
        }
        var original: [Float] = []
        var mirrored: [Float] = []
        var done = 0
        while let batch = try loader.next() {
            let tensor = normalization.images(
                pixels: batch.pixels, count: batch.count, height: batch.height,
                width: batch.width, format: compute.memoryFormat, device: device)
            original += embed(tensor, on: device)
            mirrored += embed(tensor.flipped(3).contiguous(compute.memoryFormat), on: device)
            done += batch.count
            try progress(done)
        }
        return (
            try EmbeddingTable(
                count: done, dimension: backbone.embeddingSize, values: original),
            try EmbeddingTable(
                count: done, dimension: backbone.embeddingSize, values: mirrored)
        )
    }

    private func embed(_ images: Tensor, on device: Device) -> [Float] {
        withoutGradients {
            withPrecision(compute.precision, on: device) {
                backbone(images, training: false).array(of: Float.self)
            }
        }
    }
}
