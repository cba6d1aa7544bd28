public import FaceLosses
public import FaceModels
public import Torch

/// What is trained: a backbone, and the loss whose class weights are trained with it.
public struct Model {
    /// The network: images become embeddings.
    public let backbone: any Backbone
    /// The loss: embeddings and labels become a scalar.
    public let loss: any FaceLoss

    /// Joins a backbone with a loss of its embeddings.
    public init(backbone: any Backbone, loss: any FaceLoss) {
        self.backbone = backbone
        self.loss = loss
    }

    /// Parameters and buffers of both, under `backbone.` and `loss.`.
    public var state: [StateEntry] {
        backbone.state.prefixed("backbone") + loss.state.prefixed("loss")
    }
}
