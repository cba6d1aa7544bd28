public import Torch

/// DeepFace (Taigman, Yang, Ranzato and Wolf, "DeepFace: Closing the Gap to Human-Level Performance in
/// Face Verification", CVPR 2014, figure 2).
///
/// Two convolutions with a pool between them are followed by three locally connected layers, whose filters differ from position
/// to position, and a linear layer, F7, whose rectified values are the embedding; in training the dropout rate
/// is one half. The paper's frontalisation by a 3D model is not part of this network. Weights are drawn from a
/// normal distribution of standard deviation 0.01 and biases start at 0.5, as in the paper's section 3.3; with
/// `bn=on` the embedding is normalised instead of rectified. A network accepts only images of the size it was
/// created for. The paper's authors published no code; layers have the paper's names in lower case.
public final class DeepFace: ConfigurableBackbone {
    private static let size = BackboneOptionKey<Int>.embeddingSize(4096)
    private static let normalizes = BackboneOptionKey<Bool>.normalizesEmbedding(
        insteadOf: "a rectifier")
    private static let dropout = BackboneOptionKey<Double>.number(
        "dropout", default: 0.5, in: 0...0.9,
        "fraction of the embedding's values that training drops")
    private static let deviation = 0.01
    private static let biasStart = 0.5

    /// Name, paper and parameters.
    public static let descriptor = BackboneDescriptor(
        name: "deepface", title: "DeepFace",
        summary: "Two convolutions and three locally connected layers.",
        paper: "Taigman et al. 2014, figure 2",
        recipe: BackboneRecipe(
            loss: "softmax", inputSize: 152, embeddingSize: 4096,
            published:
                "120 million parameters, LFW 97.35 % (ensemble), 95.92 % (one network) trained "
                + "on 4.4 million images"),
        options: [size.parameter, normalizes.parameter, dropout.parameter], minInputSize: 72)

    /// The only descriptor of this architecture.
    public static var descriptors: [BackboneDescriptor] { [descriptor] }

    /// Architecture and parameters of the network.
    public let specification: BackboneSpecification
    private let first: RectangularConvolution
    private let second: RectangularConvolution
    private let local: [LocalConvolution]
    private let embedding: Linear
    private let normalization: BatchNormalization?
    private let dropped: Dropout
    private let counter = BatchCounter()

    /// Creates a network with new weights.
    public init(
        _ specification: BackboneSpecification, inputSize: Int, initial: InitialWeights
    ) {
        self.specification = specification
        let (wide, narrow) = (specification.channels(32), specification.channels(16))
        func convolution(_ name: String, _ inputs: Int, _ outputs: Int, _ kernel: Int)
            -> RectangularConvolution
        {
            RectangularConvolution(
                inputs: inputs, outputs: outputs, window: .init(kernel, kernel),
                padding: .init(0, 0), bias: true, standardDeviation: Self.deviation,
                biasStart: Self.biasStart, initial: initial.child(name))
        }
        first = convolution("c1", 3, wide, 11)
        second = convolution("c3", wide, narrow, 9)
        var side = Pooled.length(inputSize - 10, kernel: 3, stride: 2) - 8
        local = [("l4", 9, 1), ("l5", 7, 2), ("l6", 5, 1)].map { name, kernel, stride in
            let layer = LocalConvolution(
                inputs: (narrow, side), outputs: narrow, kernel: kernel, stride: stride,
                standardDeviation: Self.deviation, biasStart: Self.biasStart,
                initial: initial.child(name))
            side = layer.side
            return layer
        }
        let size = specification[.embeddingSize]
        embedding = Linear(
            inputs: narrow * side * side, outputs: size, standardDeviation: Self.deviation,
            biasStart: Self.biasStart, initial: initial.child("f7"))
        normalization =
            specification[.normalizesEmbedding]
            ? BatchNormalization(channels: size, initial: initial.child("bn")) : nil
        dropped = Dropout(
            rate: specification[.dropout],
            noise: BatchNoise("dropout", countedBy: counter, initial: initial))
    }

    /// Parameters and buffers, by the names in model files.
    public var state: [StateEntry] {
        let localState = zip(["l4", "l5", "l6"], local).flatMap { name, layer in
            layer.state.prefixed(name)
        }
        return first.state.prefixed("c1") + second.state.prefixed("c3") + localState
            + embedding.state.prefixed("f7") + ending + counter.state
    }

    private var ending: [StateEntry] { normalization?.state.prefixed("bn") ?? [] }

    /// `[n, 3, inputSize, inputSize]` -> `[n, embeddingSize]`.
    public func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        if training { counter.count() }
        var features = first(images, training: training).relu()
            .maxPooledOverEdges(kernel: 3, stride: 2)
        features = second(features, training: training).relu()
        for layer in local { features = layer(features).relu() }
        return withFullPrecision(on: images.device) {
            let flat = features.to(embedding.weight.type).reshaped([images.shape[0], -1])
            let values = embedding(flat, training: training)
            return dropped(
                normalization?(values, training: training) ?? values.relu(), training: training)
        }
    }

    /// One row per layer, under the paper's names.
    public func layerTable(height: Int, width: Int) -> LayerTable {
        var trace = LayerTrace(height: height, width: width)
        func row(_ name: String, _ layer: RectangularConvolution) {
            let shape = layer.weight.shape
            trace.row(name, filter: "\(shape[2])x\(shape[3]), \(shape[0])", stride: 1) {
                $0.pass(layer)
            }
        }
        row("C1", first)
        trace.row("M2", filter: "3x3 max pool", stride: 2) {
            $0.poolOverEdges(kernel: 3, stride: 2)
        }
        row("C3", second)
        for (index, layer) in local.enumerated() {
            trace.row("L\(index + 4)", filter: layer.filter, stride: index == 1 ? 2 : 1) {
                layer.walk(&$0)
            }
        }
        let shape = embedding.weight.shape
        trace.row("F7", filter: "\(shape[1])x\(shape[0])", stride: 1) {
            $0.pass(embedding, ending)
        }
        return trace.table
    }
}
