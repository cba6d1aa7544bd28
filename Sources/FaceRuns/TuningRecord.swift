public import FaceConfiguration
import SafeNumbers
import Spelling

/// `tuning.json` of a study: what was tried for each loss, and what was chosen.
///
/// It is rewritten, atomically, whenever a try ends, from the tries' folders under `tuning/runs/`, which
/// contain everything that is known about them. Nothing in it was measured on a test set.
public struct TuningRecord: Codable, Sendable, Hashable {
    /// Version of the record's format.
    public static let currentFormat = 1

    /// Format the record was written in.
    public var format = TuningRecord.currentFormat
    /// One entry for each training set, backbone and loss, in the study's order.
    public var cells: [TuningCell]
    /// The seeds that the defaults and the chosen values are trained with afterwards; no try has used
    /// one of them.
    public var finalSeeds: [UInt64]

    /// Memberwise initialiser.
    public init(cells: [TuningCell], finalSeeds: [UInt64]) {
        self.cells = cells
        self.finalSeeds = finalSeeds
    }

    /// Whether every cell has its choice, or has none to make because all of its tries failed.
    public var isComplete: Bool { cells.allSatisfy(\.isComplete) }

    /// The cell of a run, by the names in its description.
    ///
    /// - Parameter loss: The loss as requested (``RunDescription/requestedLoss``), or for a
    ///   tuned run ``TunedOrigin/loss``.
    public func cell(trainSet: String, backbone: String, loss: String) -> TuningCell? {
        cells.first {
            $0.trainSet == trainSet && $0.backbone == backbone && $0.loss == loss
        }
    }
}

/// The tries of one loss with one backbone on one training set.
public struct TuningCell: Codable, Sendable, Hashable {
    /// Name of the training set.
    public var trainSet: String
    /// Name of the backbone with its options, as in ``RunIdentity/backbone``.
    public var backbone: String
    /// The loss as requested, e.g. `cosface` or `arcface:m=0.4`.
    public var loss: String
    /// The canonical text of the loss, with the values that are not defaults, as in ``RunIdentity/loss``.
    public var resolvedLoss: String
    /// Title of the loss in tables, e.g. `CosFace` or `ArcFace (m=0.4)`.
    public var lossTitle: String
    /// Name of the sampler, as in ``RunIdentity/sampler``.
    public var sampler: String
    /// Name of the optimiser that the tries were trained with, e.g. `sgd`; nil in a record of a version
    /// that did not write it.
    public var optimizer: String?
    /// The tuned parameters: the peak learning rate, the weight decay if it is tuned, then the loss's own
    /// parameters.
    public var space: [TunedParameter]
    /// Names of parameters that would be tuned, but whose values were given with the loss.
    public var fixed: [String]
    /// The cell's budget.
    public var budget: TuningBudget
    /// The held-out training identities that tries are scored on.
    public var validation: TuningValidation
    /// All tries, planned ones too: rung after rung, in each rung by ascending index. The first is the
    /// default. Of rungs after the first, those that are known already.
    public var tries: [TuningTry]
    /// The index in ``tries`` of the one that was chosen: the one with the highest validation accuracy in
    /// the last rung, the earlier one of equal ones. Nil while tries are missing, and if none of the rung
    /// finished.
    public var chosen: Int?
    /// Whether nothing is left to try or to choose.
    public var isComplete: Bool

    /// The try that was chosen.
    public var chosenTry: TuningTry? {
        chosen.flatMap { tries.indices.contains($0) ? tries[$0] : nil }
    }

    /// Memberwise initialiser.
    public init(
        trainSet: String, backbone: String, loss: String, resolvedLoss: String, lossTitle: String,
        sampler: String, space: [TunedParameter], fixed: [String], budget: TuningBudget,
        validation: TuningValidation, tries: [TuningTry] = [], chosen: Int? = nil,
        isComplete: Bool = false
    ) {
        self.trainSet = trainSet
        self.backbone = backbone
        self.loss = loss
        self.resolvedLoss = resolvedLoss
        self.lossTitle = lossTitle
        self.sampler = sampler
        self.space = space
        self.fixed = fixed
        self.budget = budget
        self.validation = validation
        self.tries = tries
        self.chosen = chosen
        self.isComplete = isComplete
    }
}

/// A parameter that is tuned.
public struct TunedParameter: Codable, Sendable, Hashable {
    /// Name of the peak learning rate.
    public static let learningRate = "learningRate"
    /// Name of the weight decay.
    public static let weightDecay = "weightDecay"

    /// A published value.
    public struct Published: Codable, Sendable, Hashable {
        /// Name of the loss's preset that has it, e.g. `insightface`.
        public var preset: String
        /// The published value, in the parameter's unit.
        public var value: Double

        /// Creates a published value.
        public init(preset: String, value: Double) {
            self.preset = preset
            self.value = value
        }
    }

    /// `learningRate`, `weightDecay`, or the name of a parameter of the loss, prefixed with the term's name
    /// for a term of a sum: `m`, `center.weight`.
    public var name: String
    /// Symbol in tables, e.g. `m`, `λ`.
    public var symbol: String
    /// Unit, e.g. `rad`; empty for none.
    public var unit: String
    /// The values that are tried.
    public var range: SearchRange
    /// The value of the first try; nil if the loss determines it itself (`auto`).
    public var defaultValue: Double?
    /// Values of the loss's presets, in the order of the help.
    public var published: [Published]

    /// Memberwise initialiser.
    public init(
        name: String, symbol: String, unit: String, range: SearchRange, defaultValue: Double?,
        published: [Published] = []
    ) {
        self.name = name
        self.symbol = symbol
        self.unit = unit
        self.range = range
        self.defaultValue = defaultValue
        self.published = published
    }
}

/// The origin of values that tuning chose.
public struct TunedOrigin: Codable, Sendable, Hashable {
    /// The loss as requested when it was tuned, e.g. `arcface`: ``RunDescription/requestedLoss``
    /// of the runs at its default.
    public var loss: String
    /// Name of the training set it was tuned on.
    public var trainSet: String
    /// Name of the backbone it was tuned with.
    public var backbone: String
    /// Name of the study in which it was tuned; nil for the run's own study.
    public var study: String?

    /// Memberwise initialiser.
    public init(loss: String, trainSet: String, backbone: String, study: String? = nil) {
        self.loss = loss
        self.trainSet = trainSet
        self.backbone = backbone
        self.study = study
    }

    /// The loss's name, distinct from that of the untuned loss: `arcface (tuned)`, or if it was tuned in
    /// another study `arcface@quarter`.
    public var name: String { study.map { "\(loss)@\($0)" } ?? "\(loss) (tuned)" }
}

/// A cell's budget of tries: the same for every loss.
public struct TuningBudget: Codable, Sendable, Hashable {
    /// One rung of successive halving: a complete schedule for each of its tries.
    public struct Rung: Codable, Sendable, Hashable {
        /// Number of tries.
        public var tries: Int
        /// Epochs of each try.
        public var epochs: Int

        /// Creates a rung of `tries` tries.
        public init(tries: Int, epochs: Int) {
            self.tries = tries
            self.epochs = epochs
        }
    }

    /// Different settings that are tried.
    public var tries: Int
    /// Epochs of one try without successive halving.
    public var epochs: Int
    /// Images of an epoch of one try.
    public var imagesEach: Int
    /// How the budget is spent; a single rung without successive halving.
    public var rungs: [Rung]

    /// Images that all tries of the cell see.
    public var images: Int {
        // In floating point, exact up to 2^53: the product may overflow an integer if the record comes from
        // another source.
        let epochs = rungs.reduce(0.0) { $0 + Double($1.tries) * Double($1.epochs) }
        return Int(saturating: epochs * Double(imagesEach))
    }

    /// Memberwise initialiser.
    public init(tries: Int, epochs: Int, imagesEach: Int, rungs: [Rung]) {
        self.tries = tries
        self.epochs = epochs
        self.imagesEach = imagesEach
        self.rungs = rungs
    }
}

/// The held-out training identities that tries are scored on.
public struct TuningValidation: Codable, Sendable, Hashable {
    /// Number of identities.
    public var identities: Int
    /// Pairs of their images.
    public var pairs: Int
    /// Standard error of an accuracy of 90 % on as many independent pairs; 0...1. Tries that differ by
    /// less can hardly be distinguished.
    public var standardError: Double

    /// Memberwise initialiser.
    public init(identities: Int, pairs: Int, standardError: Double) {
        self.identities = identities
        self.pairs = pairs
        self.standardError = standardError
    }
}

/// One setting of a loss that was or will be trained for one rung.
public struct TuningTry: Codable, Sendable, Hashable {
    /// State of a try.
    public enum State: String, Codable, Sendable {
        /// It ended with an error: it counts as a try and is never chosen.
        case failed
        /// It was trained to the end and scored.
        case finished
        /// It has not ended yet.
        case pending
    }

    /// Number of the setting, from 0, which is the default; the same in every rung.
    public var index: Int
    /// The rung, from 0.
    public var rung: Int
    /// Values by the names of the cell's ``TuningCell/space``, without those that the loss determines
    /// itself.
    public var values: [String: Double]
    /// The loss with its values, as in ``RunIdentity/loss``.
    public var loss: String
    /// Peak learning rate.
    public var learningRate: Double
    /// Weight decay.
    public var weightDecay: Double
    /// The seed, the same for all tries of a study.
    public var seed: UInt64
    /// Epochs of its schedule.
    public var epochs: Int
    /// Images that it has seen.
    public var images: Int
    /// Seconds that it took. A time column: not reproducible.
    public var seconds: Double
    /// State of the try.
    public var state: State
    /// Why it failed, in one sentence; nil if it did not.
    public var reason: String?
    /// Verification accuracy on the held-out identities after the last epoch; 0...1. Nil unless
    /// finished.
    public var accuracy: Double?
    /// Pairs that this accuracy was measured on.
    public var pairs: Int?
    /// Binomial standard error of the accuracy, √(p (1 - p) / pairs): pairs share images and people, so
    /// it is at least that.
    public var standardError: Double?
    /// The run's folder, relative to the study's: `tuning/runs/...`.
    public var folder: String

    /// Memberwise initialiser.
    public init(
        index: Int, rung: Int, values: [String: Double], loss: String, learningRate: Double,
        weightDecay: Double, seed: UInt64, epochs: Int, folder: String
    ) {
        self.index = index
        self.rung = rung
        self.values = values
        self.loss = loss
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.seed = seed
        self.epochs = epochs
        self.folder = folder
        images = 0
        seconds = 0
        state = .pending
    }
}

extension TuningRecord: CheckedRecord {
    func check() throws(RecordFault) {
        for cell in cells { try cell.check() }
    }
}

extension TuningCell {
    fileprivate func check() throws(RecordFault) {
        try RecordChecks.distinct("space", space.map(\.name))
        try RecordChecks.count("tries", budget.tries, from: 1, to: 100_000)
        try RecordChecks.count("epochs", budget.epochs, from: 1, to: 1_000_000)
        try RecordChecks.count("imagesEach", budget.imagesEach, to: 1_000_000_000_000)
        for rung in budget.rungs {
            try RecordChecks.count("rungs.tries", rung.tries, to: 100_000)
            try RecordChecks.count("rungs.epochs", rung.epochs, to: 1_000_000)
        }
        try RecordChecks.count("validation.pairs", validation.pairs)
        try RecordChecks.fraction("validation.standardError", validation.standardError)
        try RecordChecks.count("chosen", chosen, to: tries.count - 1)
        for parameter in space {
            guard
                SearchRange(parameter.range.lower, parameter.range.upper, parameter.range.scale)
                    != nil
            else {
                throw RecordFault(
                    reason: "the range of \(quoted: parameter.name) is empty or invalid")
            }
            try RecordChecks.finite("default", parameter.defaultValue)
            for published in parameter.published {
                try RecordChecks.finite("published", published.value)
            }
        }
        for item in tries { try item.check() }
    }
}

extension TuningTry {
    fileprivate func check() throws(RecordFault) {
        try RecordChecks.count("index", index)
        try RecordChecks.count("rung", rung, to: 1000)
        try RecordChecks.count("epochs", epochs, to: 1_000_000)
        try RecordChecks.count("images", images)
        try RecordChecks.measure("seconds", seconds)
        try RecordChecks.fraction("accuracy", accuracy)
        try RecordChecks.fraction("standardError", standardError)
        try RecordChecks.count("pairs", pairs)
        try RecordChecks.measure("learningRate", learningRate)
        try RecordChecks.measure("weightDecay", weightDecay)
        for (name, value) in values { try RecordChecks.finite(name, value) }
        if state == .finished, accuracy == nil {
            throw RecordFault(reason: "a finished try has no accuracy")
        }
    }
}
