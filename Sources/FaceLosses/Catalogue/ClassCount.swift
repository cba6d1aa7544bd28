import Torch

// How many identities a loss tells apart, for whoever checks labels before it is given them.

extension FaceLoss {
    /// Nil: the loss does not say.
    public var classCount: Int? { nil }
}

extension AngularMarginLoss {
    /// Rows of the class weights, divided by the class weights of each identity.
    public var classCount: Int? { weight.shape[0] / subcenters }
}

extension MarginHead {
    /// The loss's.
    public var classCount: Int? { loss.classCount }
}
