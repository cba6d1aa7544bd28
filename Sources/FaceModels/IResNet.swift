public import Torch

/// The residual networks of insightface's arcface_torch, `r18` to `r200` (Deng et al., "ArcFace:
/// Additive Angular Margin Loss for Deep Face Recognition", CVPR 2019, section 3.1), on which most
/// published comparisons of losses are based.
///
/// The first convolution preserves the size, each of the four stages halves it, and all values of the last
/// map enter the embedding's linear layer: a network accepts only images of the size it was created for.
/// Convolution weights are drawn from a normal distribution of standard deviation 0.1. The scale of the
/// embedding's normalisation is fixed at 1. Parameters have the names of the authors' state dicts.
public final class IResNet: ConfigurableBackbone {
    /// A named depth, with the number of blocks in each stage.
    private struct Depth {
        let layers: Int
        let blocks: [Int]
        var name: String { "iresnet\(layers)" }
        /// arcface_torch's name; `r50` is omitted because elsewhere it means ResNet-50.
        var aliases: [String] { layers == 50 ? [] : ["r\(layers)"] }
    }

    private static let depths = [
        Depth(layers: 18, blocks: [2, 2, 2, 2]), Depth(layers: 34, blocks: [3, 4, 6, 3]),
        Depth(layers: 50, blocks: [3, 4, 14, 3]), Depth(layers: 100, blocks: [3, 13, 30, 3]),
        Depth(layers: 200, blocks: [6, 26, 60, 6]),
    ]
    private static let channels = [64, 128, 256, 512]
    private static let layout = ImprovedResidualBlock.Layout(
        main: ["bn1", "conv1", "bn2", "prelu", "conv2", "bn3"],
        shortcut: ["downsample.0", "downsample.1"], excitation: nil, subsamples: false,
        start: .normal(0.1))

    /// Names, paper and parameters of the five depths.
    public static let descriptors = depths.map { depth in
        BackboneDescriptor(
            name: depth.name, title: "IResNet-\(depth.layers)", aliases: depth.aliases,
            summary: "\(depth.blocks.reduce(0, +)) residual blocks of two 3x3 convolutions with "
                + "PReLU, as insightface has them.",
            paper: "Deng et al. 2019, section 3.1")
    }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: PReLUConvolution
    private let stages: [[ImprovedResidualBlock]]
    private let embedding: FlattenedEmbedding

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        guard let depth = Self.depths.first(where: { $0.name == specification.name }) else {
            preconditionFailure("\(specification.name) is not an IResNet")
        }
        self.specification = specification
        var inputs = specification.channels(64)
        stem = PReLUConvolution(
            "conv1", "bn1", "prelu", inputs: 3, outputs: inputs, kernel: 3,
            start: Self.layout.start, initial: initial)
        var stages: [[ImprovedResidualBlock]] = []
        for (index, count) in depth.blocks.enumerated() {
            let outputs = specification.channels(Self.channels[index])
            stages.append(
                (0..<count).map { block in
                    defer { inputs = outputs }
                    return ImprovedResidualBlock(
                        inputs: inputs, outputs: outputs, stride: block == 0 ? 2 : 1, Self.layout,
                        initial: initial.child("layer\(index + 1).\(block)"))
                })
        }
        self.stages = stages
        let side = stages.reduce(inputSize) { side, _ in (side + 1) / 2 }
        embedding = FlattenedEmbedding(
            inputs: (inputs, side), specification,
            FlattenedEmbedding.Names(features: "bn2", linear: "fc", embedding: "features"),
            dropout: specification[.dropout], affine: .shift, initial: initial)
    }

    /// Parameters and buffers under the authors' names.
    public var state: [StateEntry] {
        let blocks = stages.enumerated().flatMap { index, stage in
            stage.enumerated().flatMap { $1.state.prefixed("layer\(index + 1).\($0)") }
        }
        return stem.state + blocks + embedding.state
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
        trace.row("conv1", filter: "3x3, \(channels)", stride: 1) { stem.walk(&$0) }
        for (index, stage) in stages.enumerated() {
            trace.row(
                "layer\(index + 1)", filter: ImprovedResidualBlock.filter(stage), stride: 2
            ) { trace in
                for block in stage { block.walk(&trace) }
            }
        }
        embedding.finish(&trace)
        return trace.table
    }
}
