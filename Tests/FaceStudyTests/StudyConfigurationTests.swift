import FaceConfiguration
import FaceStudy
import FaceTraining
import Foundation
import Testing

@Suite("Study files")
struct StudyConfigurationTests {
    private func read(_ text: String) throws -> StudyConfiguration {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).json5")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try StudyConfiguration.read(file)
    }

    @Test("A pipe that nobody writes to is refused, not waited for")
    func pipe() throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).json5")
        #expect(mkfifo(file.path, 0o600) == 0)
        defer { try? FileManager.default.removeItem(at: file) }
        let reason = "it is a pipe, a socket or a device; save its content as a file and give that"
        #expect(throws: FaceConfigurationError.unreadable(path: file.path, reason: reason)) {
            try StudyConfiguration.read(file)
        }
    }

    @Test("Comments, trailing commas and bare keys; what is left out keeps its default")
    func json5() throws {
        let configuration = try read(
            """
            {
              // two losses are enough
              losses: ['softmax', 'arcface:m=0.4',],
              training: { epochs: 3, schedule: { peak: 0.05 } },
              train: [{ name: 'faces', images: 'somewhere' }],
            }
            """)
        #expect(configuration.losses == ["softmax", "arcface:m=0.4"])
        #expect(configuration.training.epochs == 3)
        #expect(configuration.training.schedule.peak == 0.05)
        #expect(configuration.training.schedule.warmup == LearningRateSchedule().warmup)
        #expect(configuration.train == [.init(name: "faces", images: "somewhere")])
        #expect(configuration.seeds == [1])
    }

    @Test(
        "A key that does not exist is an error with a hint",
        arguments: [
            ("{ lossses: [] }", 1, "lossses", "losses"),
            ("{ training:\n { epoch: 3 } }", 2, "training.epoch", "epochs"),
            ("{ training: { schedule: {\n\n paek: 3 } } }", 3, "training.schedule.paek", "peak"),
            (
                "{ train: [{ name: 'a', images: 'b', witout: 'c' }] }", 1, "train[0].witout",
                "without"
            ),
            (
                "// sets\n{ test: [\n{ name: 'a', images: 'b', pair: 'c' }] }", 3,
                "test[0].pair", "pairs"
            ),
        ])
    func unknownKey(_ text: String, _ line: Int, _ key: String, _ suggestion: String) {
        let error = #expect(throws: FaceConfigurationError.self) { _ = try read(text) }
        guard case .file(_, line, let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason == "\(key): there is no such key; did you mean '\(suggestion)'?")
    }

    private static let faults: [(text: String, line: Int, reason: String)] = [
        ("", 1, "missing value"),
        ("[]", 1, "must be an object: { ... }"),
        ("{ losses: ", 1, "missing value"),
        ("{\n losses ['a'] }", 2, "missing ':' after the key 'losses'"),
        ("{\n seeds: [1\n 2] }", 3, "missing ',' or ']' in 'seeds'"),
        ("{ threads: 1, threads: 2 }", 1, "duplicate key 'threads'"),
        ("{ /* no end", 1, "unterminated comment"),
        ("{ sampler: 'auto\n }", 1, "unterminated string"),
        ("{ sampler: auto }", 1, "unexpected 'auto'; strings must be quoted"),
        ("{} x", 1, "unexpected 'x' after the end"),
        (
            "{\n training: {\n epochs: 'many' } }", 3,
            "training.epochs: it must be a whole number from 1 to 100000, but it is the string 'many'"
        ),
        (
            "{ seeds: [1,\n -1] }", 2,
            "seeds[1]: it must be a whole number from 0 to 18446744073709551615, but it is -1"
        ),
        (
            "{ seeds: 5 }", 1,
            "seeds: it must be a list, each entry a whole number from 0 to 18446744073709551615, but "
                + "it is 5"
        ),
        (
            "{ losses: ['softmax',\n 'arcfce'] }", 2,
            "losses[1]: unknown loss 'arcfce'; did you mean 'arcface'?"
        ),
        (
            "{ precision: 'flaot32' }", 1,
            "precision: 'flaot32' is not 'auto', 'float32', 'fp32', 'bfloat16' or 'bf16'; did you mean "
                + "'float32'?"
        ),
        ("{ test: [{ name: 'a' }] }", 1, "test[0]: its 'images' is missing"),
        (
            "{ device: 'gpu' }", 1,
            "device: 'gpu' is not a device: use auto, cpu, cuda or cuda:N"
        ),
        (
            "{ training: { schedule: { peak: 0 } } }", 1,
            "training.schedule.peak: it must be a number above 0 and up to 1e+30, but it is 0"
        ),
        (
            "{ inputSize: 12 }", 1,
            "inputSize: it must be a whole number from 16 to 1024 pixels, but it is 12"
        ),
        ("{ test: 'a' }", 1, "test: must be a list of objects: [{ ... }]"),
        ("{ training: 3 }", 1, "training: must be an object: { ... }"),
    ]

    @Test("What is not a study file is one sentence with its line", arguments: 0..<faults.count)
    func malformed(_ index: Int) {
        let (text, line, reason) = Self.faults[index]
        let error = #expect(throws: FaceConfigurationError.self) { _ = try read(text) }
        guard case .file(_, line, reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("A list nested without end is refused and not followed")
    func nested() {
        #expect(throws: FaceConfigurationError.self) {
            _ = try read("{ seeds: " + String(repeating: "[", count: 100_000))
        }
    }

    @Test("A set of a study file may leave out what it has not")
    func optionalKeys() throws {
        let configuration = try read(
            "{ test: [{ name: 'a', images: 'b.bin' }],\n"
                + "train: [{ name: 'c', images: 'd', without: null }], seeds: [0x10, 2.] }")
        #expect(configuration.test == [.init(name: "a", images: "b.bin")])
        #expect(configuration.train == [.init(name: "c", images: "d")])
        #expect(configuration.seeds == [16, 2])
    }

    @Test(
        "The keys are those of the configuration's type, and no other; JSON is the same both ways")
    func allKeys() throws {
        var sample = StudyConfiguration()
        sample.train = [.init(name: "a", images: "b", without: "c")]
        sample.train[0].terms = "t"
        sample.test = [.init(name: "a", images: "b")]
        sample.seeds = [1, .max]
        sample.start.from = "w"
        let coded = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(sample))
        #expect(sample.json() == coded)
        #expect(Set(paths(coded, "")) == Set(StudyConfiguration.keys.all.map(\.path)))
    }

    /// Paths of all values, with `[]` behind lists of objects.
    private func paths(_ value: JSONValue, _ prefix: String) -> [String] {
        switch value {
        case .object(let members):
            return members.flatMap { key, value in
                paths(value, prefix.isEmpty ? key : "\(prefix).\(key)")
            }
        case .array(let values):
            if case .object? = values.first { return paths(values[0], "\(prefix)[]") }
            return [prefix]
        default: return [prefix]
        }
    }

    @Test("The page on the study file has the table of keys, and an example that is read")
    func page() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("Documentation/StudyFile.md"), encoding: .utf8)
        let table = try StudyConfiguration.keys.table()
        let block =
            "<!-- keys: written by scripts/write-tables -->\n\n\(table)\n<!-- end of keys -->"
        #expect(page.contains(block), "run scripts/write-tables; the table is now:\n\(table)")
        let parts = page.components(separatedBy: "```")
        let example = try #require(parts.first { $0.hasPrefix("json5\n") }).dropFirst(6)
        let configuration = try read(String(example))
        #expect(configuration.train.map(\.name) == ["casia", "ms1m"])
        #expect(try StudyPlan(configuration).runs.count == 12)
    }

    /// Values of a key at the ends of what is allowed, and just outside.
    private func ends(
        _ domain: ValueDomain
    ) -> (inside: [JSONValue], outside: [JSONValue]) {
        switch domain {
        case .flag: return ([.bool(true), .bool(false)], [.number(1)])
        case .list(let entry):
            let (inside, outside) = ends(entry)
            return ([.array(inside)], outside.map { .array([$0]) } + [.number(1)])
        case .number(let range), .numberOr(let range, _):
            let lower = range.isAbove ? range.lower.nextUp : range.lower
            let below = range.isAbove ? range.lower : range.lower.nextDown
            guard range.upper.isFinite else {
                return ([.number(lower), .number(1e300)], [.number(below), .string("1")])
            }
            let upper = range.isBelow ? range.upper.nextDown : range.upper
            let above = range.isBelow ? range.upper : range.upper.nextUp
            return ([.number(lower), .number(upper)], [.number(below), .number(above)])
        case .seed: return ([.number(0), .large(.max)], [.number(-1), .number(0.5)])
        case .text: return ([], [.number(1)])
        case .whole(let range):
            let (lower, upper) = (Double(range.lowerBound), Double(range.upperBound))
            return (
                [.number(lower), .number(upper)],
                [.number(lower - 1), .number(upper + 1), .number(lower + 0.5)]
            )
        case .word(let words): return (words.map { .string($0) }, [.string("no such word")])
        }
    }

    @Test(
        "A key has one range, by a file, by its flag and in a Swift program",
        arguments: StudyConfiguration.keys.all.filter { !$0.path.contains("[]") }.map(\.path))
    func ranges(_ path: String) throws {
        let keys = StudyConfiguration.keys
        let key = try #require(keys.all.first { $0.path == path })
        let (inside, outside) = ends(key.domain)
        for value in inside {
            let text = try json5(value, at: path)
            #expect(
                try read(text).json() == StudyConfiguration().json().merging(nested(value, path)))
            var program = StudyConfiguration()
            keys.apply(nested(value, path), to: &program)
            #expect(keys.fault(in: program) == nil, "\(path): \(value)")
            // What is written is read back.
            #expect(
                try read(String(decoding: JSONEncoder().encode(program), as: UTF8.self)) == program)
            if let words = words(value, key) {
                #expect(key.flag?.value(words, of: key.domain) == value, "\(path): \(words)")
            }
        }
        for value in outside {
            #expect(throws: FaceConfigurationError.self) { try read(try json5(value, at: path)) }
            #expect(key.domain.fault(in: value) != nil)
            // What is not a number in JSON may be one as text.
            if let words = words(value, key), isNumeric(key.domain), case .number = value {
                #expect(key.flag?.value(words, of: key.domain) == nil, "\(path): \(words)")
            }
        }
    }

    private func isNumeric(_ domain: ValueDomain) -> Bool {
        switch domain {
        case .number, .numberOr, .whole: true
        default: false
        }
    }

    /// A value as the key's flag is given it; nil if there is no flag.
    private func words(_ value: JSONValue, _ key: ConfigurationKey) -> [String]? {
        func text(_ value: JSONValue) -> String? {
            switch value {
            case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
            case .large(let number): "\(number)"
            case .string(let text): text
            default: nil
            }
        }
        switch (key.flag?.syntax, value) {
        case (nil, _): return nil
        case (.assignment(let name), _): return text(value).map { ["\(name)=\($0)"] }
        case (_, .array(let values)): return values.isEmpty ? nil : values.compactMap(text)
        default: return text(value).map { [$0] }
        }
    }

    private func nested(_ value: JSONValue, _ path: String) -> JSONValue {
        path.split(separator: ".").reversed().reduce(value) { .object([String($1): $0]) }
    }

    private func json5(_ value: JSONValue, at path: String) throws -> String {
        String(decoding: try JSONEncoder().encode(nested(value, path)), as: UTF8.self)
    }

    @Test("A seed flag counts, or lists")
    func seeds() throws {
        let key = try #require(StudyConfiguration.keys.all.first { $0.path == "seeds" })
        let flag = try #require(key.flag)
        let table: [(words: [String], seeds: [UInt64]?)] = [
            (["3"], [1, 2, 3]), (["1"], [1]), (["5", "7"], [5, 7]), (["0"], nil), (["1001"], nil),
            (["1", "x"], nil), (["18446744073709551615", "2"], [.max, 2]), ([], nil),
        ]
        for (words, seeds) in table {
            let found = flag.value(words, of: key.domain)
            #expect(found == seeds.map { .array($0.map { .whole($0) }) }, "\(words)")
        }
    }

    @Test("What is written is read back", arguments: StudyPreset.allCases)
    func roundTrip(_ preset: StudyPreset) throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try preset.configuration.write(to: file)
        #expect(try StudyConfiguration.read(file) == preset.configuration)
    }
}
