import FaceConfiguration
import FaceRuns
import Foundation
import Testing

@testable import FaceReport

@Suite struct StudyComparisonReportTests {
    /// Two studies, the second of them changed.
    private func compare(
        seeds: [UInt64] = [1, 2], _ change: @escaping (inout RunDescription) -> Void,
        _ body: (StudyDifferences, String) throws -> Void
    ) throws {
        try inTemporaryFolder { folder throws in
            let (a, b) = (
                folder.appendingPathComponent("first"), folder.appendingPathComponent("second")
            )
            try SampleStudy(seeds: [1, 2], pairs: 200, epochs: 2).write(to: a)
            var changed = SampleStudy(seeds: seeds, pairs: 200, epochs: 2)
            changed.edit = change
            try changed.write(to: b)
            let differences = StudyDifferences(
                try StudyResults(reading: StudyFolder(a)), try StudyResults(reading: StudyFolder(b))
            )
            try body(differences, try StudyComparisonReport(a, b).render().markdown)
        }
    }

    @Test func poolsRepetitions() throws {
        try compare(seeds: [2, 3]) { _ in
        } _: { differences, text in
            #expect(differences.shared == 20)
            #expect(differences.differences.isEmpty && differences.arePoolable)
            #expect(text.contains("they are repetitions of one another and are pooled"))
            #expect(text.contains("| Pooled |"))
            #expect(text.contains("0.00"))
        }
    }

    @Test func refusesToPoolWhatDoesNotCompare() throws {
        try compare { description in
            description.configuration = .object([
                "loss": .object(["name": .string("x"), "scale": .number(32)]),
                "schedule": .object(["rate": .number(0.1), "milestones": .array([.number(8)])]),
                "threads": .number(4),
            ])
        } _: { differences, text in
            #expect(!differences.arePoolable)
            let scale = differences.differences.first { $0.key == "loss.scale" }
            #expect(scale?.first == ["64"] && scale?.second == ["32"])
            #expect(differences.differences.first { $0.key == "threads" }?.decides == false)
            #expect(differences.obstacles.map(\.key) == ["loss.name", "loss.scale"])
            #expect(text.contains("differ in loss.name and loss.scale"))
            #expect(text.contains("**not pooled**"))
            #expect(!text.contains("| Pooled |"))
        }
    }

    @Test("What decides stands beside the configuration, and dashes are explained")
    func explainsItself() throws {
        try compare { description in
            description.configuration = .object(["loss": .object(["name": .string("x")])])
        } _: { _, text in
            #expect(text.contains("| What | Decides | first | second |"))
            #expect(text.contains("| `schedule.rate` | yes | 0.1 | – |"))
            #expect(text.contains("A dash: the runs of that study do not have the key"))
        }
    }

    @Test("Of the machines, what computes otherwise decides, and what is only faster does not")
    func machines() throws {
        func results(_ edit: (inout RunEnvironment) -> Void) throws -> StudyResults {
            try inTemporaryFolder { folder throws in
                let study = StudyFolder(folder)
                let run = PlainRun(loss: "softmax", seed: 1, pairs: 1000)
                try run.write(accuracy: 0.9, to: study)
                var environment = SampleStudy.environment
                edit(&environment)
                try run.folder(in: study).write(environment)
                return try StudyResults(reading: study)
            }
        }
        let first = try results { $0.kernels = "native" }
        let second = try results { environment in
            environment.facet = "2.0.0"
            environment.commit = "abc"
            environment.libtorch = "2.14.0"
            environment.processor = "Another Processor"
            environment.threads = 1024
            environment.device = "cuda"
            environment.precision = "bfloat16"
            environment.kernels = "library"
        }
        let differences = StudyDifferences(first, second)
        #expect(differences.shared == 1)
        let expected: [(key: String, first: String, second: String, decides: Bool)] = [
            ("commit", "4960270", "abc", false), ("device", "cpu", "cuda", true),
            ("facet", "1.0.0", "2.0.0", false), ("kernels", "native", "library", false),
            ("libtorch", "2.13.0", "2.14.0", false), ("precision", "float32", "bfloat16", true),
            ("processor", "Some Processor @ 2.50 GHz", "Another Processor", false),
            ("threads", "2", "1,024", false),
        ]
        #expect(
            differences.differences
                == expected.map {
                    StudyDifferences.Difference(
                        key: "environment.\($0.key)", first: [$0.first], second: [$0.second],
                        decides: $0.decides)
                })
        #expect(
            differences.obstacles.map(\.key) == ["environment.device", "environment.precision"])
        #expect(!differences.arePoolable)
        #expect(StudyDifferences(first, first).differences.isEmpty)
    }

    @Test func noticesOtherData() throws {
        try compare {
            $0.train.contentHash = "another"
        } _: { differences, _ in
            #expect(
                differences.obstacles.map(\.key) == [
                    "training data (hash of casia)", "training data (hash of ms1m)",
                ])
        }
    }

    @Test func comparesNumbersOfPairsButNotTheirFiles() throws {
        try compare {
            $0.configuration = .object([
                "validation": .object(["pairs": .number(500)]),
                "other": .object(["pairs": .string("pairs.txt"), "images": .string("faces")]),
                "images": .string("faces"), "rest": .bool(true),
                "list": .array([.number(1), .number(2)]),
                "parts": .array([.object(["a": .number(1)]), .object(["a": .number(2)])]),
            ])
        } _: { differences, _ in
            let keys = differences.differences.map(\.key)
            #expect(keys.contains("validation.pairs") && keys.contains("rest"))
            let list = differences.differences.first { $0.key == "list" }
            #expect(list?.first == [] && list?.second == ["1, 2"])
            #expect(keys.filter { $0.hasPrefix("parts") } == ["parts[0].a", "parts[1].a"])
            #expect(!keys.contains { $0.hasSuffix("images") || $0 == "other.pairs" }, "\(keys)")
        }
    }

    @Test func saysWhenNothingCompares() throws {
        try compare {
            $0.identity.backbone += ":width=0.5"
        } _: { differences, text in
            #expect(differences.shared == 0 && differences.onlyFirst.count == 20)
            #expect(text.contains("so nothing can be compared"))
            #expect(differences.obstacles.isEmpty && !differences.arePoolable)
        }
    }

    @Test func writesItsFiles() throws {
        try inTemporaryFolder { folder throws in
            try SampleStudy(pairs: 60, epochs: 2).write(to: folder)
            let output = folder.appendingPathComponent("out")
            let files = try StudyComparisonReport(folder, folder, destination: output).write()
            #expect(files.map(\.lastPathComponent) == ["index.html", "comparison.md"])
            #expect(files.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
        }
    }
}
