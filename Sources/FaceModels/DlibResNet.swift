public import Torch

/// The face network of dlib (King, "dlib_face_recognition_resnet_model_v1", 2017): ResNet-34 (He et al.
/// 2016) with half the channels, fewer blocks and images of 150x150.
///
/// Convolutions that halve the map have no padding, shortcuts are 2x2 averages, and maps of different
/// sizes are added as if the smaller one were padded with zeros. A mean colour, which is 0 unless the weights
/// come from dlib's file, is subtracted from the images. Embeddings are not normalised: dlib compares
/// them by their distance. Convolutions have the default initialisation. dlib has no names for its
/// layers; those here are torchvision's for residual networks.
public final class DlibResNet: ConfigurableBackbone {
    private static let size = BackboneOptionKey<Int>.embeddingSize(128)
    private static let normalizes = BackboneOptionKey<Bool>.normalizesEmbedding(
        insteadOf: "nothing")

    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "dlib_resnet", title: "dlib ResNet", aliases: ["dlib"],
        summary: "14 residual blocks of two 3x3 convolutions, as dlib has them.",
        paper: "King 2017",
        recipe: BackboneRecipe(
            loss: "contrastive", inputSize: 150, embeddingSize: 128,
            published: "LFW 99.38 % trained on 3 million images"),
        options: [size.parameter, normalizes.parameter], minInputSize: 103)

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// Blocks and channels of each stage, and whether its first block halves the map.
    private static let plan: [(blocks: Int, channels: Int, halves: Bool)] = [
        (3, 32, false), (4, 64, true), (3, 128, true), (3, 256, true),
        (1, 256, true),
    ]

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let meanColor: Tensor
    private let stem: NormalizedConvolution
    private let stages: [[DlibBlock]]
    private let dropout: Dropout
    private let embedding: Linear
    private let normalization: BatchNormalization?

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        meanColor = Tensor.zeros([3], type: initial.type, device: initial.device)
        var inputs = specification.channels(32)
        stem = NormalizedConvolution(
            "conv1", "bn1", inputs: 3, outputs: inputs, kernel: 7, stride: 2, padding: 0,
            initial: initial)
        stages = Self.plan.enumerated().map { stage, row in
            let outputs = specification.channels(row.channels)
            return (0..<row.blocks).map { block in
                defer { inputs = outputs }
                return DlibBlock(
                    inputs: inputs, outputs: outputs, halves: row.halves && block == 0,
                    initial: initial.child("layer\(stage + 1).\(block)"))
            }
        }
        dropout = Dropout(
            rate: specification[.dropout],
            noise: BatchNoise("dropout", countedBy: stem.normalization, initial: initial))
        let size = specification[.embeddingSize]
        embedding = Linear(
            inputs: inputs, outputs: size, bias: false, initial: initial.child("fc"))
        normalization =
            specification[.normalizesEmbedding]
            ? BatchNormalization(channels: size, initial: initial.child("bn")) : nil
    }

    /// Parameters and buffers, by the names in model files.
    public var state: [StateEntry] {
        let blocks = stages.enumerated().flatMap { index, stage in
            stage.enumerated().flatMap { $1.state.prefixed("layer\(index + 1).\($0)") }
        }
        return [StateEntry("mean_color", meanColor, .constant)] + stem.state + blocks
            + embedding.state.prefixed("fc") + ending
    }

    private var ending: [StateEntry] { normalization?.state.prefixed("bn") ?? [] }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        let centred = images - meanColor.reshaped([1, 3, 1, 1])
        var features = stem.rectified(centred, training: training)
            .maxPooled(kernel: 3, stride: 2, padding: 0)
        for block in stages.joined() { features = block(features, training: training) }
        return withFullPrecision(on: images.device) {
            let pooled = features.to(embedding.weight.type).globalAveragePooled()
            let values = embedding(dropout(pooled, training: training), training: training)
            return normalization?(values, training: training) ?? values
        }
    }

    /// One row per stage.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        let channels = stem.convolution.weight.shape[0]
        trace.row("conv1", filter: "7x7, \(channels)", stride: 2) { $0.pass(stem) }
        trace.row("max pool", filter: "3x3", stride: 2) {
            $0.pool(kernel: 3, stride: 2, padding: 0)
        }
        for (index, stage) in stages.enumerated() {
            trace.row(
                "layer\(index + 1)", filter: "\(stage[0].filter) x \(stage.count)",
                stride: stage[0].halves ? 2 : 1
            ) { trace in
                for block in stage { block.walk(&trace) }
            }
        }
        trace.row("average pool", filter: "\(trace.size.height)x\(trace.size.width)", stride: 1) {
            $0.resize(LayerTable.Size(channels: $0.size.channels, height: 1, width: 1))
        }
        let shape = embedding.weight.shape
        trace.row("embedding", filter: "\(shape[1])x\(shape[0])", stride: 1) {
            $0.pass(embedding, ending)
        }
        return trace.table
    }
}

/// Two 3x3 convolutions with a shortcut, which is a 2x2 average if the map is halved.
private final class DlibBlock {
    let halves: Bool
    private let first: NormalizedConvolution
    private let second: NormalizedConvolution

    init(inputs: Int, outputs: Int, halves: Bool, initial: InitialWeights) {
        self.halves = halves
        first = NormalizedConvolution(
            "conv1", "bn1", inputs: inputs, outputs: outputs, kernel: 3, stride: halves ? 2 : 1,
            padding: halves ? 0 : 1, initial: initial)
        second = NormalizedConvolution(
            "conv2", "bn2", inputs: outputs, outputs: outputs, kernel: 3, initial: initial)
    }

    var state: [StateEntry] { first.state + second.state }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        let filtered = first.rectified(input, training: training)
        guard halves else {
            return second.rectified(filtered, adding: input, training: training)
        }
        let main = second(filtered, training: training)
        let shortcut = input.averagePooled(kernel: 2, stride: 2)
        let shape = zip(main.shape, shortcut.shape).map { max($0, $1) }
        return (main.padded(to: shape) + shortcut.padded(to: shape)).relu()
    }

    /// `[3x3, 64; 3x3, 64]`.
    var filter: String {
        let channels = second.convolution.weight.shape[0]
        return "[3x3, \(channels); 3x3, \(channels)]"
    }

    func walk(_ trace: inout LayerTrace) {
        var shortcut = trace
        trace.pass(first)
        trace.pass(second)
        guard halves else { return }
        shortcut.pool(kernel: 2, stride: 2, padding: 0)
        trace.resize(
            LayerTable.Size(
                channels: max(trace.size.channels, shortcut.size.channels),
                height: max(trace.size.height, shortcut.size.height),
                width: max(trace.size.width, shortcut.size.width)))
    }
}
