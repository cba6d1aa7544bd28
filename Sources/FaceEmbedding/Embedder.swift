public import FaceData
public import FaceEvaluation
public import FaceModels
public import Torch

/// Turns images into embeddings with a network: those of each image and of its mirror image.
///
/// Images are decoded on a thread of their own while the network computes.
public struct Embedder {
    /// A batch `[n, 3, h, w]` becomes `[n, d]`, not normalised.
    private let network: (Tensor) throws -> Tensor
    /// The conversion of bytes to network input.
    public let normalization: InputNormalization
    /// Device, precision and threads of the computation.
    public let compute: ComputeConfiguration
    /// Images embedded at once.
    public private(set) var batchSize: Int
    /// Length of an embedding; nil if it is not known beforehand.
    public let embeddingSize: Int?
    /// Whether the network runs in LibTorch, and not in an engine with threads of its own.
    private let isInLibTorch: Bool

    /// Creates an embedder around a backbone.
    public init(
        backbone: any Backbone, normalization: InputNormalization = .standard,
        compute: ComputeConfiguration, batchSize: Int = 128
    ) throws {
        let device = try Device.named(compute.device)
        network = { images in
            // Not for networks of OpenVINO, whose threads would all start on one processor.
            LibTorch.withSpreadThreads {
                withPrecision(compute.precision, on: device) { backbone(images, training: false) }
            }
        }
        embeddingSize = backbone.embeddingSize
        isInLibTorch = true
        self.normalization = normalization
        self.compute = compute
        self.batchSize = batchSize
    }

    /// Creates an embedder around a network in TorchScript, which computes in its own precision.
    public init(
        script: TorchScript, path: String, normalization: InputNormalization = .standard,
        compute: ComputeConfiguration, batchSize: Int = 128
    ) {
        network = { images in
            let output = try script(images)
            guard output.rank == 2, output.shape[0] == images.shape[0], output.shape[1] > 0 else {
                throw FaceEmbeddingError.notEmbeddings(path: path, shape: output.shape)
            }
            return output
        }
        embeddingSize = nil
        isInLibTorch = true
        self.normalization = normalization
        self.compute = compute
        self.batchSize = batchSize
    }

    /// Creates an embedder around an ONNX network, which receives bytes and prepares them itself.
    init(
        onnx: ONNXNetwork, _ preparation: InputPreparation, compute: ComputeConfiguration,
        batchSize: Int
    ) {
        network = { try onnx.embeddings(of: $0, preparation) }
        embeddingSize = nil
        isInLibTorch = false
        normalization = InputNormalization(mean: 0, standardDeviation: 1)
        // OpenVINO computes on the CPU and takes images channel after channel.
        self.compute = ComputeConfiguration(
            device: .cpu, precision: compute.precision, memoryFormat: .contiguous,
            threads: compute.threads, kernels: compute.kernels)
        self.batchSize = batchSize
    }

    /// Embeddings of images and of their mirror images, not normalised.
    ///
    /// - Parameters:
    ///   - images: Images, in the order of the rows.
    ///   - size: Height and width of the network's input, in pixels.
    ///   - mirroring: Whether mirror images are embedded as well.
    ///   - progress: Receives how many images are done.
    public func embeddings(
        of images: any ImageSource, size: Int, mirroring: Bool = true,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> EmbeddingViews {
        var (original, mirrored) = (Rows(), Rows())
        let batches = try batches(of: images, size: size, mirroring: mirroring)
        while let batch = try batches.next() {
            original.append(batch.original)
            if let views = batch.mirrored { mirrored.append(views) }
            try progress(original.count)
        }
        return try EmbeddingViews(
            original: original.table(), mirrored: mirroring ? mirrored.table() : nil)
    }

    /// Embeddings of images, batch after batch: of all batches of ``batchSize`` images, or of every
    /// `stride`-th one.
    ///
    /// - Parameters:
    ///   - images: Images, in their order; the last batch may have fewer.
    ///   - size: Height and width of the network's input, in pixels.
    ///   - mirroring: Whether mirror images are embedded as well.
    ///   - stride: Distance from one requested batch to the next; 1 for all.
    ///   - first: The first requested batch.
    public func batches(
        of images: any ImageSource, size: Int, mirroring: Bool = true, every stride: Int = 1,
        from first: Int = 0
    ) throws -> EmbeddedBatches {
        EmbeddedBatches(
            self, images, size: size, mirroring: mirroring, every: stride, from: first,
            device: try Device.named(compute.device))
    }

    /// Embeddings of images in a single batch, without mirror images.
    public func together(_ images: any ImageSource, size: Int) throws -> EmbeddingTable {
        var whole = self
        whole.batchSize = max(1, images.count)
        return try whole.embeddings(of: images, size: size, mirroring: false).original
    }

    fileprivate func embed(_ images: Tensor) throws -> Tensor {
        try compute.withKernels { try withoutGradients { try network(images) } }
    }

    /// Runs a closure with as many threads of LibTorch as its part of the work is worth.
    ///
    /// With another engine that is one: LibTorch only prepares the images there, and its threads spin for some
    /// milliseconds after each operation, on the processors that the engine then needs.
    fileprivate func withThreads<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        isInLibTorch ? try body() : try LibTorch.withThreads(1, body)
    }

    /// Embeddings as they are computed, batch by batch.
    private struct Rows {
        private(set) var count = 0
        private var dimension = 1
        private var values: [Float] = []

        mutating func append(_ batch: Tensor) {
            dimension = batch.shape[1]
            count += batch.shape[0]
            values += batch.array(of: Float.self)
        }

        func table() throws -> EmbeddingTable {
            try EmbeddingTable(count: count, dimension: dimension, values: values)
        }
    }
}

/// Embeddings of images as they are computed, batch by batch (``Embedder/batches(of:size:mirroring:every:from:)``).
public final class EmbeddedBatches {
    private let embedder: Embedder
    private let loader: BatchLoader
    private let mirroring: Bool
    private let device: Device

    init(
        _ embedder: Embedder, _ images: any ImageSource, size: Int, mirroring: Bool,
        every stride: Int, from first: Int, device: Device
    ) {
        self.embedder = embedder
        self.mirroring = mirroring
        self.device = device
        let (total, batchSize) = (images.count, embedder.batchSize)
        let all = (total + batchSize - 1) / batchSize
        loader = BatchLoader(images, count: max(0, (all - first + stride - 1) / stride), side: size)
        {
            let start = (first + $0 * stride) * batchSize
            return BatchLoader.Request(indices: Array(start..<min(start + batchSize, total)))
        }
    }

    /// The next batch `[n, d]` of images and of their mirror images, where these are requested; nil at the end.
    public func next() throws -> (original: Tensor, mirrored: Tensor?)? {
        guard let batch = try loader.next() else { return nil }
        let format = embedder.compute.memoryFormat
        return try embedder.withThreads {
            let images = embedder.normalization.images(
                pixels: batch.pixels, count: batch.count, height: batch.height, width: batch.width,
                format: format, device: device)
            return (
                try embedder.embed(images),
                mirroring ? try embedder.embed(images.flipped(3).contiguous(format)) : nil
            )
        }
    }
}
