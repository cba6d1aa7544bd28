public import Torch

/// MobileFaceNet in the version of insightface's arcface_torch, `mbf` and `mbf_large` (after Chen et
/// al., "MobileFaceNets: Efficient CNNs for Accurate Real-Time Face Verification on Mobile Devices",
/// 2018, Table 1): the authors' layers with twice, or four times, the channels between blocks.
///
/// The last layer of features is a depthwise convolution with a window as large as the map, so a network
/// accepts only images of the size it was created for. The second convolution of `mbf` has two channels per
/// group, as in the authors' code, though the paper's is depthwise. Weights are drawn from a normal
/// distribution of standard deviation √(2 / fan-out). Parameters have the names of the authors' state dicts.
public final class MobileFaceNet: ConfigurableBackbone {
    /// The differences between the two networks: blocks of the stages, and channels between blocks.
    private struct Plan {
        let name: String
        let title: String
        let blocks: [Int]
        let scale: Int
    }

    private static let plans = [
        Plan(name: "mobilefacenet", title: "MobileFaceNet", blocks: [1, 4, 6, 2], scale: 2),
        Plan(
            name: "mobilefacenet_large", title: "MobileFaceNet large", blocks: [2, 8, 12, 4],
            scale: 4),
    ]

    /// Names, paper and parameters of the two networks.
    public static let descriptors = plans.map { plan in
        BackboneDescriptor(
            name: plan.name, title: plan.title,
            aliases: [plan.name.replacing("mobilefacenet", with: "mbf")],
            summary: "\(plan.blocks.reduce(0, +) + 3) inverted residual blocks with PReLU and a "
                + "global depthwise convolution, as insightface has them.",
            paper: "Chen et al. 2018, Table 1")
    }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: PReLUConvolution
    /// The following layers, with their indices in the authors' network.
    private let second: PReLUConvolution?
    private let blocks: [(name: String, block: InvertedFaceBlock)]
    private let last: PReLUConvolution
    private let ending: GlobalDepthwiseEmbedding

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        guard let plan = Self.plans.first(where: { $0.name == specification.name }) else {
            preconditionFailure("\(specification.name) is not a MobileFaceNet")
        }
        self.specification = specification
        let narrow = specification.channels(64 * plan.scale)
        stem = Self.convolution(
            inputs: 3, outputs: narrow, kernel: 3, stride: 2, initial.child("layers.0"))
        let isLarge = plan.blocks[0] > 1
        second =
            isLarge
            ? nil
            : Self.convolution(
                inputs: narrow, outputs: narrow, kernel: 3, groups: narrow / plan.scale,
                initial.child("layers.1"))
        blocks = Self.blocks(plan, specification, initial)
        let features = specification.channels(512)
        last = Self.convolution(
            inputs: specification.channels(128 * plan.scale), outputs: features, kernel: 1,
            initial.child("conv_sep"))
        let side = (0..<4).reduce(inputSize) { side, _ in (side + 1) / 2 }
        ending = GlobalDepthwiseEmbedding(
            channels: features, side: side, specification, countedBy: stem.normalized.normalization,
            initial: initial.child("features.layers"))
    }

    private static func convolution(
        inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
        _ initial: InitialWeights
    ) -> PReLUConvolution {
        PReLUConvolution(
            "layers.0", "layers.1", "layers.2", inputs: inputs, outputs: outputs, kernel: kernel,
            stride: stride, groups: groups, start: .heFanOut, initial: initial)
    }

    /// The blocks between the first convolutions and the last, under the authors' names.
    private static func blocks(
        _ plan: Plan, _ specification: BackboneSpecification, _ initial: InitialWeights
    ) -> [(name: String, block: InvertedFaceBlock)] {
        var blocks: [(name: String, block: InvertedFaceBlock)] = []
        func add(_ name: String, _ inputs: Int, _ outputs: Int, inner: Int, stride: Int) {
            let block = InvertedFaceBlock(
                inputs: specification.channels(inputs * plan.scale),
                outputs: specification.channels(outputs * plan.scale),
                inner: specification.channels(inner), stride: stride, initial: initial.child(name))
            blocks.append((name, block))
        }
        func addStage(_ layer: Int, _ count: Int, _ channels: Int, inner: Int) {
            for index in 0..<count {
                add("layers.\(layer).layers.\(index)", channels, channels, inner: inner, stride: 1)
            }
        }
        if plan.blocks[0] > 1 { addStage(1, plan.blocks[0], 64, inner: 128) }
        add("layers.2", 64, 64, inner: 128, stride: 2)
        addStage(3, plan.blocks[1], 64, inner: 128)
        add("layers.4", 64, 128, inner: 256, stride: 2)
        addStage(5, plan.blocks[2], 128, inner: 256)
        add("layers.6", 128, 128, inner: 512, stride: 2)
        addStage(7, plan.blocks[3], 128, inner: 256)
        return blocks
    }

    /// Parameters and buffers under the authors' names.
    public var state: [StateEntry] {
        stem.state.prefixed("layers.0") + (second?.state.prefixed("layers.1") ?? [])
            + blocks.flatMap { $0.block.state.prefixed($0.name) }
            + last.state.prefixed("conv_sep") + ending.state.prefixed("features.layers")
    }

    /// `[n, 3, inputSize, inputSize]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = stem(images, training: training)
        if let second { features = second(features, training: training) }
        for (_, block) in blocks { features = block(features, training: training) }
        return ending(last(features, training: training), training: training)
    }

    /// The paper's Table 1, one row per block.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        for layer in [stem, second].compactMap({ $0 }) { Self.addRow("conv", layer, &trace) }
        for (_, block) in blocks {
            trace.row("bottleneck", filter: block.filter, stride: block.stride) { block.walk(&$0) }
        }
        Self.addRow("conv", last, &trace)
        ending.finish(&trace)
        return trace.table
    }

    private static func addRow(
        _ name: String, _ layer: PReLUConvolution, _ trace: inout LayerTrace
    ) {
        let convolution = layer.normalized.convolution
        let shape = convolution.weight.shape
        let groups = convolution.groups > 1 ? " in \(convolution.groups) groups" : ""
        trace.row(
            name, filter: "\(shape[2])x\(shape[3]), \(shape[0])\(groups)",
            stride: convolution.stride
        ) { layer.walk(&$0) }
    }
}

/// A block of MobileFaceNet: a pointwise, a depthwise and a pointwise convolution, the first two with
/// PReLU, and a shortcut if the size is unchanged.
private final class InvertedFaceBlock {
    let stride: Int
    private let expand: PReLUConvolution
    private let depthwise: PReLUConvolution
    private let project: NormalizedConvolution

    init(inputs: Int, outputs: Int, inner: Int, stride: Int, initial: InitialWeights) {
        self.stride = stride
        func convolution(
            _ name: String, inputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1
        ) -> PReLUConvolution {
            PReLUConvolution(
                "\(name).layers.0", "\(name).layers.1", "\(name).layers.2", inputs: inputs,
                outputs: inner, kernel: kernel, stride: stride, groups: groups, start: .heFanOut,
                initial: initial)
        }
        expand = convolution("layers.0", inputs: inputs, kernel: 1)
        depthwise = convolution(
            "layers.1", inputs: inner, kernel: 3, stride: stride, groups: inner)
        project = NormalizedConvolution(
            "layers.2.layers.0", "layers.2.layers.1", inputs: inner, outputs: outputs, kernel: 1,
            start: .heFanOut, initial: initial)
    }

    var state: [StateEntry] { expand.state + depthwise.state + project.state }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        let filtered = depthwise(expand(input, training: training), training: training)
        return project(filtered, adding: stride == 1 ? input : nil, training: training)
    }

    /// `[1x1, 128; 3x3 dw, 128; 1x1, 64]`.
    var filter: String {
        let (inner, outputs) = (
            project.convolution.weight.shape[1], project.convolution.weight.shape[0]
        )
        return "[1x1, \(inner); 3x3 dw, \(inner); 1x1, \(outputs)]"
    }

    func walk(_ trace: inout LayerTrace) {
        expand.walk(&trace)
        depthwise.walk(&trace)
        trace.pass(project)
    }
}

/// Maps MobileFaceNet's features to an embedding: a depthwise convolution with a window as large as
/// their map, a linear layer without bias and batch normalisation.
private final class GlobalDepthwiseEmbedding {
    private let depthwise: NormalizedConvolution
    private let dropout: Dropout
    private let linear: Linear
    private let normalization: BatchNormalization?

    init(
        channels: Int, side: Int, _ specification: BackboneSpecification,
        countedBy counter: BatchNormalization, initial: InitialWeights
    ) {
        let size = specification[.embeddingSize]
        depthwise = NormalizedConvolution(
            "0.layers.0", "0.layers.1", inputs: channels, outputs: channels, kernel: side,
            padding: 0, groups: channels, start: .heFanOut, initial: initial)
        dropout = Dropout(
            rate: specification[.dropout],
            noise: BatchNoise("dropout", countedBy: counter, initial: initial))
        linear = Linear(
            inputs: channels, outputs: size, bias: false,
            standardDeviation: (2 / Double(size)).squareRoot(), initial: initial.child("2"))
        normalization =
            specification[.normalizesEmbedding]
            ? BatchNormalization(channels: size, initial: initial.child("3")) : nil
    }

    var state: [StateEntry] { depthwise.state + linear.state.prefixed("2") + ending }

    private var ending: [StateEntry] { normalization?.state.prefixed("3") ?? [] }

    /// `[n, channels, side, side]` -> `[n, outputs]`, in the type of the parameters.
    func callAsFunction(_ features: Tensor, training: Bool) -> Tensor {
        withFullPrecision(on: features.device) {
            let whole = depthwise(features.to(linear.weight.type), training: training)
            let flat = whole.reshaped([whole.shape[0], -1])
            let embeddings = linear(dropout(flat, training: training), training: training)
            return normalization?(embeddings, training: training) ?? embeddings
        }
    }

    func finish(_ trace: inout LayerTrace) {
        let shape = depthwise.convolution.weight.shape
        trace.row("linear GDConv", filter: "\(shape[2])x\(shape[3]) dw, \(shape[0])", stride: 1) {
            $0.pass(depthwise)
        }
        let size = linear.weight.shape
        trace.row("embedding", filter: "\(size[1])x\(size[0])", stride: 1) {
            $0.pass(linear, ending)
        }
    }
}
