public import Torch

/// A classification loss with pairwise or centre losses added to it.
public final class JointLoss: FaceLoss {
    /// Description of the sum; the parts have their own.
    public static let descriptor = LossDescriptor(
        name: "joint", title: "Joint loss", summary: "A sum of losses.", paper: "",
        equation: "L_1 + L_2 + ...")

    let classification: any FaceLoss
    private let terms: [any FaceLoss]

    /// Adds losses.
    ///
    /// - Parameter terms: Losses with distinct names.
    public init(_ classification: any FaceLoss, terms: [any FaceLoss]) {
        self.classification = classification
        self.terms = terms
    }

    /// Number of classes (identities).
    public var classCount: Int? { classification.classCount }

    /// The classification's, since failures are recognised by its logits.
    public var diagnosis: LossDiagnosis { classification.diagnosis }

    /// The classification's tensors, and each term's under its name.
    public var state: [StateEntry] {
        classification.state
            + terms.flatMap { $0.state.prefixed(type(of: $0).descriptor.name) }
    }

    /// The sum, with the classification's logits.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        var output = classification(embeddings: embeddings, labels: labels, progress: progress)
        // Terms compute in the type of the classification.
        let embeddings = embeddings.to(output.loss.type)
        for term in terms {
            let name = type(of: term).descriptor.name
            let part = term(embeddings: embeddings, labels: labels, progress: progress)
            output.loss = output.loss + part.loss
            output.state.add(term: name, of: part.loss.item(), part.state)
        }
        return output
    }
}
