public import Torch

/// MobileNetV2 (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018,
/// Table 2), which ends in an embedding instead of classes.
///
/// The last convolution has 1280 channels, or more if the width is above 1, as in the paper.
/// Activations are ReLU6. Convolutions have the default initialisation. Parameters have
/// torchvision's names; those of the embedding layer are `embedding.linear` and `embedding.bn`.
public final class MobileNetV2: ConfigurableBackbone {
    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "mobilenetv2", title: "MobileNetV2",
        summary: "17 inverted residual blocks of pointwise, depthwise and pointwise convolutions.",
        paper: "Sandler et al. 2018, Table 2")

    /// Expansion, channels, blocks and first stride of each stage.
    private static let plan = [
        (expansion: 1, channels: 16, blocks: 1, stride: 1), (6, 24, 2, 2), (6, 32, 3, 2),
        (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: NormalizedConvolution
    private let blocks: [InvertedResidual]
    private let last: NormalizedConvolution
    private let embedding: EmbeddingLayer

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        var inputs = specification.channels(32)
        stem = NormalizedConvolution(
            "0", "1", inputs: 3, outputs: inputs, kernel: 3, stride: 2,
            initial: initial.child("features.0"))
        var blocks: [InvertedResidual] = []
        for (expansion, channels, count, stride) in Self.plan {
            let outputs = specification.channels(channels)
            for index in 0..<count {
                let child = initial.child("features.\(blocks.count + 1).conv")
                blocks.append(
                    InvertedResidual(
                        inputs: inputs, inner: inputs * expansion, outputs: outputs,
                        stride: index == 0 ? stride : 1, initial: child))
                inputs = outputs
            }
        }
        self.blocks = blocks
        let features = max(1280, specification.channels(1280))
        last = NormalizedConvolution(
            "0", "1", inputs: inputs, outputs: features, kernel: 1,
            initial: initial.child("features.\(blocks.count + 1)"))
        embedding = EmbeddingLayer(
            inputs: features, specification, countedBy: stem.normalization,
            initial: initial.child("embedding"))
    }

    /// Parameters and buffers under torchvision's names.
    public var state: [StateEntry] {
        stem.state.prefixed("features.0")
            + blocks.enumerated().flatMap { $1.state.prefixed("features.\($0 + 1).conv") }
            + last.state.prefixed("features.\(blocks.count + 1)")
            + embedding.state.prefixed("embedding")
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = stem(images, training: training).relu6()
        for block in blocks { features = block(features, training: training) }
        return embedding(last(features, training: training).relu6(), training: training)
    }

    /// The paper's Table 2, one row per block.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        let channels = stem.convolution.weight.shape[0]
        trace.row("conv2d", filter: "3x3, \(channels)", stride: 2) { $0.pass(stem) }
        for block in blocks {
            trace.row("bottleneck", filter: block.filter, stride: block.stride) { block.walk(&$0) }
        }
        trace.row("conv2d", filter: "1x1, \(last.convolution.weight.shape[0])", stride: 1) {
            $0.pass(last)
        }
        trace.finish(embedding)
        return trace.table
    }
}

/// A block of MobileNetV2: a pointwise convolution widens, a depthwise one filters, and a pointwise one
/// without activation narrows; there is a shortcut if the size is unchanged. A block that does not widen
/// lacks the first.
private final class InvertedResidual {
    let stride: Int
    private let expand: NormalizedConvolution?
    private let depthwise: NormalizedConvolution
    private let project: NormalizedConvolution
    private let hasShortcut: Bool

    init(inputs: Int, inner: Int, outputs: Int, stride: Int, initial: InitialWeights) {
        self.stride = stride
        let widens = inner != inputs
        expand =
            widens
            ? NormalizedConvolution(
                "0.0", "0.1", inputs: inputs, outputs: inner, kernel: 1, initial: initial) : nil
        let index = widens ? 1 : 0
        depthwise = NormalizedConvolution(
            "\(index).0", "\(index).1", inputs: inner, outputs: inner, kernel: 3, stride: stride,
            groups: inner, initial: initial)
        project = NormalizedConvolution(
            "\(index + 1)", "\(index + 2)", inputs: inner, outputs: outputs, kernel: 1,
            initial: initial)
        hasShortcut = stride == 1 && inputs == outputs
    }

    var state: [StateEntry] { (expand?.state ?? []) + depthwise.state + project.state }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        let wide = expand?(input, training: training).relu6() ?? input
        let filtered = depthwise(wide, training: training).relu6()
        return project(filtered, adding: hasShortcut ? input : nil, training: training)
    }

    /// `[1x1, 96; 3x3 dw, 96; 1x1, 24]`.
    var filter: String {
        let shape = project.convolution.weight.shape
        let widening = expand == nil ? "" : "1x1, \(shape[1]); "
        return "[\(widening)3x3 dw, \(shape[1]); 1x1, \(shape[0])]"
    }

    func walk(_ trace: inout LayerTrace) {
        for layer in [expand, depthwise, project].compactMap({ $0 }) { trace.pass(layer) }
    }
}
