public import Torch

/// A network that maps a batch of images to a batch of embeddings.
///
/// ```swift
/// let specification = try BackboneSpecification(parsing: "mobilenetv1:width=0.5")
/// let backbone = try BackboneCatalogue.make(specification, initial: InitialWeights(seed: 1))
/// let embeddings = backbone(images, training: false)  // [n, 3, 112, 112] -> [n, 512]
/// ```
///
/// In training, batches are normalised with their own statistics, so a training batch needs at
/// least two images.
public protocol Backbone: Layer {
    /// Architecture and parameters of the backbone.
    var specification: BackboneSpecification { get }

    /// The layers with their sizes for images of the given height and width, in pixels, in the rows
    /// of the architecture's paper.
    func layerTable(height: Int, width: Int) -> LayerTable

    /// Whether training draws random numbers, such as those of dropout: two passes over the
    /// same images then differ, and a pass cannot be recorded for replay.
    var isRandomInTraining: Bool { get }

    /// `[n, 3, h, w]` -> `[n, embeddingSize]`, not normalised to length 1.
    ///
    /// - Returns: Embeddings in the type of the parameters, `float32`, even if `withPrecision(_:on:_:)`
    ///   computes the convolutions in `bfloat16`.
    func callAsFunction(_ images: Tensor, training: Bool) -> Tensor
}

extension Backbone {
    /// Length of an embedding.
    public var embeddingSize: Int { specification[.embeddingSize] }

    /// Whether there is dropout before the embedding.
    public var isRandomInTraining: Bool { specification[.dropout] > 0 }

    /// The layers with their sizes for square images.
    ///
    /// - Parameter inputSize: Height and width of an image, in pixels.
    public func layerTable(inputSize: Int = 112) -> LayerTable {
        layerTable(height: inputSize, width: inputSize)
    }

    /// Facts about the network for a table of results, counted layer by layer.
    ///
    /// - Parameter inputSize: Height and width of an image, in pixels.
    public func facts(inputSize: Int = 112) -> ModelFacts {
        let table = layerTable(inputSize: inputSize)
        return ModelFacts(
            title: specification.title, parameters: table.parameters,
            multiplyAdds: table.multiplyAdds, embeddingSize: embeddingSize, inputSize: inputSize)
    }
}

/// Facts about a network for a table of results.
public struct ModelFacts: Codable, Hashable, Sendable {
    /// Title as spelled in the literature, e.g. `ResNet50` or `MobileNetV1 x0.25`.
    public var title: String
    /// Number of trainable parameters, including the embedding layer but not a loss's class weights.
    public var parameters: Int
    /// Multiply-adds of one image, in convolutions, fully connected layers and the products of
    /// attention.
    public var multiplyAdds: Int
    /// Length of an embedding.
    public var embeddingSize: Int
    /// Height and width of an image, in pixels.
    public var inputSize: Int

    /// Memberwise initialiser.
    public init(
        title: String, parameters: Int, multiplyAdds: Int, embeddingSize: Int, inputSize: Int
    ) {
        self.title = title
        self.parameters = parameters
        self.multiplyAdds = multiplyAdds
        self.embeddingSize = embeddingSize
        self.inputSize = inputSize
    }
}
