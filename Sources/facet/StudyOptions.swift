import CommandKit
import FaceConfiguration
import FaceLosses
import FaceModels
import FaceStudy
import Foundation

/// The options that describe a study, and the resulting configuration.
///
/// Flags override a study file, which overrides a preset.
enum StudyOptions {
    /// Names that a shell offers; parameters follow after a colon.
    static let backboneNames = BackboneCatalogue.descriptors.map(\.name)
    static let lossNames = LossCatalogue.descriptors.map(\.name)

    static let all: [Option] =
        [
            Option(
                "--preset", .value("NAME"),
                "start from a preset: quick (built-in faces), tuned (every loss tuned first) or paper "
                    + "(the paper's networks and a schedule for its data)",
                completion: .words(StudyPreset.allCases.map(\.rawValue))),
            Option(
                "--config", .value("FILE"),
                "a study file in JSON5; facet keys lists its keys",
                elsewhere: OptionsElsewhere.config),
            Option(
                "--train", .values("NAME=PATH"),
                "a training set: a folder <identity>/<image>.jpg, a RecordIO pack (train.rec or its "
                    + "folder), a list 'path label', a TSV of MS-Celeb-1M, or synthetic:PRESET",
                elsewhere: OptionsElsewhere.trainSet),
            Option(
                "--without", .values("NAME=FILE"),
                "a list of identities and images to leave out of a training set, one per line"),
            Option(
                "--terms", .values("NAME=TEXT"),
                "terms of use of a training set, in words, e.g. 'research only'; kept with "
                    + "runs, models and report", completion: .nothing),
            Option(
                "--test", .values("NAME=PACK|IMAGES,PAIRS"),
                "a test set: insightface's .bin, or a folder of images and its list of pairs "
                    + "(CFP,FP for CFP), or synthetic:PRESET", elsewhere: OptionsElsewhere.testSet),
        ] + keyed + [
            Option(
                "--partial", .flag,
                "load the matching part of the weights of --from if not all of them fit"),
            Option(
                "--output", .value("FOLDER"),
                "output folder for runs and report; default study (facet train: training)",
                elsewhere: OptionsElsewhere.output),
        ]

    /// The flags that the keys of a study declare.
    private static let keyed: [Option] = StudyConfiguration.keys.all.compactMap { key in
        guard let flag = key.flag else { return nil }
        let words = key.suggestions.isEmpty ? key.domain.words : key.suggestions
        return Option(
            flag.name, kind(flag),
            key.help(default: flag.syntax == .presence ? nil : defaultText(key)),
            elsewhere: OptionsElsewhere.ofFlags[flag.name] ?? [],
            completion: words.isEmpty ? nil : .words(words))
    }

    private static func kind(_ flag: ConfigurationFlag) -> Option.Kind {
        switch flag.syntax {
        case .list: .values(flag.placeholder)
        case .presence: .flag
        case .assignment, .countOrList, .value: .value(flag.placeholder)
        }
    }

    /// The default of a key, as it would be typed.
    static func defaultText(_ key: ConfigurationKey) -> String? {
        func text(_ value: JSONValue) -> String {
            switch value {
            case .array(let values):
                key.flag?.syntax == .countOrList
                    ? "\(values.count)" : values.map(text).joined(separator: ",")
            case .bool(let value): "\(value)"
            case .large(let value): "\(value)"
            case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
            case .string(let text): text
            case .null, .object: ""
            }
        }
        let text = StudyConfiguration.keys.defaultValue(of: key.path).map(text)
        return text?.isEmpty == true ? nil : text
    }

    /// - Parameter others: Flags that this command handles itself instead of as keys.
    static func configuration(
        _ arguments: Arguments, without others: Set<String> = []
    ) throws -> StudyConfiguration {
        var configuration = try preset(arguments)
        if let file = arguments.value("--config").map({ URL(fileURLWithPath: $0) }) {
            // A file may name a recipe, which it overrides like one given by --recipe.
            let recipe = try StudyConfiguration.read(file).recipe
            if !recipe.isEmpty, !arguments.has("--recipe") {
                configuration = try Recipe.named(recipe).configuration(over: configuration)
            }
            configuration = try .read(file, over: configuration)
        }
        try applySets(arguments, without: others, to: &configuration)
        try applyKeys(arguments, without: others, to: &configuration)
        if arguments.has("--partial") { configuration.start.isPartial = true }
        let tries = ["--tune-epochs", "--tune-halving", "--tune-weight-decay"]
        if arguments.has("--tune"), !configuration.tuning.isOn,
            !tries.contains(where: arguments.has)
        {
            // Nothing is tuned, even if a preset or a file requests tries.
            configuration.tuning = .init()
        }
        return configuration
    }

    /// The configuration of a study, which needs training and test sets; for a single run only a training
    /// set.
    static func studyConfiguration(
        _ arguments: Arguments, needsTest: Bool = true
    ) throws -> StudyConfiguration {
        let configuration = try configuration(arguments)
        if needsTest { try requireBackbone(of: configuration, option: "--backbones") }
        if configuration.train.isEmpty {
            throw CommandError.missingOption(
                option: "--train",
                hint: "give a training set with --train NAME=PATH and a test set with --test, or "
                    + "start with --preset quick, which renders its own faces")
        }
        if needsTest, configuration.test.isEmpty {
            throw CommandError.missingOption(
                option: "--test", hint: "give a test set with --test NAME=PACK or NAME=IMAGES,PAIRS"
            )
        }
        return configuration
    }

    /// Refuses a recipe none of whose networks is available, unless a backbone is given.
    static func requireBackbone(of configuration: StudyConfiguration, option: String) throws {
        guard configuration.backbones.isEmpty, !configuration.recipe.isEmpty else { return }
        let recipe = try Recipe.named(configuration.recipe)
        throw CommandError.missingOption(
            option: option, hint: recipe.limits.first ?? "name a backbone")
    }

    /// The value of an option that must not be a list.
    static func one(_ option: String, _ arguments: Arguments) throws(CommandError) -> String? {
        guard let names = arguments.list(option) else { return nil }
        guard names.count == 1 else {
            throw .badValue(
                option: option, value: names.joined(separator: ","),
                expected: "exactly one; facet compare trains several")
        }
        return names[0]
    }

    private static func preset(_ arguments: Arguments) throws -> StudyConfiguration {
        if let recipe = arguments.value("--recipe") {
            guard !arguments.has("--preset") else {
                throw CommandError.together("--preset", "--recipe")
            }
            return try Recipe.named(recipe).configuration()
        }
        let name = try arguments.choice("--preset", among: StudyPreset.allCases.map(\.rawValue))
        return name.flatMap(StudyPreset.init)?.configuration ?? StudyConfiguration()
    }

    private static func applySets(
        _ arguments: Arguments, without others: Set<String>,
        to configuration: inout StudyConfiguration
    ) throws {
        if arguments.has("--train") {
            configuration.train = try arguments.values("--train").map { text in
                let sides = try named("--train", text, "NAME=PATH")
                return .init(name: sides.name, images: sides.rest)
            }
        }
        try applyToTrain("--without", "NAME=FILE", \.without, arguments, others, &configuration)
        try applyToTrain("--terms", "NAME=TEXT", \.terms, arguments, others, &configuration)
        guard arguments.has("--test") else { return }
        configuration.test = try arguments.values("--test").map { text in
            let sides = try named("--test", text, "NAME=PACK or NAME=IMAGES,PAIRS")
            let paths = sides.rest.split(
                separator: ",", maxSplits: 1, omittingEmptySubsequences: false
            ).map(String.init)
            return .init(
                name: sides.name, images: paths[0], pairs: paths.count == 2 ? paths[1] : "")
        }
    }

    /// Applies an option that refers to a training set by name, unless the command handles it itself.
    private static func applyToTrain(
        _ option: String, _ expected: String,
        _ property: WritableKeyPath<StudyConfiguration.TrainSource, String?>,
        _ arguments: Arguments, _ others: Set<String>, _ configuration: inout StudyConfiguration
    ) throws(CommandError) {
        guard !others.contains(option) else { return }
        for text in arguments.values(option) {
            let sides = try named(option, text, expected)
            guard let index = configuration.train.firstIndex(where: { $0.name == sides.name })
            else {
                throw .badValue(option: option, value: text, expected: "the NAME of a --train")
            }
            configuration.train[index][keyPath: property] = sides.rest
        }
    }

    /// The two sides of `NAME=REST`.
    static func named(
        _ option: String, _ text: String, _ expected: String
    ) throws(CommandError) -> (name: String, rest: String) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            .map(String.init)
        guard sides.count == 2, !sides[1].isEmpty else {
            throw .badValue(option: option, value: text, expected: expected)
        }
        if let requirement = SetName.requirement(sides[0]) {
            throw .badValue(
                option: option, value: text, expected: "\(expected) with \(requirement)")
        }
        return (sides[0], sides[1])
    }

    private static func applyKeys(
        _ arguments: Arguments, without others: Set<String>,
        to configuration: inout StudyConfiguration
    ) throws {
        for key in StudyConfiguration.keys.all {
            guard let flag = key.flag, !others.contains(flag.name), arguments.has(flag.name) else {
                continue
            }
            let text = arguments.value(flag.name) ?? ""
            let words =
                switch flag.syntax {
                case .countOrList:
                    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                case .list: arguments.list(flag.name) ?? []
                case .assignment, .presence, .value: [text]
                }
            guard let value = flag.value(words, of: key.domain) else {
                throw CommandError.badValue(
                    option: flag.name, value: text,
                    expected: flag.allowed(by: key.domain, unit: key.unit))
            }
            if let fault = key.domain.fault(in: value, check: key.check) {
                throw FaceConfigurationError.value(key: flag.name, reason: fault.reason)
            }
            StudyConfiguration.keys.apply(value.nested(at: key.path), to: &configuration)
        }
    }
}

extension JSONValue {
    /// The value at a path such as `training.epochs`.
    fileprivate func nested(at path: String) -> JSONValue {
        path.split(separator: ".").reversed().reduce(self) { .object([String($1): $0]) }
    }
}
