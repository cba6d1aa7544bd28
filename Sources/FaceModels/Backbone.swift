public import Torch

/// A network that turns image batches into embeddings.
public protocol Backbone: AnyObject {
    /// Length of an embedding.
    var embeddingSize: Int { get }
    /// Parameters and buffers under PyTorch's dotted names.
    var state: [StateEntry] { get }
    /// The layers with the sizes they have for an input of the given height and width.
    func layers(inputSize: Int) -> [LayerRow]
    /// `[n, 3, h, w]` -> `[n, embeddingSize]`, `float32` (or `float64`) whatever the precision
    /// inside.
    func callAsFunction(_ images: Tensor, training: Bool) -> Tensor
}
