import FaceConfiguration
import Foundation
import Testing

private struct Part: Codable, Sendable, Hashable {
    enum Shape: String, Codable, CaseIterable, Sendable { case cosine, step }
    var shape = Shape.cosine
    var peak = 0.1
    var marks: [Double] = [0.5]

    static let keys = ConfigurationKeys(
        Part(),
        [
            .word("shape", \.shape, "the course"),
            .number(
                "peak", \.peak, in: .above(0, upTo: 10), flag: .init("--rate", "X", note: "a note"),
                "the `highest` rate"),
            .numbers("marks", \.marks, in: .range(0...1), "where it falls"),
        ])
}

private struct Entry: Codable, Sendable, Hashable {
    var name = ""
    var file: String?
    static let keys = ConfigurationKeys(
        Entry(),
        [
            .text("name", \.name, isRequired: true, "its name"),
            .optionalText("file", \.file, "its file"),
        ])
}

private struct Whole: Codable, Sendable, Hashable {
    var list: [Entry] = []
    var count = 3
    var isOn = true
    var words = ["a"]
    var seeds: [UInt64] = [1]
    var mode = "auto"
    var part = Part()

    static let keys = ConfigurationKeys(
        Whole(),
        [
            .list("list", \.list, Entry.keys),
            .whole("count", \.count, in: 1...9, unit: "pixels", "how many"),
            .flag("isOn", \.isOn, "whether"),
            .texts("words", \.words, "a word", "words") { $0 == "bad" ? "'bad' is no word" : nil },
            .seeds("seeds", \.seeds, "seeds"),
            .word("mode", \.mode, among: ["auto", "on"], "a mode"),
            .section("part", \.part, Part.keys),
        ])
}

@Suite("Keys of a configuration")
struct ConfigurationKeysTests {
    private func read(_ text: String, over base: Whole = Whole()) throws -> Whole {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).json5")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try Whole.keys.read(url, over: base)
    }

    @Test("A file overrides a base, key by key; lists are replaced")
    func reading() throws {
        var base = Whole()
        base.part.marks = [0.1, 0.2]
        base.isOn = false
        let whole = try read(
            """
            { list: [{ name: 'x' }, { name: 'y', file: null }, { name: 'z', file: 'f' }],
              words: [], seeds: [0xffffffffffffffff, 2], part: { shape: 'step', peak: 1e-300 } }
            """, over: base)
        #expect(whole.list == [.init(name: "x"), .init(name: "y"), .init(name: "z", file: "f")])
        #expect(whole.words.isEmpty && whole.seeds == [.max, 2] && !whole.isOn)
        #expect(whole.part == Part(shape: .step, peak: 1e-300, marks: [0.1, 0.2]))
    }

    @Test("Its JSON is what Codable writes")
    func json() throws {
        var whole = Whole()
        whole.list = [.init(name: "a", file: "f"), .init(name: "b")]
        whole.seeds = [.max, 0]
        let coded = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(whole))
        #expect(Whole.keys.json(of: whole) == coded)
        var other = Whole()
        Whole.keys.apply(coded, to: &other)
        #expect(other == whole)
    }

    private static let faults: [(String, line: Int, reason: String)] = [
        ("{\n count: 10 }", 2, "count: it must be a whole number from 1 to 9 pixels, but it is 10"),
        ("{ cuont: 1 }", 1, "cuont: there is no such key; did you mean 'count'?"),
        ("{ part:\n {\n paek: 1 } }", 3, "part.paek: there is no such key; did you mean 'peak'?"),
        (
            "{ part: { marks: [0,\n 2] } }", 2,
            "part.marks[1]: it must be a number from 0 to 1, but it is 2"
        ),
        ("{ list: [{ name: 'a' },\n { file: 'f' }] }", 2, "list[1]: its 'name' is missing"),
        ("{ list: [{ name: 'a', x: 1 }] }", 1, "list[0].x: there is no such key"),
        ("{ list: 3 }", 1, "list: must be a list of objects: [{ ... }]"),
        ("{ part: 3 }", 1, "part: must be an object: { ... }"),
        ("[1]", 1, "must be an object: { ... }"),
        ("{ words: ['a', 'bad'] }", 1, "words[1]: 'bad' is no word"),
        ("{ mode: 'of' }", 1, "mode: 'of' is not 'auto' or 'on'; did you mean 'on'?"),
        (
            "{ count: 0,\n isOn: 3 }", 1,
            "count: it must be a whole number from 1 to 9 pixels, but it is 0"
        ),
        (
            "{\n isOn: 3, count: 0 }", 2,
            "count: it must be a whole number from 1 to 9 pixels, but it is 0"
        ),
        ("{ count: 1, count: 2 }", 1, "duplicate key 'count'"),
        ("{ mode: on }", 1, "unexpected 'on'; strings must be quoted"),
    ]

    @Test("What is wrong is said with its place", arguments: 0..<faults.count)
    func messages(_ index: Int) {
        let (text, line, reason) = Self.faults[index]
        let error = #expect(throws: FaceConfigurationError.self) { try read(text) }
        guard case .file(_, line, let found)? = error, found == reason else {
            Issue.record("\(error.map { "\($0)" } ?? "nothing")")
            return
        }
    }

    @Test("A value of a program is checked like one of a file")
    func program() throws {
        var whole = Whole()
        try Whole.keys.require(whole)
        whole.part.peak = .infinity
        #expect(
            throws: FaceConfigurationError.value(
                key: "part.peak", reason: "it must be a number above 0 and up to 10, but it is inf")
        ) { try Whole.keys.require(whole) }
        whole = Whole()
        whole.list = [.init(name: "a")]
        whole.words = ["bad"]
        #expect(Whole.keys.fault(in: whole)?.path == "words[0]")
    }

    @Test("Help and table say key, flag, range, unit and default")
    func texts() throws {
        let peak = try #require(Whole.keys.all.first { $0.path == "part.peak" })
        #expect(peak.help(default: "0.1") == "the highest rate; a note; default 0.1")
        let rows = try Whole.keys.table().split(separator: "\n").map(String.init)
        #expect(rows.count == 2 + 10)
        #expect(
            rows.contains("| `count` |  | a whole number from 1 to 9 pixels | `3` | how many |"))
        #expect(
            rows.contains(
                "| `part.peak` | `--rate` | a number above 0 and up to 10 | `0.1` | the `highest` rate |"
            ))
        #expect(rows.contains("| `list[].name` |  | a string |  | its name |"))
        #expect(Whole.keys.defaultValue(of: "part.marks") == .array([.number(0.5)]))
        #expect(Whole.keys.defaultValue(of: "list[].name") == nil)
    }

    @Test("A flag's words are a value, or none")
    func flags() {
        let table: [(ConfigurationFlag, ValueDomain, [String], JSONValue?)] = [
            (.init("--n", "N"), .whole(1...9), ["9"], .number(9)),
            (.init("--n", "N"), .whole(1...9), ["10"], nil),
            (.init("--v", "i=X", .assignment("i")), .number(.range(0...1)), ["i=1"], .number(1)),
            (.init("--v", "i=X", .assignment("i")), .number(.range(0...1)), ["j=1"], nil),
            (.init("--v", "i=X", .assignment("i")), .number(.range(0...1)), ["1"], nil),
            (.init("--v", "i=X", .assignment("i")), .number(.range(0...1)), ["i=2"], nil),
            (
                .init("--l", "LIST", .list), .list(.text("a")), ["x", "y"],
                .array([.string("x"), .string("y")])
            ),
            (.init("--l", "LIST", .list), .list(.text("a")), [], nil),
            (
                .init("--s", "N|LIST", .countOrList), .list(.seed), ["2"],
                .array([.number(1), .number(2)])
            ),
            (
                .init("--s", "N|LIST", .countOrList), .list(.seed), ["5", ""], .array([.number(5)])
            ),
            (.init("--s", "N|LIST", .countOrList), .list(.seed), ["5", "", "6"], nil),
            (
                .init("--s", "N|LIST", .countOrList), .list(.seed), ["7", "9"],
                .array([.number(7), .number(9)])
            ),
            (.init("--s", "N|LIST", .countOrList), .list(.seed), ["0"], nil),
            (.init("--b", "", .presence), .flag, [""], .bool(true)),
        ]
        for (flag, domain, words, value) in table {
            #expect(flag.value(words, of: domain) == value, "\(flag.name) \(words)")
        }
        let fraction = ConfigurationFlag("--v", "i=X", .assignment("i"))
        #expect(
            fraction.allowed(by: .number(.range(0...0.5)))
                == "i= and a number from 0 to 0.5, as in i=X")
    }
}
