import CommandKit
import FaceLosses
import FaceModels
import FaceStudy
import FaceTraining
import Foundation
import Torch

/// The options that describe a study, and the configuration they make.
///
/// Flags lie over a study file, which lies over a preset.
enum StudyOptions {
    private static let defaults = StudyConfiguration()

    /// Names that a shell offers; parameters follow behind a colon.
    static let backboneNames = BackboneCatalogue.descriptors.map(\.name)
    static let lossNames = LossCatalogue.descriptors.map(\.name)

    static let all: [Option] = [
        Option(
            "--preset", .value("NAME"),
            "start from quick (built-in faces) or paper (the paper's "
                + "networks and a schedule for its data)",
            completion: .words(StudyPreset.allCases.map(\.rawValue))),
        Option(
            "--config", .value("FILE"), "a study file in JSON5", elsewhere: OptionsElsewhere.config),
        Option(
            "--train", .values("NAME=PATH"),
            "a training set: a folder <identity>/<image>.jpg, a RecordIO pack (train.rec or its "
                + "folder), a list 'path label', a TSV of MS-Celeb-1M, or synthetic:PRESET",
            elsewhere: OptionsElsewhere.trainSet),
        Option(
            "--without", .values("NAME=FILE"),
            "leave identities and images out of a training set: their names, one a line"),
        Option(
            "--test", .values("NAME=PACK|IMAGES,PAIRS"),
            "a test set: insightface's .bin, or a folder of images and its list of pairs "
                + "(CFP,FP for CFP), or synthetic:PRESET", elsewhere: OptionsElsewhere.testSet),
        Option(
            "--backbones", .values("LIST"),
            "backbones with commas, e.g. "
                + "mobilenetv1:width=0.5,resnet50; default "
                + defaults.backbones.joined(separator: ","), elsewhere: OptionsElsewhere.backbone,
            completion: .words(backboneNames)),
        Option(
            "--losses", .values("LIST"),
            "losses with commas, e.g. softmax,arcface:s=32,m=0.4; default "
                + defaults.losses.joined(separator: ","), elsewhere: OptionsElsewhere.loss,
            completion: .words(lossNames)),
        Option(
            "--sampler", .value("NAME"),
            "auto (each loss its own), shuffle or pk:PxK for all; default \(defaults.sampler)",
            elsewhere: OptionsElsewhere.sampler, completion: .words(["auto", "shuffle"])),
        Option(
            "--seeds", .value("N|LIST"),
            "how many seeds, from 1 on, or a list with commas; default \(defaults.seeds.count)",
            elsewhere: OptionsElsewhere.seeds),
        Option(
            "--epochs", .value("N"),
            "passes over the training set; default \(defaults.training.epochs)",
            elsewhere: OptionsElsewhere.epochs),
        Option(
            "--batch-size", .value("N"), "images of a step; default \(defaults.training.batchSize)",
            elsewhere: OptionsElsewhere.batchSize),
        Option(
            "--learning-rate", .value("X"),
            "highest learning rate; default \(defaults.training.schedule.peak)",
            elsewhere: OptionsElsewhere.learningRate),
        Option(
            "--input-size", .value("N"),
            "height and width of the input, in pixels; default \(defaults.inputSize)",
            elsewhere: OptionsElsewhere.inputSize),
        Option(
            "--pairs-each-epoch", .value("N"),
            "pairs tested after each epoch but the last, "
                + "which sees all; 0 for all; default \(defaults.evaluation.pairsEachEpoch)"),
        Option(
            "--class-rate", .value("X"),
            "fraction of the classes in a step's softmax (Partial FC), for "
                + "angular-margin losses; 1 for all; default 1",
            elsewhere: OptionsElsewhere.classRate),
        Option(
            "--validation", .value("identities=X"),
            "hold out a fraction of the training identities to choose a model on, e.g. 0.05; default 0"
        ),
        Option(
            "--precision", .value("NAME"),
            "auto, float32 or bfloat16; default \(defaults.precision)",
            elsewhere: OptionsElsewhere.precision,
            completion: .words(["auto", "float32", "bfloat16"])),
        Option(
            "--head-precision", .value("NAME"),
            "float32 or bfloat16: products with class weights, where "
                + "the network computes in bfloat16; default "
                + defaults.training.head.precision.rawValue,
            completion: .words(["float32", "bfloat16"])),
        Option(
            "--device", .value("NAME"), "auto, cpu, cuda or cuda:N; default \(defaults.device)",
            elsewhere: OptionsElsewhere.device, completion: .words(["auto", "cpu", "cuda"])),
        Option(
            "--threads", .value("N"),
            "threads of one operation; 0, the default, for one for each core that facet may use",
            elsewhere: OptionsElsewhere.threads),
        Option(
            "--kernels", .value("NAME"),
            "auto (the best of the processor), libtorch, portable, avx2 or avx512: what computes "
                + "convolutions and normalisations; default \(defaults.kernels)",
            completion: .words(["auto"] + Kernels.allCases.map(\.rawValue))),
        Option(
            "--output", .value("FOLDER"),
            "where runs and report go; default study, of facet train training",
            elsewhere: OptionsElsewhere.output),
    ]

    static func configuration(_ arguments: Arguments) throws -> StudyConfiguration {
        var configuration = try preset(arguments)
        if let file = arguments.value("--config") {
            configuration = try .read(URL(fileURLWithPath: file), over: configuration)
        }
        try applySets(arguments, to: &configuration)
        try applyGrid(arguments, to: &configuration)
        try applyTraining(arguments, to: &configuration)
        return configuration
    }

    /// The configuration of a study, which needs sets; of one run the training set alone.
    static func studyConfiguration(
        _ arguments: Arguments, needsTest: Bool = true
    ) throws -> StudyConfiguration {
        let configuration = try configuration(arguments)
        if configuration.train.isEmpty {
            throw CommandError.missingOption(
                option: "--train",
                hint: "give a training set with --train NAME=PATH and a test set with --test, or "
                    + "begin with --preset quick, which draws its faces itself")
        }
        if needsTest, configuration.test.isEmpty {
            throw CommandError.missingOption(
                option: "--test", hint: "give a test set with --test NAME=PACK or NAME=IMAGES,PAIRS"
            )
        }
        return configuration
    }

    /// A name that must not be a list of several.
    static func one(_ option: String, _ arguments: Arguments) throws(CommandError) -> String? {
        guard let names = arguments.list(option) else { return nil }
        guard names.count == 1 else {
            throw .badValue(
                option: option, value: names.joined(separator: ","),
                expected: "one alone; facet compare trains several")
        }
        return names[0]
    }

    private static func preset(_ arguments: Arguments) throws -> StudyConfiguration {
        let name = try arguments.choice("--preset", among: StudyPreset.allCases.map(\.rawValue))
        return name.flatMap(StudyPreset.init)?.configuration ?? StudyConfiguration()
    }

    private static func applySets(
        _ arguments: Arguments, to configuration: inout StudyConfiguration
    ) throws {
        if arguments.has("--train") {
            configuration.train = try arguments.values("--train").map { text in
                let sides = try named("--train", text, "NAME=PATH")
                return .init(name: sides.name, images: sides.rest)
            }
        }
        for text in arguments.values("--without") {
            let sides = try named("--without", text, "NAME=FILE")
            guard let position = configuration.train.firstIndex(where: { $0.name == sides.name })
            else {
                throw CommandError.badValue(
                    option: "--without", value: text, expected: "the NAME of a --train")
            }
            configuration.train[position].without = sides.rest
        }
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

    private static func applyGrid(
        _ arguments: Arguments, to configuration: inout StudyConfiguration
    ) throws {
        if let backbones = arguments.list("--backbones") { configuration.backbones = backbones }
        if let losses = arguments.list("--losses") { configuration.losses = losses }
        if let sampler = arguments.value("--sampler") { configuration.sampler = sampler }
        if let seeds = try arguments.convert(
            "--seeds", "a number of seeds, or seeds with commas", Self.seeds)
        {
            configuration.seeds = seeds
        }
        if let size = try arguments.whole("--input-size", in: 16...1024) {
            configuration.inputSize = size
        }
        if let fraction = try arguments.convert(
            "--validation", "identities= and a fraction up to 0.5, as identities=0.05",
            Self.heldOutFraction)
        {
            configuration.validation.identities = fraction
        }
        if let pairs = try arguments.whole("--pairs-each-epoch", in: 0...100_000_000) {
            configuration.evaluation.pairsEachEpoch = pairs
        }
    }

    private static func heldOutFraction(_ text: String) -> Double? {
        let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2, sides[0] == "identities", let fraction = Double(sides[1]),
            (0...0.5).contains(fraction)
        else { return nil }
        return fraction
    }

    private static func seeds(_ text: String) -> [UInt64]? {
        if let count = Int(text) {
            return (1...1000).contains(count) ? (1...UInt64(count)).map { $0 } : nil
        }
        let seeds = text.split(separator: ",").map { UInt64($0) }
        return seeds.contains(nil) || seeds.isEmpty ? nil : seeds.compactMap { $0 }
    }

    private static func applyTraining(
        _ arguments: Arguments, to configuration: inout StudyConfiguration
    ) throws {
        if let epochs = try arguments.whole("--epochs", in: 1...100_000) {
            configuration.training.epochs = epochs
        }
        if let size = try arguments.whole("--batch-size", in: 2...1_000_000) {
            configuration.training.batchSize = size
        }
        if let rate = try arguments.number("--learning-rate", in: 1e-9...1e3) {
            configuration.training.schedule.peak = rate
        }
        if let rate = try arguments.number("--class-rate", in: 1e-9...1) {
            configuration.training.head.rate = rate
        }
        let precisions = ["float32", "bfloat16"]
        if let name = try arguments.choice("--head-precision", among: precisions) {
            configuration.training.head.precision = ElementType(rawValue: name) ?? .float32
        }
        if let precision = arguments.value("--precision") { configuration.precision = precision }
        let device = try arguments.convert("--device", "auto, cpu, cuda or cuda:N") { text in
            let index = text.hasPrefix("cuda:") ? Int(text.dropFirst(5)) : nil
            return ["auto", "cpu", "cuda"].contains(text) || (index ?? -1) >= 0 ? text : nil
        }
        if let device { configuration.device = device }
        if let kernels = arguments.value("--kernels") { configuration.kernels = kernels }
        if let threads = try arguments.whole("--threads", in: 0...4096) {
            configuration.threads = threads
        }
    }
}
