public import FaceLosses
public import FaceModels
public import Torch

/// The trained model: a backbone, and the loss whose class weights are trained with it.
public struct Model {
    /// The network: images become embeddings.
    public let backbone: any Backbone
    /// The loss: embeddings and labels become a scalar.
    public let loss: any FaceLoss
    /// Classifiers of the backbone's auxiliary heads, which are trained together with the loss.
    public let auxiliary: AuxiliaryClassifiers?

    /// Combines a backbone with a loss of its embeddings, and with the classifiers of its auxiliary heads if it
    /// has any.
    public init(
        backbone: any Backbone, loss: any FaceLoss, auxiliary: AuxiliaryClassifiers? = nil
    ) {
        self.backbone = backbone
        self.loss = loss
        self.auxiliary = auxiliary
    }

    /// Parameters and buffers of all, under `backbone.`, `loss.` and `auxiliary.`.
    public var state: [StateEntry] {
        backbone.state.prefixed("backbone") + loss.state.prefixed("loss")
            + (auxiliary?.state.prefixed("auxiliary") ?? [])
    }
}
