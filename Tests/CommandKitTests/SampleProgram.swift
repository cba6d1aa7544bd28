import CommandKit
import Foundation

enum Precision: String, CaseIterable, ArgumentValue {
    case float32, bfloat16, automatic
}

enum Level: Int, CaseIterable, ArgumentValue {
    case low = 1
    case high = 2
}

/// A type with a conversion and an error of its own.
struct Size: ArgumentValue, Equatable {
    struct Odd: Error, CustomStringConvertible {
        let description = "Sizes are even."
    }

    let side: Int
    init(argument: String) throws {
        side = try Int(argument: argument)
        if side % 2 != 0 { throw Odd() }
    }
    var argument: String { "\(side)" }
    static var valueName: String { "SIZE" }
}

struct TrainingOptions: ArgumentSet {
    @Option("Learning rate at the start.", .above(0), name: "rate") var learningRate = 0.1
    @Option("Number format.") var precision = Precision.automatic
}

struct Train: Command {
    static let name = "train"
    static let abstract = "Train one network."
    static let discussion = """
        A long explanation that has to be broken into several lines because nobody reads lines \
        of more than a hundred characters.

        A second paragraph.
        """
    static let examples = [CommandExample("Train on a folder.", "sample train --data faces")]
    static let exitMeanings: [ExitCode: String] = [.failure: "The loss was not finite."]

    @Option("Images to learn from.", short: "d", value: "FOLDER") var data: URL
    @Option("Passes over the images.", .atLeast(1), short: "e") var epochs = 10
    @Option("Seed of all random numbers.") var seed: UInt64 = 1
    @Option("Stop after so many steps.") var maximumSteps: Int?
    @Option("Share to hold out.", .within(0...1)) var heldOut: Double?
    @Option("Test set.") var test: [NamedValue<URL>]
    @Option("Margins to try.", separator: ",") var margins = [0.3, 0.5]
    @Option("Levels.", separator: ",") var levels: [Level]
    @Option("Side of an image.") var size: Size?
    @Option("Shuffle.") var shuffle = true
    @Option(
        "A count.",
        .custom("COUNT") { text in
            guard text.hasSuffix("k") else {
                throw CommandKitError.usage("Write thousands, as in 5k.")
            }
            return try Int(argument: String(text.dropLast())) * 1000
        }) var images: Int?
    @Flag("Print JSON.", short: "j") var json = false
    @Flag("Be quiet.", short: "q") var quiet = false
    @Flag("Flip images at random.") var flip = true
    @Flag("Draw a progress line.") var progress: Bool?
    @Group("Training options") var training: TrainingOptions
    @Argument("Name of the run.", name: "RUN") var title: String?
    @Argument("Notes.") var notes: [String]

    func validate() throws {
        if epochs > 1000, quiet {
            throw CommandKitError.usage("--quiet and more than 1000 epochs do not go together.")
        }
    }

    func run() throws {}
}

struct Copy: Command {
    static let name = "copy"
    static let abstract = "Copy a file."

    @Argument("From where.") var source: URL
    @Argument("To where.", minimum: 1) var targets: [URL]

    func run() throws {}
}

/// Ends as its argument says.
struct End: Command {
    static let name = "end"
    static let abstract = "End in some way."

    enum Way: String, CaseIterable, ArgumentValue {
        case well, badly, wrongly, interrupted, write, missing
    }

    struct Sadness: Error, CustomStringConvertible {
        let description = "It is raining."
    }

    @Argument("How to end.") var way: Way

    func run() throws {
        switch way {
        case .well: break
        case .badly: throw Sadness()
        case .wrongly: throw CommandKitError.usage("Go elsewhere.")
        case .interrupted: throw ExitCode.interrupted
        case .write: throw CommandKitError.closedOutput
        case .missing: _ = try Data(contentsOf: URL(fileURLWithPath: "/no/such/file"))
        }
    }
}

let sample = Program(
    name: "sample", version: "1.2.3", abstract: "A sample program.",
    examples: [CommandExample("Copy.", "sample file copy a b")],
    commands: [
        .command(Train.self),
        .group("file", "Work on files.", [.command(Copy.self)]),
        .command(End.self),
    ])

/// The command a line stands for.
func parse<Parsed: Command>(_ line: String, as type: Parsed.Type) throws -> Parsed {
    let outcome = sample.parse(words(line))
    guard case .command(let command) = outcome, let parsed = command as? Parsed else {
        throw UnexpectedOutcome(description: "\(outcome)")
    }
    return parsed
}

/// The errors a line is answered with.
func errors(_ line: String) throws -> [String] {
    let outcome = sample.parse(words(line))
    guard case .failure(let failure) = outcome else {
        throw UnexpectedOutcome(description: "\(outcome)")
    }
    return failure.errors.map(\.description)
}

struct UnexpectedOutcome: Error, CustomStringConvertible {
    let description: String
}

/// Words between spaces; `''` is an empty one.
func words(_ line: String) -> [String] {
    line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
}
