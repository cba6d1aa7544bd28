public import Torch

/// MobileNetV3, large and small (Howard et al., "Searching for MobileNetV3", ICCV 2019, Tables 1 and
/// 2), which ends in an embedding instead of the two layers after the pool.
///
/// Convolutions have the default initialisation; normalisations have torchvision's momentum of 0.01
/// and epsilon of 0.001. Parameters have torchvision's names; those of the embedding layer are
/// `embedding.linear` and `embedding.bn`.
public final class MobileNetV3: ConfigurableBackbone {
    /// A row of the paper's table.
    fileprivate struct Row {
        let kernel: Int
        let inner: Int
        let outputs: Int
        let squeezes: Bool
        let isHardSwish: Bool
        let stride: Int

        init(
            _ kernel: Int, _ inner: Int, _ outputs: Int, squeezes: Bool = false,
            hardSwish: Bool = false, stride: Int = 1
        ) {
            self.kernel = kernel
            self.inner = inner
            self.outputs = outputs
            self.squeezes = squeezes
            isHardSwish = hardSwish
            self.stride = stride
        }
    }

    private static let large = [
        Row(3, 16, 16), Row(3, 64, 24, stride: 2), Row(3, 72, 24),
        Row(5, 72, 40, squeezes: true, stride: 2), Row(5, 120, 40, squeezes: true),
        Row(5, 120, 40, squeezes: true), Row(3, 240, 80, hardSwish: true, stride: 2),
        Row(3, 200, 80, hardSwish: true), Row(3, 184, 80, hardSwish: true),
        Row(3, 184, 80, hardSwish: true), Row(3, 480, 112, squeezes: true, hardSwish: true),
        Row(3, 672, 112, squeezes: true, hardSwish: true),
        Row(5, 672, 160, squeezes: true, hardSwish: true, stride: 2),
        Row(5, 960, 160, squeezes: true, hardSwish: true),
        Row(5, 960, 160, squeezes: true, hardSwish: true),
    ]
    private static let small = [
        Row(3, 16, 16, squeezes: true, stride: 2), Row(3, 72, 24, stride: 2), Row(3, 88, 24),
        Row(5, 96, 40, squeezes: true, hardSwish: true, stride: 2),
        Row(5, 240, 40, squeezes: true, hardSwish: true),
        Row(5, 240, 40, squeezes: true, hardSwish: true),
        Row(5, 120, 48, squeezes: true, hardSwish: true),
        Row(5, 144, 48, squeezes: true, hardSwish: true),
        Row(5, 288, 96, squeezes: true, hardSwish: true, stride: 2),
        Row(5, 576, 96, squeezes: true, hardSwish: true),
        Row(5, 576, 96, squeezes: true, hardSwish: true),
    ]
    private static let smallName = "mobilenetv3_small"

    /// Names, paper and parameters of the two networks.
    public static let descriptors = [
        BackboneDescriptor(
            name: "mobilenetv3_large", title: "MobileNetV3 large",
            summary: "15 inverted residual blocks with squeeze and excitation and hard swish.",
            paper: "Howard et al. 2019, Table 1"),
        BackboneDescriptor(
            name: smallName, title: "MobileNetV3 small",
            summary: "11 inverted residual blocks with squeeze and excitation and hard swish.",
            paper: "Howard et al. 2019, Table 2"),
    ]

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: NormalizedConvolution
    private let blocks: [ExcitedResidual]
    private let last: NormalizedConvolution
    private let embedding: EmbeddingLayer

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        var inputs = specification.channels(16)
        stem = ExcitedResidual.convolution(
            inputs: 3, outputs: inputs, kernel: 3, stride: 2, initial.child("features.0"))
        let rows = specification.name == Self.smallName ? Self.small : Self.large
        blocks = rows.enumerated().map { index, row in
            let outputs = specification.channels(row.outputs)
            defer { inputs = outputs }
            return ExcitedResidual(
                row, inputs: inputs, inner: specification.channels(row.inner), outputs: outputs,
                initial: initial.child("features.\(index + 1).block"))
        }
        last = ExcitedResidual.convolution(
            inputs: inputs, outputs: 6 * inputs, kernel: 1,
            initial.child("features.\(rows.count + 1)"))
        embedding = EmbeddingLayer(
            inputs: 6 * inputs, specification, countedBy: stem.normalization,
            initial: initial.child("embedding"))
    }

    /// Parameters and buffers under torchvision's names.
    public var state: [StateEntry] {
        stem.state.prefixed("features.0")
            + blocks.enumerated().flatMap { $1.state.prefixed("features.\($0 + 1).block") }
            + last.state.prefixed("features.\(blocks.count + 1)")
            + embedding.state.prefixed("embedding")
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = stem(images, training: training).hardSwish()
        for block in blocks { features = block(features, training: training) }
        return embedding(last(features, training: training).hardSwish(), training: training)
    }

    /// The paper's Table 1 or 2, one row per block.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        let channels = stem.convolution.weight.shape[0]
        trace.row("conv2d", filter: "3x3, \(channels)", stride: 2) { $0.pass(stem) }
        for block in blocks {
            trace.row("bneck", filter: block.filter, stride: block.stride) { block.walk(&$0) }
        }
        trace.row("conv2d", filter: "1x1, \(last.convolution.weight.shape[0])", stride: 1) {
            $0.pass(last)
        }
        trace.finish(embedding)
        return trace.table
    }
}

/// A block of MobileNetV3: that of MobileNetV2 with a squeeze and excitation after the depthwise
/// convolution, and hard swish in deeper layers.
private final class ExcitedResidual {
    let stride: Int
    private let expand: NormalizedConvolution?
    private let depthwise: NormalizedConvolution
    private let excitation: SqueezeExcitation?
    private let project: NormalizedConvolution
    private let isHardSwish: Bool
    private let hasShortcut: Bool

    init(
        _ row: MobileNetV3.Row, inputs: Int, inner: Int, outputs: Int, initial: InitialWeights
    ) {
        stride = row.stride
        isHardSwish = row.isHardSwish
        hasShortcut = row.stride == 1 && inputs == outputs
        expand =
            inner == inputs
            ? nil
            : Self.convolution(inputs: inputs, outputs: inner, kernel: 1, part: "0", initial)
        let index = expand == nil ? 0 : 1
        depthwise = Self.convolution(
            inputs: inner, outputs: inner, kernel: row.kernel, stride: row.stride, groups: inner,
            part: "\(index)", initial)
        excitation =
            row.squeezes
            ? SqueezeExcitation(
                channels: inner, squeezed: Self.squeezed(inner), bias: true, gate: .hardSigmoid,
                initial: initial.child("\(index + 1)")) : nil
        project = Self.convolution(
            inputs: inner, outputs: outputs, kernel: 1,
            part: "\(index + (row.squeezes ? 2 : 1))", initial)
    }

    /// A quarter of the channels, rounded to a multiple of 8 that is at least nine tenths of it.
    private static func squeezed(_ channels: Int) -> Int {
        let wanted = channels / 4
        let nearest = max(8, (wanted + 4) / 8 * 8)
        return 10 * nearest < 9 * wanted ? nearest + 8 : nearest
    }

    /// A convolution and its normalisation, inside a named part if there is one.
    static func convolution(
        inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
        part: String? = nil, _ initial: InitialWeights
    ) -> NormalizedConvolution {
        let prefix = part.map { "\($0)." } ?? ""
        return NormalizedConvolution(
            "\(prefix)0", "\(prefix)1", inputs: inputs, outputs: outputs, kernel: kernel,
            stride: stride, groups: groups, momentum: 0.01, epsilon: 0.001, initial: initial)
    }

    var state: [StateEntry] {
        let index = expand == nil ? 1 : 2
        return (expand?.state ?? []) + depthwise.state
            + (excitation?.state.prefixed("\(index)") ?? []) + project.state
    }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        let wide = expand.map { activated($0, input, training) } ?? input
        var filtered = activated(depthwise, wide, training)
        if let excitation { filtered = excitation(filtered) }
        return project(filtered, adding: hasShortcut ? input : nil, training: training)
    }

    private func activated(
        _ layer: NormalizedConvolution, _ input: Tensor, _ training: Bool
    ) -> Tensor {
        isHardSwish
            ? layer(input, training: training).hardSwish()
            : layer.rectified(input, training: training)
    }

    /// `[1x1, 96; 5x5 dw, 96, SE; 1x1, 40]`.
    var filter: String {
        let shape = project.convolution.weight.shape
        let kernel = depthwise.convolution.weight.shape[2]
        let widening = expand == nil ? "" : "1x1, \(shape[1]); "
        let squeezing = excitation == nil ? "" : ", SE"
        return "[\(widening)\(kernel)x\(kernel) dw, \(shape[1])\(squeezing); 1x1, \(shape[0])]"
    }

    func walk(_ trace: inout LayerTrace) {
        if let expand { trace.pass(expand) }
        trace.pass(depthwise)
        if let excitation { trace.count(excitation.state, multiplyAdds: excitation.multiplyAdds) }
        trace.pass(project)
    }
}
