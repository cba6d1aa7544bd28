import FaceStatistics
import Foundation
import SeededRandom

/// Whether tuning makes differences where there are none: two losses of equal quality, of which one
/// has more to tune.
///
/// A loss's tries are values of its parameters of which a part is as good as the best; the rest is
/// worse. They are scored with one seed each on held-out identities, the highest is chosen, and then
/// trained anew with seeds of its own and tested on other people, as `facet compare --tune` does.
struct TuningCalibration {
    /// What a loss has to tune.
    struct Space {
        /// Values that differ; other tries repeat them.
        var values: Int
        /// Part of them that is as good as the best.
        var goodPart: Double
    }

    var title: String
    var spaces: [Space]
    /// How much lower the other values score, in units of the skill: 1 is 84 % right, 0.6 73 %.
    var fall = 0.4

    private static let skill = 1.0

    /// What a choice by the validation set alone says, and what fresh seeds on the test set say.
    private func study(
        _ stream: inout SeededRandom
    ) throws -> (chosen: Double, p: Double, fresh: Double, validation: Double) {
        var tries = SimulatedStudy()
        tries.seeds = 1
        tries.sharedFraction = 0.8
        tries.skills = spaces.flatMap { space in
            (0..<space.values).map { value in
                // The default, which is the first try, is good.
                let isGood =
                    value == 0 || stream.unit() < space.goodPart
                return Self.skill - (isGood ? 0 : fall)
            }
        }
        let scored = try tries.run(&stream)
        let scores = scored.values.map { scored.design.mean($0[0]) }
        let (first, second) = (0..<spaces[0].values, spaces[0].values..<scores.count)
        let best = [first, second].map { $0.max { scores[$0] < scores[$1] } ?? 0 }
        var fresh = SimulatedStudy()
        fresh.skills = best.map { tries.skills[$0] }
        let outcome = try fresh.run(&stream)
        let estimate = try SeedPairEstimate(outcome.differences, outcome.design)
        let models = best.map { scored.values[$0][0].map { $0 == 1 } }
        return (
            scores[best[0]] - scores[best[1]], estimate.pValue ?? 1, estimate.mean,
            McNemarTest(first: models[0], second: models[1]).pValue
        )
    }

    /// A row of the table.
    func row(studies: Int, stream: inout SeededRandom) throws -> String {
        var (naive, found, lead, fresh) = (0, 0, 0.0, 0.0)
        for _ in 0..<studies {
            let study = try study(&stream)
            naive += study.validation < 0.05 ? 1 : 0
            found += study.p < 0.05 ? 1 : 0
            lead += study.chosen / Double(studies)
            fresh += study.fresh / Double(studies)
        }
        let rates = [naive, found].map { count in
            let share = Double(count) / Double(studies)
            let error = (share * (1 - share) / Double(studies)).squareRoot()
            return String(format: "%.1f ± %.1f %%", 100 * share, 100 * error)
        }
        return String(
            format: "| %@ | %+.2f | %@ | %+.2f | %@ |", title, 100 * lead, rates[0], 100 * fresh,
            rates[1])
    }

    /// The whole table.
    static func measure(studies: Int) throws {
        print(
            """

            ### Tuned with the same budget: two losses of equal quality, 16 tries each

            | spaces | lead of the chosen tries, points | McNemar of them rejects | lead of the \
            fresh seeds, points | test of them rejects |
            |---|---|---|---|---|
            """)
        let all = Space(values: 16, goodPart: 1)
        let cases = [
            Self(title: "16 values and 16, all good", spaces: [all, all]),
            Self(
                title: "16 values and 1, all good", spaces: [all, Space(values: 1, goodPart: 1)]),
            Self(
                title: "16 values, a third good, and 2, all good",
                spaces: [Space(values: 16, goodPart: 1 / 3), Space(values: 2, goodPart: 1)]),
            Self(
                title: "16 values, a tenth good, and 16, all good",
                spaces: [Space(values: 16, goodPart: 0.1), all]),
        ]
        var stream = SeededRandom(seed: 600, "resampling")
        for one in cases { print(try one.row(studies: studies, stream: &stream)) }
    }
}
