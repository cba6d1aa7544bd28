import Foundation
public import Torch

/// NormFace (Wang, Xiang, Cheng and Yuille, ACM MM 2017): the softmax of scaled cosines, without a
/// margin, whose scale is trained.
///
///     L = -log( e^(s cosθ_y) / sum over j of e^(s cosθ_j) )
///
/// - **Scale**: starts at `s`, `auto` being √2 ln(classes - 1) (AdaCos's fixed scale); with
///   `learn=no` it stays there.
/// - **Normalisation**: embeddings and class weights, no bias. **Gradient**: exact.
public final class NormFaceLoss: AngularMarginLoss {
    /// Whether the scale is trained.
    enum Choice: String, CaseIterable, Sendable {
        case yes, no
    }

    static let scaleKey = LossParameterKey.numberOrAuto(
        "s", aliases: ["scale"], in: 1...1000, "scale at the start; auto: √2 ln(classes - 1)"
    ).searched(8...64, .logarithmic)
    static let learnKey = LossParameterKey.word(
        "learn", default: Choice.yes, "whether the scale is trained")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "normface", title: "NormFace", aliases: ["normalized softmax", "NormSoftmax"],
        summary: "Softmax of cosines, with a trained scale.",
        paper: "F. Wang, X. Xiang, J. Cheng, A. L. Yuille. NormFace: L2 Hypersphere Embedding for "
            + "Face Verification. ACM Multimedia 2017",
        equation: "-log( e^(s cos θ_y) / Σ_j e^(s cos θ_j) )",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias",
            gradient: "exact",
            use: "the plain softmax of cosines, a baseline for margins",
            pitfalls:
                "a trained scale may grow until only hard images matter; weight decay does not "
                + "limit it"),
        parameters: [scaleKey.parameter, learnKey.parameter],
        presets: [
            LossPreset(
                "adacos-fixed", "the fixed scale of AdaCos's paper: √2 ln(classes - 1)",
                ["learn": "no"]),
            LossPreset(
                "opensphere-coco", "what OpenSphere calls COCO and NormFace: scale 30",
                ["s": 30, "learn": "no"]),
            LossPreset(
                "pml-normalized-softmax",
                "as in pytorch-metric-learning: a temperature of 0.05",
                ["s": 20, "learn": "no"]),
        ])

    /// Class weights `[c, d]`.
    public let weight: Tensor
    private let scale: Tensor
    private let learns: Bool

    /// ln(classes), the loss of uniform guessing.
    public var guessingLoss: Double? { logarithmOfClasses() }

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        weight = setup.directionWeights()
        learns = setup[Self.learnKey] == .yes
        let start = setup[Self.scaleKey] ?? AngularSchedule.balancedScale(classes: setup.classes)
        scale =
            learns
            ? setup.initial.constant(start, [1]) : weight.filled(like: start, shape: [1])
    }

    /// State for checkpoints: `weight` and `scale`.
    public var state: [StateEntry] {
        [
            StateEntry("weight", weight, .weight),
            StateEntry("scale", scale, learns ? .bias : .buffer),
        ]
    }

    /// The unmodified cosines: NormFace has no margin.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        AngularMargin(
            targetCosines: batch.targetCosines, scale: .variable(scale), gradient: .exact,
            state: [.scale: scale.item()])
    }
}
