/// The help of a command or a group, written from its declarations.
struct HelpText {
    private let abstract: String
    private let discussion: String
    private let usage: String
    private let sections: [Section]
    private let exits: Section
    private let examples: [CommandExample]

    private struct Section {
        let title: String
        let entries: [(term: String, meaning: String)]
    }

    /// The help of a group of commands.
    init(of group: CommandGroup, path: [String], version: String?) {
        abstract = group.abstract
        discussion = group.discussion
        usage = path.joined(separator: " ") + " COMMAND"
        examples = group.examples
        exits = Section(title: "", entries: [])
        let versionEntry = version.map { _ in (Self.indented("--version"), "Print the version.") }
        sections = [
            Section(title: "Commands", entries: group.children.map { ($0.name, $0.abstract) }),
            Section(title: "Options", entries: [versionEntry, Self.helpEntry].compactMap(\.self)),
        ]
    }

    /// The help of a command.
    init(of command: any Command.Type, _ declarations: [Declaration], path: [String]) {
        abstract = command.abstract
        discussion = command.discussion
        usage = Self.usage(of: declarations, path: path)
        examples = command.examples
        sections = Self.sections(of: declarations)
        exits = Section(title: "Exit codes", entries: Self.exitEntries(of: command))
    }

    /// The text, no line wider than `width` columns where its words allow.
    func text(_ width: Int) -> String {
        let prose = [abstract, usageParagraph(width), discussion]
            .filter { !$0.isEmpty }
            .enumerated()
            .map { $0.offset == 1 ? $0.element : Self.wrap($0.element, width) }
        let lists = Self.lists(of: sections, width) + Self.lists(of: [exits], width)
        return (prose + lists + exampleParagraph(width)).joined(separator: "\n\n")
    }

    /// The sections that have entries, the meanings of all at one column.
    private static func lists(of sections: [Section], _ width: Int) -> [String] {
        let terms = sections.flatMap { $0.entries.map(\.term) }
        let column = TextLayout.column(beside: terms, width: width)
        return sections.filter { !$0.entries.isEmpty }.map { section in
            "\(section.title):\n"
                + TextLayout.list(section.entries, column: column, width: width)
        }
    }

    private static func wrap(_ text: String, _ width: Int) -> String {
        TextLayout.wrap(text, width: width).joined(separator: "\n")
    }

    private func usageParagraph(_ width: Int) -> String {
        let head = "Usage: "
        let lines = TextLayout.wrap(usage, width: width - head.count)
        return head + lines.joined(separator: "\n" + String(repeating: " ", count: head.count))
    }

    private func exampleParagraph(_ width: Int) -> [String] {
        guard !examples.isEmpty else { return [] }
        let margin = TextLayout.margin
        let entries = examples.map { example in
            let purpose = TextLayout.wrap(example.purpose, width: width - 2 * margin.count)
            return (purpose.map { "\(margin)# \($0)" } + ["\(margin)\(example.line)"])
                .joined(separator: "\n")
        }
        return ["Examples:\n" + entries.joined(separator: "\n\n")]
    }
}

// What stands in the lists.
extension HelpText {
    private static let helpEntry: (term: String, meaning: String) = (
        "-h, --help", "Print this help."
    )

    private static func indented(_ spelling: String) -> String { "    " + spelling }

    private static func usage(of declarations: [Declaration], path: [String]) -> String {
        let required = declarations.filter { $0.kind == .option && $0.minimum > 0 }
            .map { "\($0.spelling) \($0.valueName)" }
        let words = declarations.filter { $0.kind == .positional }.map { declaration in
            let name = declaration.name + (declaration.arity == .many ? " ..." : "")
            return declaration.minimum > 0 ? name : "[\(name)]"
        }
        return (path + required + ["[OPTION ...]"] + words).joined(separator: " ")
    }

    private static func sections(of declarations: [Declaration]) -> [Section] {
        let words = declarations.filter { $0.kind == .positional }
        let named = declarations.filter { $0.kind != .positional }
        let titles = named.map(\.section).filter { !$0.isEmpty }
        let unique = titles.enumerated().filter { titles.firstIndex(of: $1) == $0 }.map(\.element)
        let plain = named.filter { $0.section.isEmpty }.map(entry) + [helpEntry]
        return [
            Section(title: "Arguments", entries: words.map(entry)),
            Section(title: "Options", entries: plain),
        ]
            + unique.map { title in
                Section(title: title, entries: named.filter { $0.section == title }.map(entry))
            }
    }

    private static func entry(_ declaration: Declaration) -> (term: String, meaning: String) {
        (term(declaration), ([declaration.help] + notes(declaration)).joined(separator: " "))
    }

    private static func term(_ declaration: Declaration) -> String {
        let name =
            switch declaration.kind {
            case .positional: declaration.name
            case .option: "--\(declaration.name) \(declaration.valueName)"
            case .flag where declaration.flagDefault == false: "--\(declaration.name)"
            case .flag: "--[no-]\(declaration.name)"
            }
        guard declaration.kind != .positional else { return name }
        return declaration.short.map { "-\($0), \(name)" } ?? indented(name)
    }

    /// What the declaration itself says about values, in parentheses.
    private static func notes(_ declaration: Declaration) -> [String] {
        let choices = declaration.choices
        let notes = [
            choices.isEmpty ? nil : "one of \(choices.joined(separator: ", "))",
            declaration.kind == .option && declaration.minimum > 0 ? "required" : nil,
            declaration.isRepeatable ? "repeatable" : nil,
            declaration.flagDefault == true ? "default: on" : nil,
            declaration.defaultText.map { "default: \($0)" },
        ]
        .compactMap(\.self)
        return notes.isEmpty ? [] : ["(\(notes.joined(separator: "; ")))"]
    }

    private static func exitEntries(
        of command: any Command.Type
    ) -> [(term: String, meaning: String)] {
        let usual: Set<ExitCode> = [.success, .failure, .usage, .interrupted]
        return ExitCode.allCases
            .filter { usual.contains($0) || command.exitMeanings[$0] != nil }
            .map { ("\($0.rawValue)", command.exitMeanings[$0] ?? $0.meaning) }
    }
}
