public import Torch

/// ResNet-50 (He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016,
/// Table 1), which ends in an embedding instead of classes.
///
/// By default the first 1x1 convolution of a stage has its stride, as in the paper; with
/// `stride=3x3` it is the first 3x3 convolution, as in torchvision and timm. The scale of a block's
/// last normalisation starts at 0, as in timm, the others at 1; convolutions have the default
/// initialisation. Parameters have torchvision's names; those of the embedding layer are
/// `embedding.linear` and `embedding.bn`.
public final class ResNet50: ConfigurableBackbone {
    /// Position of a stage's stride.
    public enum StridePosition: String, CaseIterable, Sendable {
        /// On the first 1x1 convolution, as in He et al. 2016.
        case first = "1x1"
        /// On the first 3x3 convolution, as in torchvision and timm.
        case middle = "3x3"
    }

    /// Parameter: position of a stage's stride.
    public static let stridePosition = BackboneOptionKey<StridePosition>.word(
        "stride", default: .first, "convolution that carries the stride of a stage")

    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "resnet50", title: "ResNet50",
        summary: "16 bottleneck blocks of 1x1, 3x3 and 1x1 convolutions with shortcuts.",
        paper: "He et al. 2016, Table 1", options: [stridePosition.parameter])

    /// Blocks and inner channels of each stage.
    private static let plan = [(blocks: 3, channels: 64), (4, 128), (6, 256), (3, 512)]

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: NormalizedConvolution
    private let stages: [[Bottleneck]]
    private let embedding: EmbeddingLayer

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        var inputs = specification.channels(64)
        stem = NormalizedConvolution(
            "conv1", "bn1", inputs: 3, outputs: inputs, kernel: 7, stride: 2, initial: initial)
        var stages: [[Bottleneck]] = []
        for (index, (blocks, channels)) in Self.plan.enumerated() {
            let channels = specification.channels(channels)
            stages.append(
                (0..<blocks).map { block in
                    defer { inputs = channels * Bottleneck.expansion }
                    return Bottleneck(
                        inputs: inputs, channels: channels,
                        stride: index > 0 && block == 0 ? 2 : 1,
                        on: specification[Self.stridePosition],
                        initial: initial.child("layer\(index + 1).\(block)"))
                })
        }
        self.stages = stages
        embedding = EmbeddingLayer(
            inputs: inputs, specification, countedBy: stem.normalization,
            initial: initial.child("embedding"))
    }

    /// Parameters and buffers under torchvision's names.
    public var state: [StateEntry] {
        let blocks = stages.enumerated().flatMap { index, stage in
            stage.enumerated().flatMap { $1.state.prefixed("layer\(index + 1).\($0)") }
        }
        return stem.state + blocks + embedding.state.prefixed("embedding")
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = stem.rectified(images, training: training)
            .maxPooled(kernel: 3, stride: 2, padding: 1)
        for block in stages.joined() { features = block(features, training: training) }
        return embedding(features, training: training)
    }

    /// The column "50-layer" of the paper's Table 1; convolutions of shortcuts are counted with
    /// their stage.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        let channels = stem.convolution.weight.shape[0]
        trace.row("conv1", filter: "7x7, \(channels)", stride: 2) { $0.pass(stem) }
        trace.row("conv2_x", filter: "3x3 max pool", stride: 2) {
            $0.pool(kernel: 3, stride: 2, padding: 1)
        }
        for (index, stage) in stages.enumerated() {
            trace.row(
                "conv\(index + 2)_x", filter: Self.filter(stage), stride: index > 0 ? 2 : 1
            ) { trace in
                for block in stage { block.walk(&trace) }
            }
        }
        trace.finish(embedding)
        return trace.table
    }

    /// `[1x1, 64; 3x3, 64; 1x1, 256] x 3`.
    private static func filter(_ stage: [Bottleneck]) -> String {
        let filters = stage[0].convolutions.map { layer in
            let shape = layer.convolution.weight.shape
            return "\(shape[2])x\(shape[3]), \(shape[0])"
        }
        return "[\(filters.joined(separator: "; "))] x \(stage.count)"
    }
}
