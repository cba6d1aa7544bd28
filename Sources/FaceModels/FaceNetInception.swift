public import Torch

/// FaceNet's Inception network NN2 (Schroff, Kalenichenko and Philbin, "FaceNet: A Unified Embedding
/// for Face Recognition and Clustering", CVPR 2015, Table 2).
///
/// Pools in branches are L2 pools where the table says so. There is local response normalisation before
/// and after the first module, and batch normalisation after each convolution, as in OpenFace's
/// definition and unlike the older paper. The embedding is not normalised to length 1 here: losses and
/// evaluations that need it do so. The paper's authors published no code; the names are torchvision's
/// for GoogLeNet, and `embedding.linear` and `embedding.bn`.
public final class FaceNetInception: ConfigurableBackbone {
    private static let size = BackboneOptionKey<Int>.embeddingSize(128)
    private static let epsilon = 0.001

    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "facenet_nn2", title: "FaceNet NN2", aliases: ["nn2"],
        summary: "Ten Inception modules with max and L2 pools.",
        paper: "Schroff et al. 2015, Table 2",
        recipe: BackboneRecipe(
            loss: "triplet", inputSize: 224, embeddingSize: 128,
            published: "7.5 million parameters, 1.6 billion multiply-adds, LFW 99.63 % trained on "
                + "200 million images"),
        options: [size.parameter])

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// A row of the paper's table: channels of the 1x1, of the 3x3 and 5x5 with their reductions
    /// and after the pool; 0 for none.
    private struct Row {
        let name: String
        let single: Int
        let three: (reduce: Int, outputs: Int)
        let five: (reduce: Int, outputs: Int)
        let projection: Int
        let pool: InceptionModule.Pool

        /// Stride of the convolutions, 2 if the module halves its map.
        var stride: Int { single == 0 ? 2 : 1 }

        init(
            _ name: String, _ single: Int, _ three: (Int, Int), _ five: (Int, Int),
            _ projection: Int, _ pool: InceptionModule.Pool
        ) {
            self.name = name
            self.single = single
            self.three = three
            self.five = five
            self.projection = projection
            self.pool = pool
        }
    }

    private static let same = InceptionModule.Pool.max(stride: 1, padding: 1)
    private static let halving = InceptionModule.Pool.max(stride: 2, padding: 1)
    private static let plan = [
        Row("3a", 64, (96, 128), (16, 32), 32, same),
        Row("3b", 64, (96, 128), (32, 64), 64, .root),
        Row("3c", 0, (128, 256), (32, 64), 0, halving),
        Row("4a", 256, (96, 192), (32, 64), 128, .root),
        Row("4b", 224, (112, 224), (32, 64), 128, .root),
        Row("4c", 192, (128, 256), (32, 64), 128, .root),
        Row("4d", 160, (144, 288), (32, 64), 128, .root),
        Row("4e", 0, (160, 256), (64, 128), 0, halving),
        Row("5a", 384, (192, 384), (48, 128), 128, .root),
        Row("5b", 384, (192, 384), (48, 128), 128, same),
    ]

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let stem: ConvolutionChain
    private let second: ConvolutionChain
    private let modules: [InceptionModule]
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
        modules = Self.plan.map { row in
            let module = InceptionModule(
                inputs: inputs, Self.branches(row, specification), epsilon: Self.epsilon,
                initial: initial.child("inception\(row.name)"))
            inputs = module.outputs
            return module
        }
        embedding = EmbeddingLayer(
            inputs: inputs, specification, countedBy: stem.counter,
            initial: initial.child("embedding"))
    }

    private static func branches(
        _ row: Row, _ specification: BackboneSpecification
    ) -> [InceptionModule.Branch] {
        func c(_ count: Int) -> Int { specification.channels(count) }
        let single = InceptionModule.Branch(steps: [.init("branch1", c(row.single), 1)])
        let windows = [("branch2", 3, row.three), ("branch3", 5, row.five)].map {
            name, kernel, channels in
            InceptionModule.Branch(steps: [
                .init("\(name).0", c(channels.reduce), 1),
                .init("\(name).1", c(channels.outputs), kernel, stride: row.stride),
            ])
        }
        let pool = InceptionModule.Branch(
            pool: row.pool,
            steps: row.projection == 0 ? [] : [.init("branch4.1", c(row.projection), 1)])
        return (row.single == 0 ? [] : [single]) + windows + [pool]
    }

    /// Parameters and buffers under torchvision's names for GoogLeNet.
    public var state: [StateEntry] {
        let inner = zip(Self.plan, modules).flatMap { row, module in
            module.state.prefixed("inception\(row.name)")
        }
        return stem.state + second.state + inner + embedding.state.prefixed("embedding")
    }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        var features = Self.normalized(
            stem(images, training: training).maxPooled(kernel: 3, stride: 2, padding: 1))
        features = Self.normalized(second(features, training: training))
            .maxPooled(kernel: 3, stride: 2, padding: 1)
        for module in modules { features = module(features, training: training) }
        return embedding(features, training: training)
    }

    /// Local response normalisation among five neighbouring channels (Krizhevsky et al. 2012, section
    /// 3.3), with PyTorch's mean instead of the sum.
    private static func normalized(_ map: Tensor) -> Tensor {
        let (size, alpha, beta) = (5, 1e-4, 0.75)
        let shape = map.shape
        let edge = map.filled(like: 0, shape: [shape[0], size / 2, shape[2], shape[3]])
        let squares = Tensor.concatenated([edge, map.square(), edge], dim: 1)
        let windows = (0..<size).map { squares.narrowed(1, $0..<$0 + shape[1]) }
        let sum = windows.dropFirst().reduce(windows[0]) { $0 + $1 }
        return map * (sum * (alpha / Double(size)) + 1).pow(-beta)
    }

    /// The paper's Table 2.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        func pool(_ name: String) {
            trace.row(name, filter: "3x3", stride: 2) {
                $0.pool(kernel: 3, stride: 2, padding: 1)
            }
        }
        trace.row("conv1", filter: stem.filter, stride: 2) { stem.walk(&$0) }
        pool("max pool + norm")
        trace.row("inception (2)", filter: second.filter, stride: 1) { second.walk(&$0) }
        pool("norm + max pool")
        for (row, module) in zip(Self.plan, modules) {
            trace.row("inception (\(row.name))", filter: module.filter, stride: row.stride) {
                module.walk(&$0)
            }
        }
        trace.finish(embedding)
        return trace.table
    }
}
