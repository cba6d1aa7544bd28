import Torch

// The number of identities a loss distinguishes, for callers that check labels first, and the loss of
// guessing among them.
import Foundation

extension FaceLoss {
    /// Nil: unknown, unless the loss declares it.
    public var classCount: Int? { nil }

    /// Nil: not a fixed number, unless the loss declares it.
    public var guessingLoss: Double? { nil }

    /// ln(classes): the loss of uniform guessing for a softmax without a margin, at any scale.
    func logarithmOfClasses() -> Double? { classCount.map { log(Double($0)) } }
}

extension AngularMarginLoss {
    /// Rows of the class weights, divided by the class weights of each identity.
    public var classCount: Int? { weight.shape[0] / subcenters }
}

extension MarginHead {
    /// The number of all classes, even if other processes have the weights of some.
    public var classCount: Int? { classes }

    /// The wrapped loss's.
    public var guessingLoss: Double? { loss.guessingLoss.flatMap { _ in logarithmOfClasses() } }
}
