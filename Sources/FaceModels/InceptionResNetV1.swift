public import Torch

/// Inception-ResNet-v1 (Szegedy et al., "Inception-v4, Inception-ResNet and the Impact of Residual
/// Connections on Learning", AAAI 2017) as in FaceNet's public code and facenet-pytorch.
///
/// Branches of 1x1, 3x3, 1x7 and 7x1 convolutions are concatenated, projected to the channels of the map,
/// multiplied by a small factor and added to it. Normalisations have an epsilon of 0.001; the
/// embedding's linear layer has no bias. Parameters have facenet-pytorch's names.
public final class InceptionResNetV1: ConfigurableBackbone {
    private static let dropout = BackboneOptionKey<Double>.dropout(0.6)
    fileprivate static let epsilon = 0.001

    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "inception_resnet_v1", title: "Inception-ResNet-v1", aliases: ["facenet"],
        summary: "21 residual Inception blocks of 1x1, 3x3, 1x7 and 7x1 convolutions.",
        paper: "Szegedy et al. 2017, figure 10",
        recipe: BackboneRecipe(
            loss: "softmax", inputSize: 160, embeddingSize: 512,
            published: "LFW 99.65 % trained on VGGFace2, 99.05 % on CASIA-WebFace (facenet)"),
        options: [dropout.parameter], minInputSize: 75)

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: ConvolutionChain
    private let widening: ConvolutionChain
    private let stages: [(name: String, blocks: [ScaledResidual])]
    private let reductions: [(name: String, module: InceptionModule)]
    private let embedding: EmbeddingLayer

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        func c(_ count: Int) -> Int { specification.channels(count) }
        stem = ConvolutionChain(
            inputs: 3,
            [
                .init("conv2d_1a", c(32), 3, stride: 2, padding: 0),
                .init("conv2d_2a", c(32), 3, padding: 0), .init("conv2d_2b", c(64), 3),
            ], epsilon: Self.epsilon, initial: initial)
        widening = ConvolutionChain(
            inputs: c(64),
            [
                .init("conv2d_3b", c(80), 1), .init("conv2d_4a", c(192), 3, padding: 0),
                .init("conv2d_4b", c(256), 3, stride: 2, padding: 0),
            ], epsilon: Self.epsilon, initial: initial)
        let mixed6 = Self.mixed6(inputs: c(256), c, initial)
        let mixed7 = Self.mixed7(inputs: mixed6.outputs, c, initial)
        reductions = [("mixed_6a", mixed6), ("mixed_7a", mixed7)]
        let wide = mixed7.outputs
        stages = [
            Self.stage("repeat_1", 5, scale: 0.17, c(256), Self.block35(c), initial),
            Self.stage("repeat_2", 10, scale: 0.1, mixed6.outputs, Self.block17(c), initial),
            Self.stage("repeat_3", 5, scale: 0.2, wide, Self.block8(c), initial),
            (
                "block8",
                [
                    ScaledResidual(
                        channels: wide, Self.block8(c), scale: 1, rectifies: false,
                        initial: initial.child("block8"))
                ]
            ),
        ]
        embedding = EmbeddingLayer(
            inputs: wide, specification, countedBy: stem.counter,
            names: ("last_linear", "last_bn"), bias: false, epsilon: Self.epsilon,
            initial: initial)
    }

    // MARK: Parts

    private static func stage(
        _ name: String, _ count: Int, scale: Double, _ channels: Int,
        _ branches: [[ConvolutionChain.Step]], _ initial: InitialWeights
    ) -> (String, [ScaledResidual]) {
        (
            name,
            (0..<count).map {
                ScaledResidual(
                    channels: channels, branches, scale: scale, rectifies: true,
                    initial: initial.child("\(name).\($0)"))
            }
        )
    }

    private static func block35(_ c: (Int) -> Int) -> [[ConvolutionChain.Step]] {
        [
            [.init("branch0", c(32), 1)],
            [.init("branch1.0", c(32), 1), .init("branch1.1", c(32), 3)],
            [
                .init("branch2.0", c(32), 1), .init("branch2.1", c(32), 3),
                .init("branch2.2", c(32), 3),
            ],
        ]
    }

    private static func block17(_ c: (Int) -> Int) -> [[ConvolutionChain.Step]] {
        [
            [.init("branch0", c(128), 1)],
            [
                .init("branch1.0", c(128), 1), .init("branch1.1", c(128), 1, by: 7),
                .init("branch1.2", c(128), 7, by: 1),
            ],
        ]
    }

    private static func block8(_ c: (Int) -> Int) -> [[ConvolutionChain.Step]] {
        [
            [.init("branch0", c(192), 1)],
            [
                .init("branch1.0", c(192), 1), .init("branch1.1", c(192), 1, by: 3),
                .init("branch1.2", c(192), 3, by: 1),
            ],
        ]
    }

    private static func mixed6(
        inputs: Int, _ c: (Int) -> Int, _ initial: InitialWeights
    ) -> InceptionModule {
        InceptionModule(
            inputs: inputs,
            [
                .init(steps: [.init("branch0", c(384), 3, stride: 2, padding: 0)]),
                .init(steps: [
                    .init("branch1.0", c(192), 1), .init("branch1.1", c(192), 3),
                    .init("branch1.2", c(256), 3, stride: 2, padding: 0),
                ]),
                .init(pool: .max(stride: 2, padding: 0)),
            ], epsilon: epsilon, initial: initial.child("mixed_6a"))
    }

    private static func mixed7(
        inputs: Int, _ c: (Int) -> Int, _ initial: InitialWeights
    ) -> InceptionModule {
        InceptionModule(
            inputs: inputs,
            [
                .init(steps: [
                    .init("branch0.0", c(256), 1),
                    .init("branch0.1", c(384), 3, stride: 2, padding: 0),
                ]),
                .init(steps: [
                    .init("branch1.0", c(256), 1),
                    .init("branch1.1", c(256), 3, stride: 2, padding: 0),
                ]),
                .init(steps: [
                    .init("branch2.0", c(256), 1), .init("branch2.1", c(256), 3),
                    .init("branch2.2", c(256), 3, stride: 2, padding: 0),
                ]),
                .init(pool: .max(stride: 2, padding: 0)),
            ], epsilon: epsilon, initial: initial.child("mixed_7a"))
    }

    /// The stages, each with the reduction after it.
    private var path: [(name: String, blocks: [ScaledResidual], reduction: InceptionModule?)] {
        stages.enumerated().map { index, stage in
            (stage.name, stage.blocks, index < reductions.count ? reductions[index].module : nil)
        }
    }

    /// Parameters and buffers under facenet-pytorch's names.
    public var state: [StateEntry] {
        var residuals: [StateEntry] = []
        for (index, stage) in stages.enumerated() {
            for (number, block) in stage.blocks.enumerated() {
                let name = stage.blocks.count == 1 ? stage.name : "\(stage.name).\(number)"
                residuals += block.state.prefixed(name)
            }
            guard index < reductions.count else { continue }
            let (name, module) = reductions[index]
            residuals += module.state.prefixed(name)
        }
        return stem.state + widening.state + residuals + embedding.state
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = stem(images, training: training)
            .maxPooled(kernel: 3, stride: 2, padding: 0)
        features = widening(features, training: training)
        for (_, blocks, reduction) in path {
            for block in blocks { features = block(features, training: training) }
            features = reduction?(features, training: training) ?? features
        }
        return embedding(features, training: training)
    }

    /// The stem, the stages and the reductions between them, one row each.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        trace.row("stem", filter: "[\(stem.filter)]", stride: 2) { stem.walk(&$0) }
        trace.row("max pool", filter: "3x3", stride: 2) {
            $0.pool(kernel: 3, stride: 2, padding: 0)
        }
        trace.row("stem", filter: "[\(widening.filter)]", stride: 2) { widening.walk(&$0) }
        for (name, blocks, reduction) in path {
            trace.row(name, filter: "\(blocks[0].filter) x \(blocks.count)", stride: 1) { trace in
                for block in blocks { block.walk(&trace) }
            }
            guard let reduction else { continue }
            trace.row("reduction", filter: reduction.filter, stride: 2) { reduction.walk(&$0) }
        }
        trace.finish(embedding)
        return trace.table
    }
}

/// Branches whose concatenated outputs are projected to the channels of the map, scaled and added
/// to it.
private final class ScaledResidual {
    private let branches: InceptionModule
    private let projection: RectangularConvolution
    private let scale: Double
    private let rectifies: Bool

    init(
        channels: Int, _ branches: [[ConvolutionChain.Step]], scale: Double, rectifies: Bool,
        initial: InitialWeights
    ) {
        self.branches = InceptionModule(
            inputs: channels, branches.map { .init(steps: $0) },
            epsilon: InceptionResNetV1.epsilon, initial: initial)
        projection = RectangularConvolution(
            inputs: self.branches.outputs, outputs: channels, window: .init(1, 1), bias: true,
            initial: initial.child("conv2d"))
        self.scale = scale
        self.rectifies = rectifies
    }

    var state: [StateEntry] { branches.state + projection.state.prefixed("conv2d") }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        let joined = branches(input, training: training)
        let sum = projection(joined, training: training) * scale + input
        return rectifies ? sum.relu() : sum
    }

    var filter: String { "\(branches.filter)" }

    func walk(_ trace: inout LayerTrace) {
        branches.walk(&trace)
        trace.pass(projection)
    }
}
