// Whether the statistics of the report do what they say, on simulated studies of known truth:
// how often tests reject where nothing differs, how often intervals hold the truth, and how long
// they are. Prints a Markdown table for each kind of study.
import FaceStatistics
import Foundation
import SeededRandom

/// How often things happened, in the order in which they were first counted.
struct Counter {
    private(set) var names: [String] = []
    private var hits: [String: Int] = [:]
    private var lengths: [String: Double] = [:]
    private var trials: [String: Int] = [:]

    mutating func count(_ name: String, _ hit: Bool, length: Double = 0) {
        if trials[name] == nil { names.append(name) }
        trials[name, default: 0] += 1
        hits[name, default: 0] += hit ? 1 : 0
        lengths[name, default: 0] += length
    }

    func row(_ name: String) -> String {
        let count = Double(trials[name] ?? 1)
        let fraction = Double(hits[name] ?? 0) / count
        let error = (fraction * (1 - fraction) / count).squareRoot()
        let length = (lengths[name] ?? 0) / count
        let points = length > 0 ? String(format: "±%.2f", 100 * length) : "–"
        return String(
            format: "| %@ | %.1f ± %.1f %% | %@ |", name, 100 * fraction, 100 * error, points)
    }
}

/// One kind of study.
struct Scenario {
    var title: String
    var study: SimulatedStudy
}

func scenarios() -> [Scenario] {
    var oneSeedLike = SimulatedStudy()
    oneSeedLike.seedSpread = 0.3
    var few = SimulatedStudy()
    few.seeds = 3
    var strangers = SimulatedStudy()
    strangers.personSpread = 0.1
    strangers.peopleOfFold = 80
    var good = SimulatedStudy()
    good.skills = [2.2, 2.2]
    var seedless = SimulatedStudy()
    seedless.seedSpread = 0
    var seedlessStrangers = seedless
    seedlessStrangers.personSpread = 0
    var large = SimulatedStudy()
    large.pairsOfFold = 600
    large.peopleOfFold = 570
    large.skills = [1.6, 1.6]
    return [
        Scenario(title: "5 seeds, 600 pairs, 84 % right", study: SimulatedStudy()),
        Scenario(title: "the same with 3 seeds", study: few),
        Scenario(title: "the same with seeds that differ much", study: oneSeedLike),
        Scenario(title: "the same with people that hardly matter", study: strangers),
        Scenario(title: "the same with 98.6 % right", study: good),
        Scenario(title: "the same with seeds that do not matter", study: seedless),
        Scenario(
            title: "the same with neither seeds nor people that matter", study: seedlessStrangers),
        Scenario(title: "5 seeds, 6,000 pairs as many people as LFW, 94.5 % right", study: large),
    ]
}

func measure(_ scenario: Scenario, studies: Int, resamples: Int, seed: UInt64) throws {
    var stream = SeededRandom(seed: seed, "resampling")
    var coverage = Counter()
    var level = Counter()
    for number in 0..<studies {
        let outcome = try scenario.study.run(&stream)
        try measureCoverage(scenario, outcome, resamples, UInt64(number), &coverage)
        try measureLevel(outcome, resamples, UInt64(number), &level)
    }
    print("\n### \(scenario.title)\n")
    print(
        "| interval of the accuracy, 95 % | holds the truth | mean reach, points |\n|---|---|---|")
    coverage.names.forEach { print(coverage.row($0)) }
    print("\n| test at 5 %, no difference | rejects | mean reach, points |\n|---|---|---|")
    level.names.forEach { print(level.row($0)) }
}

func measureCoverage(
    _ scenario: Scenario, _ outcome: SimulatedStudy.Outcome, _ resamples: Int, _ seed: UInt64,
    _ counter: inout Counter
) throws {
    let truth = scenario.study.truth(0)
    let estimate = try SeedPairEstimate(outcome.values[0], outcome.design, of: .fraction)
    func count(_ name: String, _ interval: Interval?) {
        guard let interval else { return }
        counter.count(name, interval.contains(truth), length: interval.reach)
    }
    count("seeds and pairs (the report's)", estimate.interval())
    count("seeds alone, Student", estimate.seedInterval())
    var stream = SeededRandom(seed: seed, "resampling")
    count(
        "seeds alone, BCa",
        SeedBootstrap.interval(of: estimate.seedMeans, resamples: resamples, stream: &stream))
    count("pairs alone, people shared, mean of the seeds", estimate.pairInterval())
}

func measureLevel(
    _ outcome: SimulatedStudy.Outcome, _ resamples: Int, _ seed: UInt64, _ counter: inout Counter
) throws {
    let differences = outcome.differences
    let estimate = try SeedPairEstimate(differences, outcome.design)
    counter.count(
        "seeds and pairs (the report's)", (estimate.pValue ?? 1) < 0.05,
        length: estimate.interval()?.reach ?? 0)
    counter.count("t test over the seeds", (Summary(estimate.seedMeans)?.pValue ?? 1) < 0.05)
    counter.count("sign test over the seeds", SignTest(estimate.seedMeans).pValue < 0.05)
    let models = outcome.values.map { $0[0].map { $0 == 1 } }
    let mcNemar = McNemarTest(first: models[0], second: models[1])
    counter.count("McNemar, first seed (about these two models)", mcNemar.pValue < 0.05)
    let one = try SeedPairEstimate([differences[0]], outcome.design).pairInterval()
    counter.count("pairs of the first seed, people shared", !one.contains(0), length: one.reach)
    for unit in PairBootstrap.Unit.allCases {
        let interval = PairBootstrap(
            outcome.design, unit: unit, resamples: resamples, seed: seed
        ).interval(of: differences[0])
        counter.count(
            "bootstrap over \(unit.rawValue), first seed", !interval.contains(0),
            length: interval.reach)
    }
}

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let studies = arguments.first ?? 2000
let resamples = arguments.dropFirst().first ?? 499
print("\(studies) studies of each kind, \(resamples) resamples.")
for (index, scenario) in scenarios().enumerated() {
    let isLarge = scenario.study.pairsOfFold > 100
    try measure(
        scenario, studies: isLarge ? studies / 5 : studies, resamples: resamples,
        seed: UInt64(100 + index))
}
try EquivalenceCalibration.measure(studies: studies / 3)
try TuningCalibration.measure(studies: studies)
