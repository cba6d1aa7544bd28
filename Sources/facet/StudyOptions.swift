import CommandKit
import FaceLosses
import FaceStudy
import FaceTraining
import Foundation
import Torch

/// The options that describe a study, and the configuration they make.
///
/// Flags lie over a study file, which lies over a preset.
enum StudyOptions {
    static let all: [Option] = [
        Option(
            "--preset", .value("NAME"),
            "start from quick (built-in faces) or paper (the paper's "
                + "networks and a schedule for its data)"),
        Option("--config", .value("FILE"), "a study file in JSON5"),
        Option(
            "--train", .values("NAME=PATH"),
            "a training set: a folder <identity>/<image>.jpg, a RecordIO pack (train.rec or its "
                + "folder), a list 'path label', a TSV of MS-Celeb-1M, or synthetic:PRESET"),
        Option(
            "--without", .values("NAME=FILE"),
            "leave identities and images out of a training set: their names, one a line"),
        Option(
            "--test", .values("NAME=PACK|IMAGES,PAIRS"),
            "a test set: insightface's .bin, or a folder of images and its list of pairs "
                + "(CFP,FP for CFP), or synthetic:PRESET"),
        Option(
            "--backbones", .values("LIST"),
            "backbones with commas, e.g. "
                + "mobilenetv1:width=0.5,resnet50"),
        Option("--losses", .values("LIST"), "losses with commas, e.g. softmax,arcface:s=32,m=0.4"),
        Option("--sampler", .value("NAME"), "auto (each loss its own), shuffle or pk:PxK for all"),
        Option("--seeds", .value("N|LIST"), "how many seeds, from 1 on, or a list with commas"),
        Option("--epochs", .value("N"), "passes over the training set"),
        Option("--batch-size", .value("N"), "images of a step"),
        Option("--learning-rate", .value("X"), "highest learning rate"),
        Option("--input-size", .value("N"), "height and width of the input, in pixels"),
        Option(
            "--pairs-each-epoch", .value("N"),
            "pairs tested after each epoch but the last, "
                + "which sees all; 0 for all"),
        Option(
            "--class-rate", .value("X"),
            "share of the classes in a step's softmax (Partial FC), for "
                + "losses of angles; 1 for all"),
        Option(
            "--validation", .value("identities=X"),
            "hold out a share of the training identities to choose a model on, e.g. 0.05"),
        Option("--precision", .value("NAME"), "auto, float32 or bfloat16"),
        Option(
            "--head-precision", .value("NAME"),
            "float32 or bfloat16: products with class weights, where "
                + "the network computes in bfloat16"),
        Option("--device", .value("NAME"), "auto, cpu, cuda or cuda:N"),
        Option("--threads", .value("N"), "threads of one operation; 0 for one a core"),
        Option(
            "--kernels", .value("NAME"),
            "auto (the best of the processor), libtorch, portable, avx2 or avx512: what computes "
                + "convolutions and normalisations"),
        Option("--output", .value("FOLDER"), "where runs and report go"),
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
            guard let place = configuration.train.firstIndex(where: { $0.name == sides.name })
            else {
                throw CommandError.badValue(
                    option: "--without", value: text, expected: "the NAME of a --train")
            }
            configuration.train[place].without = sides.rest
        }
        guard arguments.has("--test") else { return }
        configuration.test = try arguments.values("--test").map { text in
            let sides = try named("--test", text, "NAME=PACK or NAME=IMAGES,PAIRS")
            let places = sides.rest.split(
                separator: ",", maxSplits: 1, omittingEmptySubsequences: false
            ).map(String.init)
            return .init(
                name: sides.name, images: places[0], pairs: places.count == 2 ? places[1] : "")
        }
    }

    private static func named(
        _ option: String, _ text: String, _ expected: String
    ) throws(CommandError) -> (name: String, rest: String) {
        let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2 else {
            throw .badValue(option: option, value: text, expected: expected)
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
        if let share = try arguments.convert(
            "--validation", "identities= and a share up to 0.5, as identities=0.05",
            Self.heldOutShare)
        {
            configuration.validation.identities = share
        }
        if let pairs = try arguments.whole("--pairs-each-epoch", in: 0...100_000_000) {
            configuration.evaluation.pairsEachEpoch = pairs
        }
    }

    private static func heldOutShare(_ text: String) -> Double? {
        let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2, sides[0] == "identities", let share = Double(sides[1]),
            (0...0.5).contains(share)
        else { return nil }
        return share
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
        if let device = arguments.value("--device") { configuration.device = device }
        if let kernels = arguments.value("--kernels") { configuration.kernels = kernels }
        if let threads = try arguments.whole("--threads", in: 0...4096) {
            configuration.threads = threads
        }
    }
}
