import FaceStatistics
import Foundation
import SeededRandom

/// Whether what is called 95 % sure is right 95 times of 100: studies as large as LFW whose true
/// difference is drawn first.
struct EquivalenceCalibration {
    /// How the true differences lie, in points.
    struct Truths: Sendable {
        var title: String
        var draw: @Sendable (inout SeededRandom) -> Double
    }

    /// What counts as practically equal, in points.
    let rope = 0.2
    var seeds: Int
    var truths: Truths

    static let truths: [Truths] = [
        Truths(title: "anywhere from −1 to 1 point") { 2 * $0.unit() - 1 },
        Truths(title: "anywhere from −0.4 to 0.4 points") { 0.8 * $0.unit() - 0.4 },
        Truths(title: "none at all") { _ in 0 },
        Truths(title: "just within the region (0.199 points)") {
            $0.unit() < 0.5 ? 0.199 : -0.199
        },
        Truths(title: "just outside of it (0.201 points)") {
            $0.unit() < 0.5 ? 0.201 : -0.201
        },
    ]

    /// A study of two losses with so many points between them.
    private func study(_ difference: Double) -> SimulatedStudy {
        var study = SimulatedStudy()
        study.pairsOfFold = 600
        study.peopleOfFold = 570
        study.seeds = seeds
        let worse = NormalDistribution.cdf(2.2)
        study.skills = [NormalDistribution.quantile(worse + difference / 100), 2.2]
        return study
    }

    private func verdict(of difference: Double) -> EquivalenceProbabilities.Verdict {
        difference > rope ? .better : difference < -rope ? .worse : .equal
    }

    /// A row of the table.
    func row(studies: Int, stream: inout SeededRandom) throws -> String {
        var (sure, wrong, claimed) = (0, 0, 0.0)
        for _ in 0..<studies {
            let truth = truths.draw(&stream)
            let outcome = try study(truth).run(&stream)
            let estimate = try SeedPairEstimate(outcome.differences, outcome.design)
            guard let posterior = estimate.posterior else { continue }
            let found = posterior.probabilities(rope: rope / 100)
            guard let said = found.verdict() else { continue }
            sure += 1
            claimed += found.probability(of: said)
            wrong += said == verdict(of: truth) ? 0 : 1
        }
        func percent(_ part: Double, of whole: Int) -> String {
            whole == 0 ? "–" : String(format: "%.1f %%", 100 * part / Double(whole))
        }
        return "| \(truths.title) | \(seeds) | \(percent(Double(sure), of: studies)) | "
            + "\(percent(claimed, of: sure)) | \(percent(Double(sure - wrong), of: sure)) | "
            + "\(percent(Double(wrong), of: studies)) |"
    }

    /// The whole table.
    static func measure(studies: Int) throws {
        print(
            """

            ### Better, equal or worse: 6,000 pairs, 98.6 % right, 0.2 points

            | true difference | seeds | called 95 % sure | mean probability of these \
            | of them right | wrong of all studies |
            |---|---|---|---|---|---|
            """)
        var stream = SeededRandom(seed: 500, "resampling")
        for truths in Self.truths {
            for seeds in [3, 5, 10] {
                print(
                    try Self(seeds: seeds, truths: truths).row(studies: studies, stream: &stream))
            }
        }
    }
}
