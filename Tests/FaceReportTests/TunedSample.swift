import FaceConfiguration
import FaceReport
import FaceRuns
import Foundation

/// Fabricates a study whose losses were tuned: one network, one training set, five losses with 16
/// tries each, and then the defaults and the chosen values with seeds of their own.
///
/// Marginal Loss keeps its default; the chosen values of the others differ in what they gain.
struct TunedSample {
    var seeds: [UInt64] = [101, 102, 103, 104, 105]
    var pairs = 600
    /// Whether the final runs are there.
    var hasRuns = true
    /// Whether the final runs say themselves what tuning has made of their losses.
    var hasRoles = false
    /// Changes the record before it is written.
    var edit: (inout TuningRecord) -> Void = { _ in }

    /// A loss with what it is worth at its default and with the chosen values.
    struct Loss {
        var name: String
        var title: String
        var sampler = "shuffle"
        var skill: Double
        /// Skill with the chosen values; `nil` for a loss that keeps its default.
        var tuned: Double?
        var space: [TunedParameter]
    }

    static let losses = [
        Loss(name: "softmax", title: "Cross-entropy", skill: 2.15, tuned: 2.5, space: [rate]),
        Loss(
            name: "asoftmax", title: "A-Softmax", skill: 2.4, tuned: 2.44,
            space: [
                rate,
                parameter(
                    "m", "m", "", .integer, 1...4, 4, [.init(preset: "sphereface", value: 4)]),
            ]),
        Loss(
            name: "amsoftmax", title: "AM-Softmax", skill: 2.75, tuned: 2.72,
            space: [rate, margin(0.35, "amsoftmax"), scale(30)]),
        Loss(
            name: "arcface", title: "ArcFace", skill: 2.5, tuned: 2.85,
            space: [
                rate, margin(0.5, "insightface"),
                parameter(
                    "s", "s", "", .logarithmic, 8...128, 64,
                    [.init(preset: "insightface", value: 64), .init(preset: "auto", value: 23.1)]),
            ]),
        Loss(
            name: "marginal", title: "Marginal Loss", sampler: "pk:32x4", skill: 2.3,
            space: [
                rate, parameter("weight", "λ", "", .logarithmic, 0.01...10, 1, []),
            ]),
    ]

    private static let rate = parameter(
        TunedParameter.learningRate, "", "", .logarithmic, 0.01...1, 0.1, [])

    private static func margin(_ value: Double, _ preset: String) -> TunedParameter {
        parameter(
            "m", "m", "rad", .linear, 0.1...0.8, value, [.init(preset: preset, value: value)])
    }

    private static func scale(_ value: Double) -> TunedParameter {
        parameter("s", "s", "", .logarithmic, 8...128, nil, [.init(preset: "paper", value: value)])
    }

    private static func parameter(
        _ name: String, _ symbol: String, _ unit: String, _ scale: SearchScale,
        _ range: ClosedRange<Double>, _ value: Double?, _ published: [TunedParameter.Published]
    ) -> TunedParameter {
        guard let range = SearchRange(range.lowerBound, range.upperBound, scale) else {
            preconditionFailure("a sample's range is one")
        }
        return TunedParameter(
            name: name, symbol: symbol, unit: unit, range: range,
            defaultValue: value, published: published)
    }

    /// Writes the record, and the final runs.
    func write(to folder: URL) throws {
        let study = StudyFolder(folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var record = TuningRecord(cells: Self.losses.map(cell), finalSeeds: seeds)
        edit(&record)
        try study.write(record)
        guard hasRuns else { return }
        for loss in Self.losses {
            for seed in seeds {
                try write(loss, seed, skill: loss.skill, tuned: nil, to: study)
                if let skill = loss.tuned {
                    let origin = TunedOrigin(
                        loss: loss.name, trainSet: "casia", backbone: "mobilenetv1")
                    try write(loss, seed, skill: skill, tuned: origin, to: study)
                }
            }
        }
    }

    private func cell(_ loss: Loss) -> TuningCell {
        let (tries, epochs) = (16, 4)
        var cell = TuningCell(
            trainSet: "casia", backbone: "mobilenetv1", loss: loss.name, resolvedLoss: loss.name,
            lossTitle: loss.title, sampler: loss.sampler, space: loss.space, fixed: [],
            budget: TuningBudget(
                tries: tries, epochs: epochs, imagesEach: 20_000,
                rungs: [.init(tries: tries, epochs: epochs)]),
            validation: TuningValidation(identities: 50, pairs: 2000, standardError: 0.0067),
            tries: (0..<tries).map { item(loss, $0, epochs) }, isComplete: true)
        let scores = cell.tries.map { $0.accuracy ?? 0 }
        cell.chosen = loss.tuned == nil ? 0 : scores.indices.max { scores[$0] < scores[$1] }
        return cell
    }

    private func item(_ loss: Loss, _ index: Int, _ epochs: Int) -> TuningTry {
        var random = SampleRandom("\(loss.name) \(index)")
        let fractions = loss.space.map { _ in random.uniform() }
        let values = zip(loss.space, fractions).compactMap { parameter, fraction in
            (index == 0 ? parameter.defaultValue : parameter.range.value(at: fraction)).map {
                (parameter.name, $0)
            }
        }
        let named = Dictionary(values, uniquingKeysWith: { a, _ in a })
        let rate = named[TunedParameter.learningRate] ?? 0.1
        var item = TuningTry(
            index: index, rung: 0, values: named, loss: loss.name, learningRate: rate,
            weightDecay: 5e-4, seed: 1, epochs: epochs,
            folder: "tuning/runs/\(loss.name)-\(index)")
        item.images = epochs * 20_000
        item.seconds = 310 + 10 * random.uniform()
        if rate > 0.8 || (loss.name == "amsoftmax" && index == 7) {
            item.state = .failed
            item.reason = "The loss became NaN at step 12 of epoch 1; lower the learning rate."
            item.images = 768
            item.seconds = 9
            return item
        }
        let off = zip(loss.space, fractions).reduce(0.0) { sum, part in
            sum + (part.1 - 0.55) * (part.1 - 0.55)
        }
        let best = 0.86 + 0.02 * (loss.tuned ?? loss.skill)
        let standard = loss.tuned == nil ? 0.93 : best - 0.06
        let accuracy = index == 0 ? standard : best - 0.2 * off
        item.state = .finished
        item.accuracy = ((accuracy + 0.003 * random.normal()) * 2000).rounded() / 2000
        item.pairs = 2000
        item.standardError = 0.006
        return item
    }

    private func write(
        _ loss: Loss, _ seed: UInt64, skill: Double, tuned: TunedOrigin?, to study: StudyFolder
    ) throws {
        let values = tuned == nil ? loss.name : "\(loss.name):m=0.41"
        let name = "casia__\(loss.name)__\(seed)\(tuned == nil ? "" : "_tuned")"
        var description = RunDescription(
            identity: RunIdentity(
                trainSet: "casia", backbone: "mobilenetv1", loss: values, sampler: loss.sampler,
                seed: seed, tuned: tuned),
            lossTitle: tuned == nil ? loss.title : "\(loss.title) (tuned)",
            backbone: SampleStudy.backbones[1].facts, train: SampleStudy.trainSets[0].facts,
            tests: [TestSetFacts(name: "lfw", pairs: pairs, folds: 10, pairsEachEpoch: pairs)],
            epochs: 4, batchSize: 64, configuration: .object([:]),
            command: "facet compare --tune 16"
        )
        description.requestedLoss = tuned?.name ?? loss.name
        if hasRoles {
            description.tuning = TuningRole(tuned == nil ? .standard : .tuned, of: cell(loss))
        }
        let folder = study.run(named: name)
        let run = SampleRun(name: name, skill: skill, speed: 400, pairs: pairs, epochs: 4)
        try MadeRun(description: description, numbers: run).write(to: folder)
    }
}
