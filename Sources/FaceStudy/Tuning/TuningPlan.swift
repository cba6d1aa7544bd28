import FaceConfiguration
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Spelling
import Torch

/// The tries of each loss: a pure function of the study's configuration.
struct TuningPlan {
    /// One setting of a loss.
    struct Setting {
        /// Number from 0, which is the default.
        let index: Int
        /// Values by the names of the space, without values that are `auto`.
        let values: [String: Double]
        let loss: LossSpecification
        let learningRate: Double
        let weightDecay: Double
    }

    /// One loss with one backbone on one training set.
    struct Cell {
        let trainIndex: Int
        let trainSet: String
        let backbone: BackboneSpecification
        let loss: LossSpecification
        let sampler: String
        let space: [TunedParameter]
        let fixed: [String]
        let settings: [Setting]
    }

    /// The cells, in the study's order.
    let cells: [Cell]
    /// The seed of every try, different from the study's seeds.
    let seed: UInt64
    /// How the budget of each cell is spent.
    let rungs: [TuningBudget.Rung]
    /// Epochs of a try without successive halving.
    let epochs: Int

    /// Plans the tries of a study; none if it does not tune.
    ///
    /// - Throws: ``FaceStudyError/tuning(reason:)`` for an invalid budget or range.
    init(_ configuration: StudyConfiguration) throws {
        let tuning = configuration.tuning
        seed = Self.seed(besides: configuration.seeds)
        epochs = tuning.epochs > 0 ? tuning.epochs : configuration.training.epochs
        guard tuning.isOn else {
            (cells, rungs) = ([], [])
            try Self.requireTries(tuning)
            return
        }
        try Self.requireValid(configuration, epochs: epochs)
        rungs = try TuningSchedule.rungs(
            tries: tuning.tries, epochs: epochs, halving: tuning.halving,
            limit: configuration.training.epochs)
        let spaces = try tuning.spaces.map { try SearchSpaceText(parsing: $0) }
        let backbones = try configuration.backbones.map { try BackboneSpecification(parsing: $0) }
        // Values chosen in other studies are not tuned again.
        let losses = try configuration.losses.map { try LossRequest(parsing: $0) }
            .filter { $0.study == nil }.map(\.loss)
        try Self.requireUse(of: spaces, tuning.spaces, losses)
        let made = try losses.map { loss in
            let space = try SearchSpace(loss, configuration, spaces)
            return (loss, space, try space.settings(tuning.tries))
        }
        cells = configuration.train.enumerated().flatMap { index, train in
            backbones.flatMap { backbone in
                made.map { loss, space, settings in
                    Cell(
                        trainIndex: index, trainSet: train.name, backbone: backbone, loss: loss,
                        sampler: configuration.sampler(for: loss), space: space.parameters,
                        fixed: space.fixed, settings: settings)
                }
            }
        }
    }

    /// Refuses settings of tries without tries.
    private static func requireTries(_ tuning: StudyConfiguration.Tuning) throws(FaceStudyError) {
        let given = [
            (tuning.epochs > 0, "tuning.epochs (--tune-epochs)"),
            (tuning.halving, "tuning.halving (--tune-halving)"),
            (tuning.weightDecay, "tuning.weightDecay (--tune-weight-decay)"),
            (!tuning.spaces.isEmpty, "tuning.spaces"),
        ].filter(\.0).map(\.1)
        guard !given.isEmpty else { return }
        throw .tuning(
            reason:
                "\(given.joined(separator: ", ")) \(given.count == 1 ? "is" : "are") given, but "
                + "nothing is tuned; add --tune N, or leave \(given.count == 1 ? "it" : "them") out"
        )
    }

    /// Refuses ranges of losses that are not tuned.
    private static func requireUse(
        of spaces: [SearchSpaceText], _ texts: [String], _ losses: [LossSpecification]
    ) throws(FaceStudyError) {
        let tuned = losses.flatMap { loss in
            [loss.descriptor] + loss.terms.map(\.descriptor)
                + loss.searchedParameters.map(\.descriptor)
        }
        for (space, text) in zip(spaces, texts) {
            guard let descriptor = space.descriptor, !tuned.contains(descriptor) else { continue }
            throw .tuning(
                reason:
                    "\(quoted: text) is a range of \(quoted: descriptor.name), which this study does not tune; "
                    + "it tunes \(losses.map(\.requested).joined(separator: ", "))")
        }
    }

    private static func requireValid(
        _ configuration: StudyConfiguration, epochs: Int
    ) throws(FaceStudyError) {
        guard configuration.tuning.tries > 1 else {
            throw .tuning(
                reason: "one try tests only the default values; use --tune 2 or more, or none")
        }
        guard epochs <= configuration.training.epochs else {
            throw .tuning(
                reason:
                    "tries of \(epochs) epochs are longer than the runs they are for, which have "
                    + "\(configuration.training.epochs); use --tune-epochs "
                    + "\(configuration.training.epochs) or fewer")
        }
    }

    /// A seed that the study does not use: 0, or the largest free one.
    private static func seed(besides seeds: [UInt64]) -> UInt64 {
        let taken = Set(seeds)
        guard taken.contains(0) else { return 0 }
        return (0...UInt64(seeds.count)).lazy.map { UInt64.max - $0 }.first { !taken.contains($0) }
            ?? 0
    }

    /// The run of a try: an ordinary run without test sets, in the folder of the tries.
    func run(_ setting: Setting, of cell: Cell, rung: Int) -> PlannedRun {
        var run = PlannedRun(
            identity: RunIdentity(
                trainSet: cell.trainSet, backbone: cell.backbone.description,
                loss: setting.loss.description, sampler: cell.sampler, seed: seed),
            trainIndex: cell.trainIndex, backbone: cell.backbone, loss: setting.loss)
        run.settings = RunSettings(
            epochs: rungs[rung].epochs, learningRate: setting.learningRate,
            weightDecay: setting.weightDecay,
            tryName: [
                cell.loss.description, cell.sampler, "try\(setting.index)",
                "epochs\(rungs[rung].epochs)",
            ])
        return run
    }
}

/// The parameters tuned for one loss.
struct SearchSpace {
    /// Number of dimensions of the sequence, of which every loss uses the first ones: the scrambling of a
    /// dimension depends on their number.
    private static let dimensions = 32

    /// The tuned parameters: those that all losses share, then the loss's own.
    let parameters: [TunedParameter]
    /// The coordinate of each.
    private let coordinates: [Int]
    /// Names of parameters that are not tuned because their values were given.
    let fixed: [String]
    private let loss: LossSpecification
    private let learningRate: Double
    private let weightDecay: Double

    init(
        _ loss: LossSpecification, _ configuration: StudyConfiguration, _ texts: [SearchSpaceText]
    ) throws {
        self.loss = loss
        learningRate = configuration.training.schedule.peak
        weightDecay = configuration.training.weightDecay
        var found = Self.shared(loss, configuration, texts)
        var fixed: [String] = []
        // The first two coordinates belong to the shared parameters, tuned or not.
        var coordinate = 2
        for own in loss.searchedParameters {
            let choice = Self.choice(own.parameter.name, of: own.descriptor, in: texts)
            guard let range = Self.range(choice, usual: own.parameter.search) else { continue }
            if own.isFixed {
                fixed.append(own.name)
            } else {
                found.append((TunedParameter(own, range), coordinate))
            }
            coordinate += 1
        }
        guard coordinate <= Self.dimensions else {
            throw FaceStudyError.tuning(
                reason: "\(loss.requested) has more than \(Self.dimensions) parameters to tune")
        }
        parameters = found.map(\.0)
        coordinates = found.map(\.1)
        self.fixed = fixed
    }

    private static func shared(
        _ loss: LossSpecification, _ configuration: StudyConfiguration, _ texts: [SearchSpaceText]
    ) -> [(TunedParameter, Int)] {
        let training = configuration.training
        let all: [(String, String, Double, SearchRange?)] = [
            (
                TunedParameter.learningRate, "η", training.schedule.peak,
                SharedParameters.learningRates(around: training.schedule.peak)
            ),
            (
                TunedParameter.weightDecay, "λ", training.weightDecay,
                configuration.tuning.weightDecay
                    ? SharedParameters.weightDecays(around: training.weightDecay) : nil
            ),
        ]
        return all.enumerated().compactMap { coordinate, shared in
            let (name, symbol, value, usual) = shared
            let choice =
                Self.choice(name, of: loss.descriptor, in: texts)
                ?? Self.choice(name, of: nil, in: texts)
            return Self.range(choice, usual: usual).map {
                (
                    TunedParameter(
                        name: name, symbol: symbol, unit: "", range: $0, defaultValue: value),
                    coordinate
                )
            }
        }
    }

    /// A study's setting of a parameter; later entries take precedence.
    private static func choice(
        _ name: String, of descriptor: LossDescriptor?, in texts: [SearchSpaceText]
    ) -> SearchSpaceText.Choice? {
        texts.last { $0.descriptor == descriptor && $0.choices[name] != nil }?.choices[name]
    }

    private static func range(
        _ choice: SearchSpaceText.Choice?, usual: SearchRange?
    ) -> SearchRange? {
        switch choice {
        case .off: nil
        case .range(let range): range
        case nil: usual
        }
    }

    /// The settings: the default, then points of a scrambled Sobol sequence, the same for every loss, in
    /// the loss's own dimensions.
    func settings(_ count: Int) throws -> [TuningPlan.Setting] {
        let points = SobolSequence.points(count - 1, dimension: Self.dimensions, seed: 0)
        let defaults = Dictionary(
            uniqueKeysWithValues: parameters.compactMap { parameter in
                parameter.defaultValue.map { (parameter.name, $0) }
            })
        let first = TuningPlan.Setting(
            index: 0, values: defaults, loss: loss, learningRate: learningRate,
            weightDecay: weightDecay)
        return try [first]
            + points.enumerated().map { index, point in try setting(index + 1, at: point) }
    }

    private func setting(_ index: Int, at point: [Double]) throws -> TuningPlan.Setting {
        let values = Dictionary(
            uniqueKeysWithValues: zip(parameters, coordinates).map { parameter, coordinate in
                (parameter.name, parameter.range.value(at: point[coordinate]))
            })
        return TuningPlan.Setting(
            index: index, values: values, loss: try loss.setting(values),
            learningRate: values[TunedParameter.learningRate] ?? learningRate,
            weightDecay: values[TunedParameter.weightDecay] ?? weightDecay)
    }
}

extension TunedParameter {
    /// A parameter of a loss over a range.
    fileprivate init(_ own: SearchedParameter, _ range: SearchRange) {
        self.init(
            name: own.name, symbol: own.parameter.symbol, unit: own.parameter.unit, range: range,
            defaultValue: own.defaultValue,
            published: own.published.map { Published(preset: $0.preset, value: $0.value) })
    }
}
