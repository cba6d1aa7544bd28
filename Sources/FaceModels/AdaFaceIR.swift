public import Torch

/// The residual networks of AdaFace, `ir_50` and `ir_se_50` (Kim, Jain and Liu, "AdaFace: Quality
/// Adaptive Margin for Face Recognition", CVPR 2022), which CurricularFace and TFace use as well.
///
/// Their blocks are those of ``IResNet`` under other names, but a shortcut that only halves the size
/// takes every second pixel, the embedding's normalisation has neither scale nor shift, and dropout is
/// 0.4 by default. Weights are drawn from a normal distribution of standard deviation √(2 / fan-out).
/// The authors' code returns the normalised embedding and its norm; here, as with every backbone, the
/// result is the embedding itself. Parameters have the names of the authors' state dicts.
public final class AdaFaceIR: ConfigurableBackbone {
    /// Parameter: dropout before the embedding, by default the authors'.
    public static let dropout = BackboneOptionKey<Double>.dropout(0.4)

    /// Names, paper and parameters of the two networks.
    public static let descriptors = [
        BackboneDescriptor(
            name: "ir50", title: "IR-50",
            summary: "24 residual blocks of two 3x3 convolutions with PReLU, as AdaFace has them.",
            paper: "Kim et al. 2022", options: [dropout.parameter]),
        BackboneDescriptor(
            name: excited, title: "IR-SE-50",
            summary: "IR-50 whose blocks weigh their channels by squeeze and excitation.",
            paper: "Kim et al. 2022", options: [dropout.parameter]),
    ]

    private static let excited = "irse50"
    /// Blocks and channels of each stage.
    private static let plan = [(blocks: 3, channels: 64), (4, 128), (14, 256), (3, 512)]

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: PReLUConvolution
    private let stages: [[ImprovedResidualBlock]]
    private let embedding: FlattenedEmbedding

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        var inputs = specification.channels(64)
        stem = PReLUConvolution(
            "0", "1", "2", inputs: 3, outputs: inputs, kernel: 3, start: .heFanOut,
            initial: initial.child("input_layer"))
        let layout = ImprovedResidualBlock.Layout(
            main: (0..<6).map { "res_layer.\($0)" },
            shortcut: ["shortcut_layer.0", "shortcut_layer.1"],
            excitation: specification.name == Self.excited ? "res_layer.se_block" : nil,
            subsamples: true, start: .heFanOut)
        var stages: [[ImprovedResidualBlock]] = []
        var number = 0
        for (blocks, channels) in Self.plan {
            let outputs = specification.channels(channels)
            stages.append(
                (0..<blocks).map { block in
                    defer { (inputs, number) = (outputs, number + 1) }
                    return ImprovedResidualBlock(
                        inputs: inputs, outputs: outputs, stride: block == 0 ? 2 : 1, layout,
                        initial: initial.child("body.\(number)"))
                })
        }
        self.stages = stages
        let side = stages.reduce(inputSize) { side, _ in (side + 1) / 2 }
        embedding = FlattenedEmbedding(
            inputs: (inputs, side), specification,
            FlattenedEmbedding.Names(features: "0", linear: "3", embedding: "4"),
            dropout: specification[Self.dropout], affine: .none,
            standardDeviation: (2 / Double(specification[.embeddingSize])).squareRoot(),
            initial: initial.child("output_layer"))
    }

    /// Whether training uses dropout.
    public var isRandomInTraining: Bool { specification[Self.dropout] > 0 }

    /// Parameters and buffers under the authors' names.
    public var state: [StateEntry] {
        stem.state.prefixed("input_layer") + embedding.state.prefixed("output_layer")
            + stages.joined().enumerated().flatMap { $1.state.prefixed("body.\($0)") }
    }

    /// `[n, 3, inputSize, inputSize]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = stem(images, training: training)
        for block in stages.joined() { features = block(features, training: training) }
        return embedding(features, training: training)
    }

    /// One row per stage, as the papers print residual networks.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        let channels = stem.normalized.convolution.weight.shape[0]
        trace.row("input_layer", filter: "3x3, \(channels)", stride: 1) { stem.walk(&$0) }
        for stage in stages {
            trace.row("body", filter: ImprovedResidualBlock.filter(stage), stride: 2) { trace in
                for block in stage { block.walk(&trace) }
            }
        }
        embedding.finish(&trace)
        return trace.table
    }
}
