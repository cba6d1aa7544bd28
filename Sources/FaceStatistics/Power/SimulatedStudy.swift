import Foundation
package import SeededRandom

/// A simulated study with known truth, to test statistics: two losses, several seeds, the same pairs.
///
/// A pair is classified correctly if a sum of normal effects is above zero: of the loss, of the seed, of the
/// people in the pair, of the pair, and a residual. The two losses share the pair's and the
/// people's effects to a degree, as trained networks do. Every fold has as many pairs of one person
/// as of two, and people of its own, as LFW has.
package struct SimulatedStudy: Sendable {
    /// Mean of the effects' sum for each loss, in units of its standard deviation: 1 is an accuracy of 84 %.
    package var skills = [1.0, 1.0]
    /// Standard deviations of the effects; they are scaled so that their squares add up to 1.
    package var seedSpread = 0.05
    /// Spread of a person's effect, which a pair has twice.
    package var personSpread = 0.35
    /// Spread of a pair's effect.
    package var pairSpread = 0.6
    /// Fraction of people's and pairs' variance that is common to both losses.
    package var sharedFraction = 0.7
    package var seeds = 5
    package var folds = 10
    /// Pairs of a fold, half of them of one person.
    package var pairsOfFold = 60
    /// People of a fold.
    package var peopleOfFold = 40

    /// A study with the default spreads.
    package init() {}

    /// Result of a simulated study.
    package struct Outcome: Sendable {
        package let design: PairDesign
        /// For each loss, for each seed: 1 if a pair is classified correctly, otherwise 0.
        package let values: [[[Double]]]

        /// First minus second loss, seed by seed.
        package var differences: [[Double]] {
            zip(values[0], values[1]).map { first, second in zip(first, second).map { $0 - $1 } }
        }
    }

    /// The true accuracy of a loss over all seeds and people; 0...1.
    package func truth(_ loss: Int) -> Double { NormalDistribution.cdf(skills[loss]) }

    /// Draws pairs, seeds and decisions.
    package func run(_ stream: inout SeededRandom) throws(FaceStatisticsError) -> Outcome {
        let design = try design(&stream)
        let shared = effects(design, &stream)
        var values: [[[Double]]] = []
        for loss in skills.indices {
            let own = effects(design, &stream)
            values.append(
                (0..<seeds).map { _ in decisions(loss, design, shared, own, &stream) })
        }
        return Outcome(design: design, values: values)
    }

    private func design(_ stream: inout SeededRandom) throws(FaceStatisticsError) -> PairDesign {
        var numbers: [Int] = []
        var people: [(String, String)] = []
        for fold in 0..<folds {
            for pair in 0..<pairsOfFold {
                let first = stream.below(peopleOfFold)
                let step = 1 + stream.below(peopleOfFold - 1)
                let second = pair % 2 == 0 ? first : (first + step) % peopleOfFold
                numbers.append(fold)
                people.append(("\(fold)/\(first)", "\(fold)/\(second)"))
            }
        }
        return try PairDesign(folds: numbers, people: people)
    }

    /// The sum of the people's effects and the pair's effect, for each pair.
    private func effects(_ design: PairDesign, _ stream: inout SeededRandom) -> [Double] {
        let persons = (0..<design.peopleCount).map { _ in stream.normal() * personSpread }
        return design.people.map { pair in
            // The person of a genuine pair counts as much as the two people of an impostor pair.
            let both =
                pair.isSame
                ? persons[pair.first] * 2.0.squareRoot()
                : persons[pair.first] + persons[pair.second]
            return both + stream.normal() * pairSpread
        }
    }

    private func decisions(
        _ loss: Int, _ design: PairDesign, _ shared: [Double], _ own: [Double],
        _ stream: inout SeededRandom
    ) -> [Double] {
        let rest = (1 - seedSpread * seedSpread - pairVariance).squareRoot()
        let common = sharedFraction.squareRoot()
        let apart = (1 - sharedFraction).squareRoot()
        let level = skills[loss] + stream.normal() * seedSpread
        return design.people.indices.map { pair in
            let effect = common * shared[pair] + apart * own[pair]
            return level + effect + rest * stream.normal() > 0 ? 1 : 0
        }
    }

    private var pairVariance: Double {
        2 * personSpread * personSpread + pairSpread * pairSpread
    }
}

extension SeededRandom {
    /// A standard normal value (Box and Muller 1958).
    mutating func normal() -> Double {
        let u = (Double(next() >> 11) + 0.5) * 0x1p-53
        let v = unit()
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
}
