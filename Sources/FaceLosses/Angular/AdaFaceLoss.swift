public import Torch

/// AdaFace (Kim, Jain and Liu, CVPR 2022): the norm of an embedding indicates the image's quality, which
/// determines the form of the margin.
///
///     t(θ) = cos(θ - m q) - (m + m q),   q = h (|x| - μ) / σ within -1 ... 1
///
/// with the mean μ and the standard deviation σ of norms, exponential moving averages over batches. For low
/// quality the margin is ArcFace's, for medium quality CosFace's, and for high quality one that emphasises
/// easy images.
///
/// - **Defaults** of the paper: m 0.4, h 0.333, s up to 64.
/// - **Limits** of the authors' code: norms are limited to 0.001 ... 100, the angle θ - m q to
///   0.001 ... π - 0.001, beyond which the exact gradient is 0, and the standard deviation is σ + 0.001.
/// - **Rate** of the averages μ and σ: 0.01, starting from 20 and 100, as in the authors' code.
/// - **State**: `norm_mean` and `norm_deviation`, buffers, which are updated before they are used.
/// - **Gradient**: ``MarginGradient``; q is treated as a constant in both, as in the authors' code.
public final class AdaFaceLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number(
        "m", aliases: ["margin"], default: 0.4, in: 0...1,
        "margin of the angle in rad, and of the cosine"
    ).searched(0.2...0.6)
    static let concentrationKey = LossParameterKey.number(
        "h", default: 0.333, in: 0...10,
        "inverse of the number of standard deviations of the norm at quality 1"
    ).searched(0.1...1, .logarithmic)
    static let rateKey = LossParameterKey.number(
        "rate", aliases: ["t_alpha"], default: 0.01, in: 0...1,
        "fraction of a batch in the mean and standard deviation of norms")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "adaface", title: "AdaFace",
        summary:
            "A margin on the angle of images of low norm and on the cosine of those of high norm.",
        paper:
            "M. Kim, A. K. Jain, X. Liu. AdaFace: Quality Adaptive Margin for Face Recognition. CVPR 2022",
        equation:
            "-log softmax_y of s (cos(θ_y - m q) - m - m q) and s cos θ_j, q = [h (|x| - μ) / σ] within ±1",
        guide: LossGuide(
            normalization: "embeddings and class weights; no bias; the norm is used as a quality",
            gradient:
                "detached or exact, see grad; the quality is treated as a constant in both; as in "
                + "the authors' code θ_y - m q is kept within 0.001 ... π - 0.001, where the exact one "
                + "ends, and 0.001 is added to σ",
            use: "training sets and tests of mixed quality, for instance surveillance images",
            pitfalls:
                "quality is relative to running statistics of the norm, which start at 20 and "
                + "100 and need some hundred batches at rate 0.01"),
        parameters: [
            marginKey.parameter, concentrationKey.parameter, rateKey.parameter,
        ] + AngularSchedule.parameters + [MarginGradient.key.parameter],
        presets: [
            LossPreset(
                "adaface-paper",
                "the paper's constants from the first step, exact; its code limits all cosines to "
                    + "±0.999 besides",
                AngularSchedule.constant(scale: 64, margin: 0.4, ["grad": "exact"]))
        ])

    private static let allowedAngles = 1e-3...(Double.pi - 1e-3)
    /// Added to the standard deviation of norms, which could be 0.
    private static let epsilon = 1e-3

    /// Class weights `[c, d]`.
    public let weight: Tensor
    let schedule: AngularSchedule
    private let gradient: MarginGradient
    private let mean: Tensor
    private let standardDeviation: Tensor
    private let concentration: Double
    private let rate: Double

    /// Creates the loss with class weights of random directions.
    public init(_ setup: LossSetup) {
        let margin = setup[Self.marginKey]
        weight = setup.directionWeights()
        schedule = AngularSchedule(setup, margin: margin, paperScale: 64) { $0 - margin }
        gradient = setup[MarginGradient.key]
        mean = weight.filled(like: 20, shape: [])
        standardDeviation = weight.filled(like: 100, shape: [])
        concentration = setup[Self.concentrationKey]
        rate = setup[Self.rateKey]
    }

    /// `weight`, `norm_mean` and `norm_deviation`.
    public var state: [StateEntry] {
        [
            StateEntry("weight", weight, .weight), StateEntry("norm_mean", mean, .buffer),
            StateEntry("norm_deviation", standardDeviation, .buffer),
        ]
    }

    /// The quality q `[n]`, after the averages have been updated.
    private func quality(of batch: AngularBatch) -> Tensor {
        let norms = batch.norms.squeezed(1).clamped(to: 0.001...100)
        if batch.isTraining {
            let centred = norms - norms.mean()
            let variance = centred.square().sum() / Double(max(1, norms.count - 1))
            mean.assign(mean * (1 - rate) + norms.mean() * rate)
            standardDeviation.assign(standardDeviation * (1 - rate) + variance.sqrt() * rate)
        }
        return ((norms - mean) / (standardDeviation + Self.epsilon) * concentration)
            .clamped(to: -1...1)
    }

    /// Target cosines with the margin that depends on each embedding's norm.
    public func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        let margin = schedule.margin(at: progress)
        let scale = schedule.scale(at: progress)
        let quality = withoutGradients { self.quality(of: batch) }
        let moved = (batch.angles - quality * margin).clamped(to: Self.allowedAngles).cos()
        return AngularMargin(
            targetCosines: moved - (quality + 1) * margin, scale: .constant(scale),
            gradient: gradient,
            state: [.margin: margin, .scale: scale, .norm: mean.item()])
    }
}
