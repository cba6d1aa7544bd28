public import Torch

/// AlexNet (Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural
/// Networks", 2012) in torchvision's version (Krizhevsky, "One weird trick", 2014): without local
/// response normalisation and not split over two GPUs, with an embedding instead of classes.
///
/// The last feature map is averaged to 6x6 positions, so that images of any size enter the two wide linear layers,
/// which have nearly all parameters. Convolutions and linear layers are initialised as in PyTorch. Parameters
/// have torchvision's names; those of the embedding layer are `embedding.linear` and `embedding.bn`.
public final class AlexNet: ConfigurableBackbone {
    private static let dropout = BackboneOptionKey<Double>.dropout(0.5)
    /// Positions along each side of the feature map that enters the linear layers.
    private static let side = 6

    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "alexnet", title: "AlexNet",
        summary: "Five convolutions and two linear maps of 4096 values.",
        paper: "Krizhevsky et al. 2012",
        recipe: BackboneRecipe(
            loss: "softmax", inputSize: 224, embeddingSize: 4096,
            published: "60 million parameters, ImageNet top-5 error 15.3 % (ensemble)"),
        options: [dropout.parameter], minInputSize: 63)

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// Position among the features, channels, window, stride and padding of each convolution.
    private static let plan: [(index: Int, channels: Int, kernel: Int, stride: Int, padding: Int)] =
        [
            (0, 64, 11, 4, 2), (3, 192, 5, 1, 2), (6, 384, 3, 1, 1), (8, 256, 3, 1, 1),
            (10, 256, 3, 1, 1),
        ]
    /// The convolutions that are followed by a pool.
    private static let pooled: Set<Int> = [0, 3, 10]

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let convolutions: [RectangularConvolution]
    private let maps: [Linear]
    private let embedding: Linear
    private let normalization: BatchNormalization?
    private let dropouts: [Dropout]
    private let counter = BatchCounter()

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        var inputs = 3
        convolutions = Self.plan.map { index, channels, kernel, stride, padding in
            let outputs = specification.channels(channels)
            defer { inputs = outputs }
            return RectangularConvolution(
                inputs: inputs, outputs: outputs, window: .init(kernel, kernel), stride: stride,
                padding: .init(padding, padding), bias: true,
                initial: initial.child("features.\(index)"))
        }
        let wide = specification.channels(4096)
        maps = [
            Linear(
                inputs: inputs * Self.side * Self.side, outputs: wide,
                initial: initial.child("classifier.1")),
            Linear(inputs: wide, outputs: wide, initial: initial.child("classifier.4")),
        ]
        let size = specification[.embeddingSize]
        embedding = Linear(
            inputs: wide, outputs: size, initial: initial.child("embedding.linear"))
        normalization =
            specification[.normalizesEmbedding]
            ? BatchNormalization(channels: size, initial: initial.child("embedding.bn")) : nil
        dropouts = ["classifier.0", "classifier.3"].map { [counter] in
            Dropout(
                rate: specification[.dropout],
                noise: BatchNoise($0, countedBy: counter, initial: initial))
        }
    }

    /// Parameters and buffers under torchvision's names.
    public var state: [StateEntry] {
        let features = zip(Self.plan, convolutions).flatMap { row, layer in
            layer.state.prefixed("features.\(row.index)")
        }
        let classifier =
            maps[0].state.prefixed("classifier.1") + maps[1].state.prefixed("classifier.4")
        return features + classifier + embedding.state.prefixed("embedding.linear") + ending
            + counter.state
    }

    private var ending: [StateEntry] { normalization?.state.prefixed("embedding.bn") ?? [] }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        if training { counter.count() }
        var features = images
        for (row, convolution) in zip(Self.plan, convolutions) {
            features = convolution(features, training: training).relu()
            if Self.pooled.contains(row.index) {
                features = features.maxPooled(kernel: 3, stride: 2, padding: 0)
            }
        }
        var values = features.averagePooled(toHeight: Self.side, width: Self.side)
            .reshaped([images.shape[0], -1])
        for (map, dropout) in zip(maps, dropouts) {
            values = map(dropout(values, training: training), training: training).relu()
        }
        return withFullPrecision(on: images.device) {
            let embeddings = embedding(values.to(embedding.weight.type), training: training)
            return normalization?(embeddings, training: training) ?? embeddings
        }
    }

    /// One row per layer.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        for (number, (row, layer)) in zip(Self.plan, convolutions).enumerated() {
            let shape = layer.weight.shape
            trace.row(
                "conv\(number + 1)", filter: "\(shape[2])x\(shape[3]), \(shape[0])",
                stride: row.stride
            ) { $0.pass(layer) }
            guard Self.pooled.contains(row.index) else { continue }
            trace.row("max pool", filter: "3x3", stride: 2) {
                $0.pool(kernel: 3, stride: 2, padding: 0)
            }
        }
        trace.row("average pool", filter: "to \(Self.side)x\(Self.side)", stride: 1) {
            $0.resize(
                LayerTable.Size(
                    channels: $0.size.channels, height: Self.side, width: Self.side))
        }
        for (number, map) in maps.enumerated() {
            let shape = map.weight.shape
            trace.row("fc\(6 + number)", filter: "\(shape[1])x\(shape[0])", stride: 1) {
                $0.pass(map, [])
            }
        }
        let shape = embedding.weight.shape
        trace.row("embedding", filter: "\(shape[1])x\(shape[0])", stride: 1) {
            $0.pass(embedding, ending)
        }
        return trace.table
    }
}
