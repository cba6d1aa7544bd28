import Foundation

/// The decay of λ, the weight of the plain cosine relative to that of the multiplied angle, in A-Softmax
/// and L-Softmax: target = (λ plain + multiplied) / (1 + λ).
struct LambdaAnnealing {
    enum Fall: String, CaseIterable, Sendable {
        case geometric, step
    }

    static let annealingKey = LossParameterKey.word(
        "anneal", default: Fall.geometric,
        "decay of λ: by the completed fraction of the run, or by the authors' rule for steps")
    static let firstKey = LossParameterKey.number(
        "base", symbol: "λ₀", default: 1000, in: 0...1e6, "λ at the start")
    static let lastKey = LossParameterKey.number(
        "min", symbol: "λ_min", default: 5, in: 0...1e6, "λ at the end"
    ).searched(0.5...50, .logarithmic)
    static let untilKey = LossParameterKey.number(
        "until", default: 0.5, in: 0...1, "geometric: fraction of the run in which λ falls")
    static let gammaKey = LossParameterKey.number(
        "gamma", symbol: "γ", default: 0.12, in: 0...1000, "step: rate of λ's decay")
    static let powerKey = LossParameterKey.number(
        "power", default: 1, in: 0...100, "step: exponent of the decay")

    /// The parameters of the decay.
    static let parameters = [
        annealingKey.parameter, firstKey.parameter, lastKey.parameter, untilKey.parameter,
        gammaKey.parameter, powerKey.parameter,
    ]

    private let setup: LossSetup

    init(_ setup: LossSetup) { self.setup = setup }

    /// λ at a point of the run.
    func lambda(at progress: LossProgress) -> Double {
        let first = setup[Self.firstKey]
        let last = setup[Self.lastKey]
        switch setup[Self.annealingKey] {
        case .geometric:
            // 1 + λ decreases geometrically, so that λ_min may be 0.
            return Annealing(over: setup[Self.untilKey], at: progress)
                .geometric(from: 1 + first, to: 1 + last) - 1
        case .step:
            // Caffe increments the step before using it.
            let steps = Double(progress.step + 1)
            return max(last, first * pow(1 + setup[Self.gammaKey] * steps, -setup[Self.powerKey]))
        }
    }
}
