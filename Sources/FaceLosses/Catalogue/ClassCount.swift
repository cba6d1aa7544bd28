import Torch

// How many identities a loss distinguishes, for callers that check labels first, and what
// guessing among them costs.
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
    /// All classes, also where the weights of some are elsewhere.
    public var classCount: Int? { classes }

    /// The loss's.
    public var guessingLoss: Double? { loss.guessingLoss.flatMap { _ in logarithmOfClasses() } }
}
