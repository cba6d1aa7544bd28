import Torch

/// What all angular margin losses share: normalised class weights, cosines, one changed entry a
/// row, and cross-entropy. A loss of this family is the function that changes that entry.
final class MarginClassifier {
    /// How the change of the target entry enters the gradient.
    enum MarginGradient: String, CaseIterable {
        /// The change is a constant: the derivative with respect to the own cosine is that of the
        /// plain loss.
        ///
        /// With the exact gradient the pull of all targets together, strongest near 90 degrees,
        /// can move every class and every embedding to one point before any is told apart.
        case detached
        /// The change is differentiated as well.
        case exact
    }

    /// `[c, d]`, normalised when used.
    let weight: Tensor
    private let gradient: MarginGradient

    /// Class weights are drawn from N(0, 0.01), as insightface draws them.
    init(_ setup: LossSetup, gradient: MarginGradient) {
        weight = setup.initial.normal(
            "weight", [setup.classes, setup.embeddingSize], deviation: 0.01)
        self.gradient = gradient
    }

    var state: [StateEntry] { [StateEntry("weight", weight, .weight)] }

    /// Cosines of all angles between embeddings and class weights, `[n, c]`.
    ///
    /// Kept off ±1 by a little more than rounding, where the angle's derivative is infinite.
    func cosines(_ embeddings: Tensor) -> Tensor {
        let edge = embeddings.type == .float64 ? 1 - 1e-12 : 1 - 1e-6
        return embeddings.l2Normalized().matmul(weight.l2Normalized().transposed(0, 1))
            .clamped(to: -edge...edge)
    }

    /// The loss of a batch.
    ///
    /// - Parameters:
    ///   - cosines: `[n, c]`.
    ///   - scale: What cosines are multiplied with: a number, or `[n, 1]` for norms.
    ///   - margin: Maps the cosines of the own classes `[n]` to what stands in their place.
    func loss(
        cosines: Tensor, labels: Tensor, scale: Scale, state: [String: Double],
        margin: (Tensor) -> Tensor
    ) -> LossOutput {
        let own = cosines.picking(labels)
        let changed =
            gradient == .exact
            ? margin(own) : own + withoutGradients { margin(own) - own }
        let withMargin = cosines.scattered(
            1, labels.unsqueezed(1), changed.unsqueezed(1))
        let logits = scale.applied(to: withMargin)
        return LossOutput(
            loss: logits.crossEntropy(labels: labels),
            logits: cosines.detached(), marginLogits: withMargin.detached(), state: state)
    }

    /// What cosines are multiplied with before the softmax.
    enum Scale {
        case number(Double)
        /// `[n, 1]`: each embedding's own norm.
        case norms(Tensor)

        func applied(to cosines: Tensor) -> Tensor {
            switch self {
            case .number(let scale): cosines * scale
            case .norms(let norms): cosines * norms
            }
        }
    }
}

extension LossSetup {
    /// How the change of the target entry enters the gradient.
    var marginGradient: MarginClassifier.MarginGradient {
        MarginClassifier.MarginGradient(rawValue: choice("grad")) ?? .detached
    }
}

extension LossParameter {
    /// `grad`: whether the margin is differentiated.
    static func marginGradient(default value: MarginClassifier.MarginGradient) -> LossParameter {
        LossParameter(
            "grad",
            .choice(
                default: value.rawValue,
                among: MarginClassifier.MarginGradient.allCases.map(\.rawValue)),
            "whether the margin is differentiated (exact) or counts as a constant (detached)")
    }
}
