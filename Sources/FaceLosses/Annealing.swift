import Foundation

/// How scale and margin rise while a run goes on.
///
/// From random weights the paper's values are too sharp for small sets: with s = 64 and m = 0.5 on
/// 500 identities the loss stays where it started. So the scale rises geometrically over the run
/// from that of AdaCos (Zhang et al. 2019, Equation 12), √2 log(C - 1), at which an average image
/// starts with a probability of about one half, and the margin linearly over its first half.
struct Annealing {
    private let first: Double
    private let last: Double
    private let margin: Double
    private let warmup: Double

    /// Probability of the own class that the automatic scale lets an image at 45 degrees reach
    /// when all other classes lie at 90.
    private static let reachable = 0.9

    /// Reads `s`, `m` and `warmup`.
    ///
    /// - Parameters:
    ///   - paperScale: What the paper trains with; the automatic scale never exceeds it.
    ///   - target: The own class's changed cosine at 45 degrees with the full margin.
    init(_ setup: LossSetup, paperScale: Double, target: Double) {
        let others = log(Double(max(2, setup.classes - 1)))
        let odds = log(Self.reachable / (1 - Self.reachable))
        let automatic = target > 0 ? min(paperScale, (others + odds) / target) : paperScale
        margin = setup.number("m")
        warmup = setup.number("warmup")
        last = setup.optionalNumber("s") ?? automatic
        first = warmup > 0 ? min(last, max(1, 2.0.squareRoot() * others)) : last
    }

    /// Scale at a place in the run.
    func scale(_ progress: LossProgress) -> Double {
        first * pow(last / first, progress.fraction)
    }

    /// Margin at a place in the run.
    func margin(_ progress: LossProgress) -> Double {
        warmup > 0 ? margin * min(1, progress.fraction / warmup) : margin
    }

    func state(_ progress: LossProgress) -> [String: Double] {
        ["margin": margin(progress), "scale": scale(progress)]
    }
}

extension LossParameter {
    /// `s`: the scale at the end of the run.
    static func scale(paper: Double) -> LossParameter {
        LossParameter(
            "s", .numberOrAuto(in: 0.1...1000),
            "scale of the cosines at the end of the run; auto: from the number of classes, "
                + "\(Int(paper)) at most, as the paper has it")
    }

    /// `warmup`: how long the margin rises.
    static let warmup = LossParameter(
        "warmup", .number(default: 0.5, in: 0...1),
        "share of the run in which the margin rises from 0 to m; the scale rises over the whole "
            + "run; 0: both are constant")
}
