import Foundation

/// Scale and margin of ArcFace and AM-Softmax during a run.
///
/// Both grow because training from random weights hardly starts on a small set with the published values:
/// with 500 classes and a constant scale of 64, a MobileNet had learnt next to nothing after the first five
/// of twelve epochs. Use the presets for the published constants.
///
/// - The scale grows geometrically from `s0` to `s` over the first `scaleWarmup` of the run.
/// - The margin grows linearly from 0 to m over the first `warmup` of the run.
public struct AngularSchedule: Hashable, Sendable {
    /// Scale `s` at the end; 1...1000.
    public static let scale = LossParameterKey.numberOrAuto(
        "s", aliases: ["scale"], in: 1...1000,
        "scale at the end; auto: by the number of classes, at most the paper's"
    ).searched(8...128, .logarithmic)
    /// Scale `s0` at the start; 1...1000.
    public static let firstScale = LossParameterKey.numberOrAuto(
        "s0", symbol: "s₀", in: 1...1000,
        "scale at the start; auto: √2 ln(classes - 1), at least 1 and at most s")
    /// `scaleWarmup`, the fraction of the run in which the scale grows; 0...1.
    public static let scaleWarmup = LossParameterKey.number(
        "scaleWarmup", default: 1, in: 0...1,
        "fraction of the run in which the scale goes from s0 to s")
    /// `warmup`, the fraction of the run in which the margin grows; 0...1.
    public static let warmup = LossParameterKey.number(
        "warmup", default: 0.5, in: 0...1,
        "fraction of the run in which the margin goes from 0 to m")

    /// The scale's and the warm-up's parameters.
    public static let parameters = [
        scale.parameter, firstScale.parameter, scaleWarmup.parameter, warmup.parameter,
    ]

    /// The parameters with another search range of the scale.
    static func parameters(searchingScales range: ClosedRange<Double>) -> [LossParameter] {
        [scale.searched(range, .logarithmic).parameter] + parameters.dropFirst()
    }

    /// Values that are constant over the run, as in the papers.
    public static func constant(
        scale: LossValue, margin: LossValue, _ others: [String: LossValue] = [:]
    ) -> [String: LossValue] {
        ["s": scale, "m": margin, "scaleWarmup": 0, "warmup": 0].merging(others) { $1 }
    }

    /// Scale at the start.
    public let initialScale: Double
    /// Scale at the end.
    public let finalScale: Double
    /// Margin at the end.
    public let finalMargin: Double
    private let scaleWarmup: Double
    private let warmup: Double

    /// Resolves the values of `auto`, which depend on the number of classes.
    ///
    /// - Parameters:
    ///   - paperScale: The scale that `auto` does not exceed.
    ///   - modified: The margin's effect on a target cosine.
    public init(
        _ setup: LossSetup, margin: Double, paperScale: Double, modified: (Double) -> Double
    ) {
        let target = modified(0.5.squareRoot())
        finalScale =
            setup[Self.scale]
            ?? Self.sufficientScale(
                classes: setup.classes, modifiedCosine: target, limit: paperScale)
        initialScale =
            setup[Self.firstScale]
            ?? min(finalScale, Self.balancedScale(classes: setup.classes))
        finalMargin = margin
        scaleWarmup = setup[Self.scaleWarmup]
        warmup = setup[Self.warmup]
    }

    /// The scale at a point of the run.
    public func scale(at progress: LossProgress) -> Double {
        Annealing(over: scaleWarmup, at: progress).geometric(from: initialScale, to: finalScale)
    }

    /// The margin at a point of the run.
    public func margin(at progress: LossProgress) -> Double {
        Annealing(over: warmup, at: progress).linear(from: 0, to: finalMargin)
    }

    // MARK: The rules for `auto`

    /// The scale at which the softmax is most sensitive to angles near 45 degrees: AdaCos's fixed
    /// scale √2 ln(C - 1) (Zhang et al. 2019, equation 12), at least 1.
    public static func balancedScale(classes: Int) -> Double {
        max(1, 2.0.squareRoot() * log(Double(max(2, classes) - 1)))
    }

    /// Lower bound of the cross-entropy of scaled cosines (NormFace, Wang et al. 2017,
    /// proposition 2): ln(1 + (C - 1) e^(-s C / (C - 1))); 0 for a single class.
    public static func lowestLoss(scale: Double, classes: Int) -> Double {
        guard classes > 1 else { return 0 }
        let others = Double(classes - 1)
        return log1p(others * exp(-scale * Double(classes) / others))
    }

    /// The sufficient scale: with it a target at 45 degrees, after the margin, has probability
    /// P = 0.99 while all others are at 90 degrees.
    ///
    ///     e^(s t) / (e^(s t) + C - 1) = P   =>   s = (ln(C - 1) + ln(P / (1 - P))) / t
    ///
    /// This is AdaCos's derivation including the margin. For ArcFace with m 0.5 it gives 38.5 with 500
    /// classes and 49.3 with 10,572. At least ``balancedScale(classes:)`` and at most the limit, which is
    /// also the result if the modified cosine is not positive.
    public static func sufficientScale(classes: Int, modifiedCosine: Double, limit: Double)
        -> Double
    {
        guard modifiedCosine > 0 else { return limit }
        let odds = log(Double(max(2, classes) - 1)) + log(0.99 / 0.01)
        return min(limit, max(balancedScale(classes: classes), odds / modifiedCosine))
    }
}
