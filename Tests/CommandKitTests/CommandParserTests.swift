import CommandKit
import Testing

@Suite("A command line")
struct CommandParserTests {
    private static let root = Command(
        "tool", "A tool.",
        subcommands: [
            Command(
                "work", "Works.", positionals: [Positional("what", "what to work on")],
                options: [
                    Option("--count", .value("N"), "how often"),
                    Option("--part", .values("NAME"), "which part"),
                    Option("--loud", .flag, "say so"),
                ]
            ) { _ in .success },
            Command(
                "show", "Shows.", positionals: [Positional("thing", "one", isOptional: true)],
                subcommands: [
                    Command(
                        "all", "Shows several.",
                        positionals: [Positional("things", "some", isRepeating: true)]
                    ) { _ in .failure }
                ]
            ) { _ in .success },
        ])

    private func arguments(_ words: String...) throws -> Arguments {
        guard case .run(_, let arguments) = try CommandParser(Self.root).parse(words) else {
            throw CommandError.unexpectedArgument("no run")
        }
        return arguments
    }

    @Test("Options before and after arguments, with = and without")
    func binding() throws {
        let found = try arguments("work", "--count=3", "it", "--part", "a", "--part", "b", "--loud")
        #expect(found.positional("what") == "it")
        #expect(try found.whole("--count", in: 1...9) == 3)
        #expect(found.values("--part") == ["a", "b"])
        #expect(found.has("--loud"))
    }

    @Test("A command may do something itself and group others")
    func mixed() throws {
        #expect(try arguments("show").positional("thing") == nil)
        #expect(try arguments("show", "it").positional("thing") == "it")
        #expect(try arguments("show", "all", "a", "b").positionals("things") == ["a", "b"])
        #expect(throws: CommandError.missingArgument(name: "things")) {
            _ = try arguments("show", "all")
        }
        guard
            case .help(let command, let path) = try CommandParser(Self.root)
                .parse(["show", "--help"])
        else { throw CommandError.unexpectedArgument("no help") }
        let text = HelpText(command, path: path).text
        #expect(text.contains("Usage: tool show [<thing>]\n       tool show COMMAND\n"))
        #expect(text.contains("  all  Shows several."))
    }

    @Test("A list keeps the commas of parameters")
    func list() throws {
        let found = try arguments("work", "x", "--part", "softmax,arcface:s=32,m=0.4,marginal")
        #expect(found.list("--part") == ["softmax", "arcface:s=32,m=0.4", "marginal"])
    }

    private static let refusals: [([String], String)] = [
        (["wrok"], "unknown command 'wrok'; did you mean 'work'?"),
        (["work"], "the argument <what> is missing"),
        (["work", "a", "b"], "unexpected argument 'b'"),
        (["work", "a", "--cuont", "1"], "unknown option --cuont; did you mean '--count'?"),
        (["work", "a", "--count"], "--count needs a value: --count N"),
        (
            ["work", "a", "--count", "1", "--count", "2"],
            "--count was given twice; give it once"
        ),
        (["work", "a", "--loud=yes"], "--loud takes no value, but 'yes' was given"),
    ]

    @Test("What cannot be understood is one sentence", arguments: 0..<refusals.count)
    func refused(_ index: Int) {
        let (words, message) = Self.refusals[index]
        let error = #expect(throws: CommandError.self) {
            _ = try CommandParser(Self.root).parse(words)
        }
        #expect(error?.description == message)
    }

    @Test("Help is given at every level")
    func help() throws {
        for words in [[], ["--help"], ["work", "--help"]] {
            guard case .help(let command, let path) = try CommandParser(Self.root).parse(words)
            else {
                Issue.record("no help for \(words)")
                continue
            }
            let text = HelpText(command, path: path, width: 60).text
            #expect(text.hasPrefix(command.abstract))
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
        }
    }

    @Test("help and a command's name is that command's help")
    func helpOf() throws {
        guard case .help(_, let path) = try CommandParser(Self.root).parse(["help", "show", "all"])
        else {
            Issue.record("no help")
            return
        }
        #expect(path == ["tool", "show", "all"])
        #expect(throws: CommandError.unknownCommand("wrok", hint: "; did you mean 'work'?")) {
            _ = try CommandParser(Self.root).parse(["help", "wrok"])
        }
    }

    @Test("A mistake is reported with the command whose help explains it")
    func path() {
        let parser = CommandParser(Self.root)
        #expect(parser.path(of: ["work", "--cuont"]) == ["tool", "work"])
        #expect(parser.path(of: ["show", "all"]) == ["tool", "show", "all"])
        #expect(parser.path(of: ["wrok"]) == ["tool"])
        #expect(parser.path(of: ["help", "work", "x"]) == ["tool", "work"])
    }

    @Test("A file's ending says what is written into it")
    func endings() throws {
        let found = try arguments("work", "a.b/x.PNG", "--part", "noending")
        #expect(try found.file("what", endings: ["png"])?.ending == "png")
        #expect(try found.file("--count", endings: ["png"]) == nil)
        #expect(
            throws: CommandError.badValue(
                option: "--part", value: "noending",
                expected: "a file whose name ends in .png or .jpg")
        ) { _ = try found.file("--part", endings: ["png", "jpg"]) }
    }
}

@Suite("Empty words, as of shell variables that are not set")
struct EmptyWordTests {
    private static let root = Command(
        "tool", "A tool.",
        subcommands: [
            Command(
                "unpack", "Unpacks.",
                positionals: [
                    Positional("set", "a set"), Positional("folders", "folders", isRepeating: true),
                ], options: [Option("--output", .value("FOLDER"), "the folder")]
            ) { _ in .success },
            Command("list", "Lists.") { _ in .success },
        ])

    @Test(
        "They are no paths: the current folder is '.'",
        arguments: [
            (["unpack", "", "b"], CommandError.emptyArgument(name: "set")),
            (["unpack", "a", ""], .emptyArgument(name: "folders")),
            (["unpack", "a", "b", "--", ""], .emptyArgument(name: "folders")),
            (
                ["unpack", "a", "b", "--output", ""],
                .emptyValue(option: "--output", placeholder: "FOLDER")
            ),
            (
                ["unpack", "a", "b", "--output="],
                .emptyValue(option: "--output", placeholder: "FOLDER")
            ),
            (["list", ""], .unexpectedArgument("")),
        ])
    func refused(_ words: [String], _ error: CommandError) {
        #expect(throws: error) { _ = try CommandParser(Self.root).parse(words) }
    }

    @Test("The messages name what is empty")
    func messages() {
        #expect(
            CommandError.emptyArgument(name: "set").description
                == "the argument <set> is empty; if it is a variable, set it, and give '.' for "
                + "this folder")
        #expect(
            CommandError.emptyValue(option: "--output", placeholder: "FOLDER").description
                == "the value of --output is empty; give --output FOLDER, or leave the option out")
    }
}

@Suite("Options of other tools")
struct ElsewhereTests {
    private static let root = Command(
        "tool", "A tool.",
        subcommands: [
            Command(
                "train", "Trains.",
                options: [
                    Option(
                        "--learning-rate", .value("X"), "the rate",
                        elsewhere: ["--lr", "--base-lr"]),
                    Option("--threads", .value("N"), "threads", elsewhere: ["--workers", "-j"]),
                ],
                absent: [AbsentOption(["--optimizer", "--opt"], instead: "there is SGD alone")]
            ) { _ in .success }
        ])

    @Test(
        "What another tool calls an option leads to it",
        arguments: [
            ("--lr", "; use --learning-rate"),
            ("--base_lr", "; use --learning-rate"),
            ("--baseLR", "; use --learning-rate"),
            ("--workers", "; use --threads"),
            ("-j", "; use --threads"), ("--optimizer", "; there is SGD alone"),
            ("--opt", "; there is SGD alone"), ("--no-workers", "; use --threads"),
            ("--thread", "; did you mean '--threads'?"), ("--xyz", ""),
        ])
    func hints(_ name: String, _ hint: String) {
        #expect(throws: CommandError.unknownOption(name, hint: hint)) {
            _ = try CommandParser(Self.root).parse(["train", "\(name)=3"])
        }
    }
}
