public import Torch

/// DeepID (Sun, Wang and Tang, "Deep Learning Face Representation from Predicting 10,000 Classes", CVPR
/// 2014, figure 2).
///
/// Three convolutions, each followed by a 2x2 pool, and a fourth, locally connected layer, whose filters differ
/// from position to position; the filters of the third are shared within squares of 2x2 positions. The third
/// layer's map and the fourth's together enter the linear layer whose rectified values are the embedding; with
/// `bn=on` they are normalised instead. The paper joins 120 such networks, one for each of 60 patches of a face
/// and its mirror image, and reduces their values by PCA: this is one of them, for a whole face. A network
/// accepts only images of the size it was created for. Weights have PyTorch's default initialisation. The
/// paper's authors published no code.
public final class DeepID: ConfigurableBackbone {
    private static let size = BackboneOptionKey<Int>.embeddingSize(160)
    private static let normalizes = BackboneOptionKey<Bool>.normalizesEmbedding(
        insteadOf: "a rectifier")

    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "deepid", title: "DeepID",
        summary: "Two convolutions and two locally connected layers, both of which are embedded.",
        paper: "Sun et al. 2014, figure 2",
        recipe: BackboneRecipe(
            loss: "softmax", inputSize: 31, embeddingSize: 160,
            published: "LFW 97.45 % (60 patches and joint Bayesian) trained on 202,599 images"),
        options: [size.parameter, normalizes.parameter], minInputSize: 31)

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let first: RectangularConvolution
    private let second: RectangularConvolution
    private let third: LocalConvolution
    private let fourth: LocalConvolution
    private let embedding: Linear
    private let normalization: BatchNormalization?
    private let dropout: Dropout
    private let counter = BatchCounter()

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        let channels = [20, 40, 60, 80].map { specification.channels($0) }
        func convolution(_ name: String, _ inputs: Int, _ outputs: Int, _ kernel: Int)
            -> RectangularConvolution
        {
            RectangularConvolution(
                inputs: inputs, outputs: outputs, window: .init(kernel, kernel),
                padding: .init(0, 0), bias: true, initial: initial.child(name))
        }
        first = convolution("conv1", 3, channels[0], 4)
        second = convolution("conv2", channels[0], channels[1], 3)
        let side = ((inputSize - 3) / 2 - 2) / 2
        third = LocalConvolution(
            inputs: (channels[1], side), outputs: channels[2], kernel: 3, region: 2,
            initial: initial.child("conv3"))
        let pooled = third.side / 2
        fourth = LocalConvolution(
            inputs: (channels[2], pooled), outputs: channels[3], kernel: 2,
            initial: initial.child("conv4"))
        let size = specification[.embeddingSize]
        embedding = Linear(
            inputs: channels[2] * pooled * pooled + channels[3] * fourth.side * fourth.side,
            outputs: size, initial: initial.child("deepid"))
        normalization =
            specification[.normalizesEmbedding]
            ? BatchNormalization(channels: size, initial: initial.child("bn")) : nil
        dropout = Dropout(
            rate: specification[.dropout],
            noise: BatchNoise("dropout", countedBy: counter, initial: initial))
    }

    /// Parameters and buffers, by the names in model files.
    public var state: [StateEntry] {
        let lower = first.state.prefixed("conv1") + second.state.prefixed("conv2")
        let upper = third.state.prefixed("conv3") + fourth.state.prefixed("conv4")
        return lower + upper + embedding.state.prefixed("deepid") + ending + counter.state
    }

    private var ending: [StateEntry] { normalization?.state.prefixed("bn") ?? [] }

    /// `[n, 3, inputSize, inputSize]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        if training { counter.count() }
        func pooled(_ map: Tensor) -> Tensor {
            map.relu().maxPooled(kernel: 2, stride: 2, padding: 0)
        }
        let lower = pooled(
            second(pooled(first(images, training: training)), training: training))
        let coarse = pooled(third(lower))
        let fine = fourth(coarse).relu()
        return withFullPrecision(on: images.device) {
            let scales = [coarse, fine].map {
                $0.to(embedding.weight.type).reshaped([images.shape[0], -1])
            }
            let joined = dropout(.concatenated(scales, dim: 1), training: training)
            let values = embedding(joined, training: training)
            return normalization?(values, training: training) ?? values.relu()
        }
    }

    /// One row per layer.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        func pool() {
            trace.row("max pool", filter: "2x2", stride: 2) {
                $0.pool(kernel: 2, stride: 2, padding: 0)
            }
        }
        for (number, layer) in [first, second].enumerated() {
            let shape = layer.weight.shape
            trace.row(
                "conv\(number + 1)", filter: "\(shape[2])x\(shape[3]), \(shape[0])", stride: 1
            ) { $0.pass(layer) }
            pool()
        }
        trace.row("conv3", filter: third.filter, stride: 1) { third.walk(&$0) }
        pool()
        trace.row("conv4", filter: fourth.filter, stride: 1) { fourth.walk(&$0) }
        let shape = embedding.weight.shape
        trace.row("embedding", filter: "\(shape[1])x\(shape[0])", stride: 1) {
            $0.pass(embedding, ending)
        }
        return trace.table
    }
}
