public import Torch

/// GoogLeNet (Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, Table 1) in torchvision's
/// version, which ends in an embedding instead of classes.
///
/// As in torchvision there is batch normalisation after each convolution, with an epsilon of 0.001, and
/// the paper's 5x5 windows are 3x3. The auxiliary heads after the modules 4a and 4d exist only if the
/// option `aux` is on, and are used only in training. Parameters have torchvision's names; those of the
/// embedding layer are `embedding.linear` and `embedding.bn`.
public final class GoogLeNet: ConfigurableBackbone, AuxiliaryBackbone {
    private static let dropout = BackboneOptionKey<Double>.dropout(0.2)
    private static let auxiliary = BackboneOptionKey<Bool>.toggle(
        "aux", aliases: ["aux_logits"], default: false,
        "auxiliary classifiers in training, whose losses count 0.3 times")
    private static let auxiliaryDropout = BackboneOptionKey<Double>.number(
        "aux_dropout", aliases: ["dropout_aux"], default: 0.7, in: 0...0.9,
        "fraction of the auxiliary classifiers' features that training drops")
    private static let epsilon = 0.001

    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "googlenet", title: "GoogLeNet", aliases: ["inception_v1"],
        summary: "Nine Inception modules of 1x1 and 3x3 convolutions side by side.",
        paper: "Szegedy et al. 2015, Table 1",
        recipe: BackboneRecipe(
            loss: "softmax", inputSize: 224, embeddingSize: 1024,
            published: "6.8 million parameters, 1.5 billion multiply-adds, ImageNet top-5 error "
                + "6.67 % (ensemble)"),
        options: [dropout.parameter, auxiliary.parameter, auxiliaryDropout.parameter])

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// Name and channels of the branches of each module: of the 1x1, of the two 3x3 with their reductions
    /// and after the pool.
    private static let plan: [(name: String, channels: [Int])] = [
        ("3a", [64, 96, 128, 16, 32, 32]), ("3b", [128, 128, 192, 32, 96, 64]),
        ("4a", [192, 96, 208, 16, 48, 64]), ("4b", [160, 112, 224, 24, 64, 64]),
        ("4c", [128, 128, 256, 24, 64, 64]), ("4d", [112, 144, 288, 32, 64, 64]),
        ("4e", [256, 160, 320, 32, 128, 128]), ("5a", [256, 160, 320, 32, 128, 128]),
        ("5b", [384, 192, 384, 48, 128, 128]),
    ]
    /// Window sizes of the pools after modules.
    private static let pools = ["3b": 3, "4e": 2]
    /// The modules whose outputs enter auxiliary heads, and the heads' names.
    private static let headNames = [("4a", "aux1"), ("4d", "aux2")]

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: ConvolutionChain
    private let second: ConvolutionChain
    private let modules: [InceptionModule]
    /// Auxiliary heads by the names of their modules.
    private let heads: [(module: String, head: AuxiliaryHead)]
    private let embedding: EmbeddingLayer

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        let (narrow, wide) = (specification.channels(64), specification.channels(192))
        stem = ConvolutionChain(
            inputs: 3, [.init("conv1", narrow, 7, stride: 2)], epsilon: Self.epsilon,
            initial: initial)
        second = ConvolutionChain(
            inputs: narrow, [.init("conv2", narrow, 1), .init("conv3", wide, 3)],
            epsilon: Self.epsilon, initial: initial)
        var inputs = wide
        modules = Self.plan.map { name, channels in
            let c = channels.map { specification.channels($0) }
            let module = InceptionModule(
                inputs: inputs,
                [
                    .init(steps: [.init("branch1", c[0], 1)]),
                    .init(steps: [.init("branch2.0", c[1], 1), .init("branch2.1", c[2], 3)]),
                    .init(steps: [.init("branch3.0", c[3], 1), .init("branch3.1", c[4], 3)]),
                    .init(
                        pool: .max(stride: 1, padding: 1), steps: [.init("branch4.1", c[5], 1)]),
                ], epsilon: Self.epsilon, initial: initial.child("inception\(name)"))
            inputs = module.outputs
            return module
        }
        let outputs = Dictionary(
            uniqueKeysWithValues: zip(Self.plan.map(\.name), modules.map(\.outputs)))
        let counter = stem.counter
        heads =
            specification[Self.auxiliary]
            ? Self.headNames.map { module, name in
                let head = AuxiliaryHead(
                    name, inputs: outputs[module] ?? 0, specification,
                    dropout: specification[Self.auxiliaryDropout], epsilon: Self.epsilon,
                    countedBy: counter, initial: initial)
                return (module, head)
            } : []
        embedding = EmbeddingLayer(
            inputs: inputs, specification, countedBy: stem.counter,
            initial: initial.child("embedding"))
    }

    /// Parameters and buffers under torchvision's names.
    public var state: [StateEntry] {
        let inner = zip(Self.plan, modules).flatMap { row, module in
            module.state.prefixed("inception\(row.name)")
        }
        return stem.state + second.state + inner + heads.flatMap(\.head.state)
            + embedding.state.prefixed("embedding")
    }

    /// Whether training uses dropout.
    public var isRandomInTraining: Bool {
        specification[Self.dropout] > 0
            || (!heads.isEmpty && specification[Self.auxiliaryDropout] > 0)
    }

    /// `aux1` and `aux2`, or none.
    public var auxiliaryHeads: [(name: String, features: Int)] { heads.map(\.head.description) }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`, and the features of the auxiliary classifiers.
    public func trained(_ images: Tensor) -> (embeddings: Tensor, features: [Tensor]) {
        var features: [Tensor] = []
        let embeddings = pass(images, training: true) { module, map in
            if let head = heads.first(where: { $0.module == module })?.head {
                features.append(head(map))
            }
        }
        return (embeddings, features)
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        pass(images, training: training) { _, _ in }
    }

    /// - Parameter seen: Called with the name and the output of each module.
    private func pass(
        _ images: Tensor, training: Bool, _ seen: (_ module: String, _ map: Tensor) -> Void
    ) -> Tensor {
        var features = stem(images, training: training).maxPooledOverEdges(kernel: 3, stride: 2)
        features = second(features, training: training).maxPooledOverEdges(kernel: 3, stride: 2)
        for (row, module) in zip(Self.plan, modules) {
            features = module(features, training: training)
            seen(row.name, features)
            if let kernel = Self.pools[row.name] {
                features = features.maxPooledOverEdges(kernel: kernel, stride: 2)
            }
        }
        return embedding(features, training: training)
    }

    /// The paper's Table 1.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        func pool(_ kernel: Int) {
            trace.row("max pool", filter: "\(kernel)x\(kernel)", stride: 2) {
                $0.poolOverEdges(kernel: kernel, stride: 2)
            }
        }
        trace.row("convolution", filter: stem.filter, stride: 2) { stem.walk(&$0) }
        pool(3)
        trace.row("convolution", filter: second.filter, stride: 1) { second.walk(&$0) }
        pool(3)
        for (row, module) in zip(Self.plan, modules) {
            trace.row("inception (\(row.name))", filter: module.filter, stride: 1) {
                module.walk(&$0)
            }
            for (_, head) in heads.filter({ $0.module == row.name }) {
                trace.row("auxiliary head", filter: "training", stride: 1) { head.walk(&$0) }
            }
            if let kernel = Self.pools[row.name] { pool(kernel) }
        }
        trace.finish(embedding)
        return trace.table
    }
}
