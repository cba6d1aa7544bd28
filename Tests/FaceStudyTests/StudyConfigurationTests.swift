import FaceRuns
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
        let error = #expect(throws: FaceStudyError.self) { _ = try read(text) }
        guard case .unknownKey(_, line, key, suggestion)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    private static let faults: [(text: String, line: Int, reason: String)] = [
        ("", 1, "a value is missing"),
        ("[]", 1, "a study file is an object: { ... }"),
        ("{ losses: ", 1, "a value is missing"),
        ("{\n losses ['a'] }", 2, "a ':' is missing after the key 'losses'"),
        ("{\n seeds: [1\n 2] }", 3, "a ',' or ']' is missing in 'seeds'"),
        ("{ threads: 1, threads: 2 }", 1, "the key 'threads' stands twice"),
        ("{ /* no end", 1, "the comment that begins here has no end"),
        ("{ sampler: 'auto\n }", 1, "the text that begins here has no end"),
        ("{ sampler: auto }", 1, "'auto' is no value; texts stand in quotes"),
        ("{} x", 1, "'x' follows the end"),
        (
            "{\n training: {\n epochs: 'many' } }", 3,
            "training.epochs: it must be a whole number from 1 to 100000, and it is the text 'many'"
        ),
        (
            "{ seeds: [1,\n -1] }", 2,
            "seeds[1]: it must be a whole number from 0 to 18446744073709551615, and it is -1"
        ),
        (
            "{ seeds: 5 }", 1,
            "seeds: it must be a list, each entry a whole number from 0 to 18446744073709551615, and "
                + "it is 5"
        ),
        (
            "{ losses: ['softmax',\n 'arcfce'] }", 2,
            "losses[1]: there is no loss 'arcfce'; did you mean 'arcface'?"
        ),
        (
            "{ precision: 'flaot32' }", 1,
            "precision: 'flaot32' must be one of auto, float32, fp32, bfloat16, bf16; did you mean "
                + "'float32'?"
        ),
        ("{ test: [{ name: 'a' }] }", 1, "test[0]: its 'images' is missing"),
        ("{ test: 'a' }", 1, "test: it must be a list of objects: [{ ... }]"),
        ("{ training: 3 }", 1, "training: it must be an object: { ... }"),
    ]

    @Test("What is not a study file is one sentence with its line", arguments: 0..<faults.count)
    func malformed(_ index: Int) {
        let (text, line, reason) = Self.faults[index]
        let error = #expect(throws: FaceStudyError.self) { _ = try read(text) }
        guard case .studyFile(_, line, reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("A list nested without end is refused and not followed")
    func nested() {
        #expect(throws: FaceStudyError.self) {
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

    @Test("The table of keys has all keys that a configuration has, and no other")
    func allKeys() throws {
        var sample = StudyConfiguration()
        sample.train = [.init(name: "a", images: "b", without: "c")]
        sample.test = [.init(name: "a", images: "b")]
        func paths(_ value: JSONValue, _ prefix: String) -> [String] {
            switch value {
            case .object(let members):
                members.flatMap { key, value in
                    paths(value, prefix.isEmpty ? key : "\(prefix).\(key)")
                }
            case .array(let values):
                if case .object? = values.first {
                    paths(values[0], "\(prefix)[]")
                } else {
                    [prefix]
                }
            default: [prefix]
            }
        }
        #expect(Set(paths(try sample.json(), "")) == Set(StudyConfiguration.keyPaths))
    }

    @Test("The page on the study file has the table of keys, and an example that is read")
    func page() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("Documentation/StudyFile.md"), encoding: .utf8)
        let table = try StudyConfiguration.keyTable()
        #expect(page.hasSuffix("\n\n" + table), "the table is now:\n\(table)")
        let parts = page.components(separatedBy: "```")
        let example = try #require(parts.first { $0.hasPrefix("json5\n") }).dropFirst(6)
        let configuration = try read(String(example))
        #expect(configuration.train.map(\.name) == ["casia", "ms1m"])
        #expect(try StudyPlan(configuration).runs.count == 12)
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
