public import Torch

/// MobileNet (Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
/// Applications", 2017, Table 1), which ends in an embedding instead of classes.
///
/// The last depthwise convolution has stride 1: the table's "s2" is a misprint, as its output size
/// shows. Rectifiers are uncapped, as in the paper; timm and the authors' code cap them at 6.
/// Convolutions have the default initialisation. Parameters have the names of timm's
/// `mobilenetv1_100`; those of the embedding layer are `embedding.linear` and `embedding.bn`.
public final class MobileNetV1: ConfigurableBackbone {
    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "mobilenetv1", title: "MobileNetV1", aliases: ["MobileNet"],
        summary: "13 depthwise 3x3 and pointwise 1x1 convolution pairs.",
        paper: "Howard et al. 2017, Table 1")

    /// Channels and blocks of timm's stages; all but the first start with stride 2.
    private static let plan = [(channels: 64, blocks: 1), (128, 2), (256, 2), (512, 6), (1024, 2)]

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: NormalizedConvolution
    private let blocks: [(name: String, block: SeparableConvolution)]
    private let embedding: EmbeddingLayer

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        var inputs = specification.channels(32)
        stem = NormalizedConvolution(
            "conv_stem", "bn1", inputs: 3, outputs: inputs, kernel: 3, stride: 2, initial: initial)
        var blocks: [(String, SeparableConvolution)] = []
        for (stage, (channels, count)) in Self.plan.enumerated() {
            let outputs = specification.channels(channels)
            for index in 0..<count {
                let name = "blocks.\(stage).\(index)"
                let block = SeparableConvolution(
                    inputs: inputs, outputs: outputs, stride: stage > 0 && index == 0 ? 2 : 1,
                    initial: initial.child(name))
                blocks.append((name, block))
                inputs = outputs
            }
        }
        self.blocks = blocks
        embedding = EmbeddingLayer(
            inputs: inputs, specification, countedBy: stem.normalization,
            initial: initial.child("embedding"))
    }

    /// Parameters and buffers under timm's names.
    public var state: [StateEntry] {
        stem.state + blocks.flatMap { $0.block.state.prefixed($0.name) }
            + embedding.state.prefixed("embedding")
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = stem.rectified(images, training: training)
        for (_, block) in blocks { features = block(features, training: training) }
        return embedding(features, training: training)
    }

    /// The paper's Table 1, one row per convolution.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        Self.addRow(stem, to: &trace)
        for (_, block) in blocks {
            Self.addRow(block.depthwise, to: &trace)
            Self.addRow(block.pointwise, to: &trace)
        }
        trace.finish(embedding)
        return trace.table
    }

    /// The row of a convolution: `Conv dw`, `3x3x32 dw`, or `Conv`, `1x1x32x64`.
    private static func addRow(_ layer: NormalizedConvolution, to trace: inout LayerTrace) {
        let shape = layer.convolution.weight.shape
        let isDepthwise = layer.convolution.groups > 1
        let filter =
            "\(shape[2])x\(shape[3])x"
            + (isDepthwise ? "\(shape[0]) dw" : "\(shape[1])x\(shape[0])")
        trace.row(
            isDepthwise ? "Conv dw" : "Conv", filter: filter, stride: layer.convolution.stride
        ) { $0.pass(layer) }
    }
}
