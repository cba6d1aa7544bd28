import CommandKit
import Foundation
import Testing

@Suite("Completions of a shell")
struct CompletionTests {
    private static let root = Command(
        "tool", "A tool.",
        subcommands: [
            Command(
                "work", "Works.",
                positionals: [
                    Positional("what", "a loss", completion: .words(["softmax", "arcface"])),
                    Positional("files", "some", isRepeating: true),
                ],
                options: [
                    Option("--count", .value("N"), "how often"),
                    Option(
                        "--part", .values("LIST"), "it's a part",
                        completion: .words(["ab", "ac", "b"])),
                    Option("--loud", .flag, "say: so"), Option("--from", .value("FILE"), "whence"),
                    Option("--to", .value("FOLDER"), "where to"),
                    Option("--set", .values("NAME=PATH"), "a set"),
                ]
            ) { _ in .success },
            Command("show", "Shows.", subcommands: [Command("all", "All.") { _ in .failure }]),
        ]
    ).withCompletions()

    struct Case: Sendable, CustomTestStringConvertible {
        let typed: String
        let offered: [String]

        var testDescription: String { typed }
    }

    private static let cases = [
        Case(typed: "tool ", offered: ["completions", "show", "work"]),
        Case(typed: "tool wo", offered: ["work"]),
        Case(typed: "tool show ", offered: ["all"]),
        Case(typed: "tool completions ", offered: ["bash", "fish", "zsh"]),
        Case(typed: "tool completions z", offered: ["zsh"]),
        Case(
            typed: "tool work --",
            offered: ["--count", "--from", "--help", "--loud", "--part", "--set", "--to"]),
        Case(typed: "tool work --l", offered: ["--loud"]),
        Case(typed: "tool work s", offered: ["softmax"]),
        Case(typed: "tool work --loud a", offered: ["arcface"]),
        Case(typed: "tool work --count 3 a", offered: ["arcface"]),
        Case(typed: "tool work --part a", offered: ["ab", "ac"]),
        Case(typed: "tool work --part b,a", offered: ["b,ab", "b,ac"]),
        Case(typed: "tool work --part=ab,", offered: ["ab,ab", "ab,ac", "ab,b"]),
        Case(typed: "tool work --count ", offered: []),
        Case(typed: "tool work --from ", offered: ["a file.txt", "folder"]),
        Case(typed: "tool work --from=a", offered: ["a file.txt"]),
        Case(typed: "tool work --to ", offered: ["folder"]),
        Case(typed: "tool work --set x=fo", offered: ["folder"]),
        Case(typed: "tool work --set x=folder,a", offered: ["folder,a file.txt"]),
        Case(typed: "tool work softmax fo", offered: ["folder"]),
        Case(typed: "tool work softmax folder a", offered: ["a file.txt"]),
    ]

    @Test(
        "bash offers what can follow",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")), arguments: cases)
    func bash(_ example: Case) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        let inner = folder.appendingPathComponent("folder")
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data().write(to: folder.appendingPathComponent("a file.txt"))
        // Bash parts what is typed at spaces, = and :, each = a word of its own.
        let script =
            Shell.bash.script(for: Self.root) + """

                COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=()
                rest=$1
                while [[ $rest =~ ^[[:space:]]*([=:]+|[^=:[:space:]]+) ]]; do
                    COMP_WORDS+=("${BASH_REMATCH[1]}")
                    rest=${rest#"${BASH_REMATCH[0]}"}
                done
                if [[ $1 == *[[:space:]] ]]; then COMP_WORDS+=(''); fi
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
                _tool
                printf '%s\\n' "${COMPREPLY[@]}"
                """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.currentDirectoryURL = folder
        process.arguments = ["--norc", "-c", script, "bash", example.typed]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let offered = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(offered.sorted() == example.offered)
    }

    @Test("Every shell's script knows every command and option", arguments: Shell.allCases)
    func names(_ shell: Shell) {
        let script = shell.script(for: Self.root)
        for name in ["work", "show", "all", "completions", "count", "part", "loud", "from", "set"] {
            #expect(script.contains(name), "\(name)")
        }
        #expect(script.hasSuffix("\n") && !script.hasSuffix("\n\n"))
    }

    @Test("A shell that there is not is refused")
    func unknown() throws {
        guard
            case .run(let action, let arguments) = try CommandParser(Self.root)
                .parse(["completions", "tcsh"])
        else { throw CommandError.unexpectedArgument("no run") }
        let error = #expect(throws: CommandError.self) { try action(arguments) }
        #expect(
            error?.description
                == "'tcsh' is not a valid value for <shell>; it must be one of bash, fish, zsh")
    }
}
