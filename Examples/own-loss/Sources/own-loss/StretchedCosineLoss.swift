import FaceLosses
import Torch

/// A margin that grows with the angle: what a target lacks to 1 counts 1 + m times.
///
///     t(θ) = cosθ - m (1 - cosθ)
///
/// - **Margin** m 0.5, which grows from 0 over the first half of the run; scale as in ArcFace.
/// - **Normalisation**: embeddings and class weights, no bias. **Gradient**: exact.
final class StretchedCosineLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", default: 0.5, in: 0...4, "how much more a target's distance from 1 counts")

    static let descriptor = LossDescriptor(
        name: "stretched", title: "Stretched cosine",
        summary: "What a target's cosine lacks to 1 counts more than once.",
        paper: "an example, of no paper",
        equation: "-log softmax_y of s (cos θ_y - m (1 - cos θ_y)) and s cos θ_j",
        parameters: [marginKey.parameter] + AngularSchedule.parameters,
        presets: [
            LossPreset(
                "stretched-twice", "counts twice from the first step", ["m": 1, "warmup": 0])
        ])

    let weight: Tensor
    private let schedule: AngularSchedule

    init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) {
            $0 - margin * (1 - $0)
        }
    }

    func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        return AngularMargin(
            targetCosines: batch.targetCosines * (1 + margin) - margin, scale: .constant(scale),
            gradient: .exact, state: [.margin: margin, .scale: scale])
    }
}
