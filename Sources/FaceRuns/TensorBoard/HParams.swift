public import FaceConfiguration

/// A run's hyperparameters, as TensorBoard's HParams tab shows them: a value for each name.
public struct HParams: Sendable, Hashable {
    /// A value; the tab knows no others.
    public enum Value: Sendable, Hashable {
        case flag(Bool)
        case number(Double)
        case text(String)
    }

    /// The values by their names, such as `loss`, `loss.m` and `training.schedule.peak`.
    public let values: [String: Value]

    /// Combines what identifies a run, the values of its loss, and its configuration's `training`.
    ///
    /// - Parameters:
    ///   - loss: The loss as requested.
    ///   - lossValues: The values of its parameters.
    ///   - configuration: The run's complete configuration.
    public init(
        _ identity: RunIdentity, loss: String, lossValues: [String: String],
        configuration: JSONValue
    ) {
        var values: [String: Value] = [
            "backbone": .text(identity.backbone), "loss": .text(loss),
            "sampler": .text(identity.sampler), "seed": .number(Double(identity.seed)),
            "train": .text(identity.trainSet),
        ]
        for (name, text) in lossValues {
            values["loss.\(name)"] = Double(text).map(Value.number) ?? .text(text)
        }
        if let training = configuration["training"] { Self.add(training, "training", to: &values) }
        self.values = values
    }

    /// Reads the hyperparameters from a run's description.
    public init(_ description: RunDescription) {
        self.init(
            description.identity, loss: description.lossName,
            lossValues: description.lossValues ?? [:], configuration: description.configuration)
    }

    private static func add(
        _ value: JSONValue, _ path: String, to values: inout [String: Value]
    ) {
        switch value {
        case .object(let members):
            for (name, member) in members { add(member, "\(path).\(name)", to: &values) }
        case .bool(let flag): values[path] = .flag(flag)
        case .number(let number): values[path] = .number(number)
        case .large(let number): values[path] = .text("\(number)")
        case .string(let text): values[path] = .text(text)
        case .array(let items):
            let texts = items.map { item in
                if case .number(let number) = item { "\(number)" } else { "\(item)" }
            }
            values[path] = .text(texts.joined(separator: ", "))
        case .null: break
        }
    }
}

/// The contents of TensorBoard's HParams tab for several runs: the columns of its table.
public struct HParamsExperiment: Sendable, Hashable {
    /// The runs' hyperparameters.
    public var runs: [HParams]
    /// Tags of the scalars that are shown as metrics, with their titles, in their order.
    public var metrics: [Metric]

    /// A scalar that is shown as a metric.
    public struct Metric: Sendable, Hashable {
        /// Tag of the scalar in TensorBoard.
        public var tag: String
        /// The column's title.
        public var title: String
        /// Whether it is measured on held-out training identities.
        public var isValidation: Bool

        /// The accuracy on a test set.
        public static func test(_ name: String) -> Metric {
            Metric(
                tag: "test/\(name)/accuracy", title: "accuracy on \(name)", isValidation: false)
        }

        /// The accuracy on held-out training identities.
        public static let validation = Metric(
            tag: "validation/accuracy", title: "accuracy on held-out people", isValidation: true)
    }

    /// Memberwise initialiser.
    public init(runs: [HParams], metrics: [Metric]) {
        self.runs = runs
        self.metrics = metrics
    }

    /// Columns that are shown even if all runs have the same value.
    private static let always: Set = [
        "backbone", "loss", "seed", "train", "training.batchSize", "training.epochs",
        "training.schedule.peak",
    ]

    /// The distinct values of each name that is shown, in the order of the names: most of the many settings
    /// that all runs share would only hide the metrics.
    var columns: [(name: String, values: [HParams.Value])] {
        Set(runs.flatMap(\.values.keys)).sorted().compactMap { name in
            let values = Set(runs.compactMap { $0.values[name] }).sorted { $0.text < $1.text }
            return values.count > 1 || Self.always.contains(name) ? (name, values) : nil
        }
    }
}

extension HParams.Value {
    /// The value in words.
    var text: String {
        switch self {
        case .flag(let flag): "\(flag)"
        case .number(let number): "\(number)"
        case .text(let text): text
        }
    }
}
