public import Torch

/// EdgeNeXt (Maaz et al., "EdgeNeXt: Efficiently Amalgamated CNN-Transformer Architecture for Mobile Vision
/// Applications", ECCV workshops 2022), on which EdgeFace is based, with an embedding instead of classes.
///
/// Four stages of depthwise convolutions, each followed by two pointwise linear layers; the last three
/// stages end in a block in which channels attend to each other. Weights are drawn from a normal distribution of
/// standard deviation 0.02, and layer scales start at 1e-6. Parameters have timm's
/// names; those of the embedding layer are `embedding.linear` and `embedding.bn`.
public final class EdgeNeXt: ConfigurableBackbone {
    /// A named size.
    private struct Plan {
        let name: String
        let title: String
        let channels: [Int]
        let blocks: [Int]
        let heads: Int
        let published: String
    }

    private static let plans = [
        Plan(
            name: "edgenext_xx_small", title: "EdgeNeXt-XXS", channels: [24, 48, 88, 168],
            blocks: [2, 2, 6, 2], heads: 4,
            published: "1.3 million parameters, ImageNet 71.2 %"),
        Plan(
            name: "edgenext_x_small", title: "EdgeNeXt-XS", channels: [32, 64, 100, 192],
            blocks: [3, 3, 9, 3], heads: 4,
            published: "2.3 million parameters, ImageNet 75.0 %"),
        Plan(
            name: "edgenext_small", title: "EdgeNeXt-S", channels: [48, 96, 160, 304],
            blocks: [3, 3, 9, 3], heads: 8,
            published: "5.6 million parameters, ImageNet 79.4 %"),
    ]
    private static let windows = [3, 5, 7, 9]
    private static let scales = [2, 2, 3, 4]

    /// Names, paper and parameters of the three sizes.
    public static let descriptors = plans.map { plan in
        BackboneDescriptor(
            name: plan.name, title: plan.title,
            summary: "\(plan.blocks.reduce(0, +)) blocks of depthwise convolutions and of "
                + "attention among channels.",
            paper: "Maaz et al. 2022, Table 1",
            recipe: BackboneRecipe(
                loss: "softmax", inputSize: 256, embeddingSize: plan.channels[3],
                published: plan.published),
            minInputSize: 32)
    }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: RectangularConvolution
    private let stemNorm: MapNormalization
    private let stages: [EdgeStage]
    private let norm: MapNormalization
    private let counter = BatchCounter()
    private let embedding: EmbeddingLayer

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        guard let plan = Self.plans.first(where: { $0.name == specification.name }) else {
            preconditionFailure("\(specification.name) is not an EdgeNeXt")
        }
        self.specification = specification
        let channels = plan.channels.map { specification.channels($0) }
        stem = RectangularConvolution(
            inputs: 3, outputs: channels[0], window: .init(4, 4), stride: 4,
            padding: .init(0, 0), bias: true, standardDeviation: EdgeMaps.deviation,
            initial: initial.child("stem.0"))
        stemNorm = MapNormalization(channels: channels[0], initial: initial.child("stem.1"))
        stages = channels.indices.map { index in
            EdgeStage(
                inputs: index > 0 ? channels[index - 1] : nil, channels: channels[index],
                convolutions: plan.blocks[index] - (index > 0 ? 1 : 0),
                window: Self.windows[index],
                attention: index > 0
                    ? .init(
                        heads: plan.heads, scales: Self.scales[index],
                        encodesPositions: index == 1) : nil,
                initial: initial.child("stages.\(index)"))
        }
        norm = MapNormalization(channels: channels[3], initial: initial.child("head.norm"))
        embedding = EmbeddingLayer(
            inputs: channels[3], specification, countedBy: counter,
            initial: initial.child("embedding"))
    }

    /// Parameters and buffers under timm's names.
    public var state: [StateEntry] {
        let inner = stages.enumerated().flatMap { index, stage in
            stage.state.prefixed("stages.\(index)")
        }
        return stem.state.prefixed("stem.0") + stemNorm.state.prefixed("stem.1") + inner
            + norm.state.prefixed("head.norm") + embedding.state.prefixed("embedding")
            + counter.state
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        if training { counter.count() }
        var map = stemNorm(stem(images, training: training), training: training)
        for stage in stages { map = stage(map, training: training) }
        let pooled = withFullPrecision(on: images.device) {
            let means = map.to(norm.type).globalAveragePooled()
            return norm(means.reshaped(means.shape + [1, 1]), training: training)
        }
        return embedding(pooled, training: training)
    }

    /// The stem and the stages, one row each.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        trace.row("stem", filter: "4x4, \(stem.weight.shape[0])", stride: 4) {
            $0.pass(stem)
            $0.count(stemNorm.state)
        }
        for (index, stage) in stages.enumerated() {
            trace.row("stage \(index + 1)", filter: stage.filter, stride: index > 0 ? 2 : 1) {
                stage.walk(&$0)
                if index == 3 { $0.count(norm.state, kept: 0) }
            }
        }
        trace.finish(embedding)
        return trace.table
    }
}

/// A stage: a normalisation and a 2x2 convolution if the map is halved, then its blocks.
private final class EdgeStage {
    private let norm: MapNormalization?
    private let halving: RectangularConvolution?
    private let convolutions: [ConvolutionEncoder]
    private let attention: AttentionEncoder?
    private let channels: Int
    private let window: Int

    /// Creates a stage.
    ///
    /// - Parameter inputs: Channels of the input if the stage halves it; nil otherwise.
    init(
        inputs: Int?, channels: Int, convolutions count: Int, window: Int,
        attention layout: AttentionEncoder.Layout?, initial: InitialWeights
    ) {
        self.channels = channels
        self.window = window
        norm = inputs.map {
            MapNormalization(channels: $0, initial: initial.child("downsample.0"))
        }
        halving = inputs.map {
            RectangularConvolution(
                inputs: $0, outputs: channels, window: .init(2, 2), stride: 2,
                padding: .init(0, 0), bias: true, standardDeviation: EdgeMaps.deviation,
                initial: initial.child("downsample.1"))
        }
        convolutions = (0..<count).map {
            ConvolutionEncoder(
                channels: channels, window: window, initial: initial.child("blocks.\($0)"))
        }
        attention = layout.map {
            AttentionEncoder(
                channels: channels, $0, initial: initial.child("blocks.\(count)"))
        }
    }

    var state: [StateEntry] {
        let before =
            (norm?.state.prefixed("downsample.0") ?? [])
            + (halving?.state.prefixed("downsample.1") ?? [])
        let blocks = convolutions.enumerated().flatMap { index, block in
            block.state.prefixed("blocks.\(index)")
        }
        return before + blocks
            + (attention?.state.prefixed("blocks.\(convolutions.count)") ?? [])
    }

    func callAsFunction(_ map: Tensor, training: Bool) -> Tensor {
        var map = map
        if let norm, let halving {
            map = halving(norm(map, training: training), training: training)
        }
        for block in convolutions { map = block(map, training: training) }
        return attention?(map, training: training) ?? map
    }

    /// `[7x7 dw, 88] x 5; attention`.
    var filter: String {
        "[\(window)x\(window) dw, \(channels)] x \(convolutions.count)"
            + (attention == nil ? "" : "; attention")
    }

    func walk(_ trace: inout LayerTrace) {
        if let norm, let halving {
            trace.count(norm.state)
            trace.pass(halving)
        }
        for block in convolutions { block.walk(&trace) }
        attention?.walk(&trace)
    }
}
