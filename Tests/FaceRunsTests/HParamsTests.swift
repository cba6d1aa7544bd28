import FaceConfiguration
import FaceRuns
import Foundation
import Testing

@Suite("What TensorBoard's HParams tab reads")
struct HParamsTests {
    /// A clock that continues by a quarter of a second each time it is read, after the file's name was
    /// made.
    private final class Clock {
        private let steps: [Double]
        private var reads = 0

        init(_ steps: [Double]) { self.steps = steps }

        func now() -> Date {
            defer { reads += 1 }
            return Date(timeIntervalSince1970: 1_700_000_000.25 + steps[reads])
        }
    }

    private func golden(_ line: Int) throws -> Data {
        let url = try #require(
            Bundle.module.url(
                forResource: "tensorboard-events", withExtension: "base64",
                subdirectory: "Fixtures"))
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
        return try #require(Data(base64Encoded: String(lines[line])))
    }

    private func file(in folder: URL) throws -> URL {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        try #require(names.count == 1)
        return folder.appendingPathComponent(names[0])
    }

    private static func hparams(
        _ loss: String, _ values: [String: String], seed: UInt64 = 0, training: [String: JSONValue]
    ) -> HParams {
        HParams(
            RunIdentity(trainSet: "t", backbone: "b", loss: loss, sampler: "shuffle", seed: seed),
            loss: loss, lossValues: values,
            configuration: .object(["training": .object(training), "threads": .number(2)]))
    }

    @Test("A run's values and its end, byte for byte")
    func session() throws {
        try Samples.inTemporaryFolder { folder throws in
            // The file's name, its version, the start twice (its own time and the event's), the end.
            let file = try EventFile(in: folder, from: 0, now: Clock([0, 0, 0.5, 0.5, 1.5, 1]).now)
            file.append(
                Self.hparams(
                    "arcface", ["m": "0.5", "s": "auto"],
                    training: [
                        "flip": .bool(true),
                        "schedule": .object([
                            "peak": .number(0.1),
                            "milestones": .array([.number(0.4), .number(0.75)]),
                        ]),
                    ]), group: "run 1")
            file.append(.failure)
            try file.flush()
            let data = try Data(contentsOf: self.file(in: folder))
            #expect(try data == golden(2), "\(data.base64EncodedString())")
        }
    }

    @Test("The tab's columns, byte for byte, and written once")
    func experiment() throws {
        try Samples.inTemporaryFolder { folder throws in
            let experiment = HParamsExperiment(
                runs: [
                    Self.hparams(
                        "softmax", [:], seed: 1, training: ["flip": .bool(false)]),
                    Self.hparams(
                        "arcface", ["m": "0.5", "s": "64"], training: ["flip": .bool(true)]),
                    Self.hparams(
                        "arcface", ["m": "0.4", "s": "auto"], training: ["flip": .bool(true)]),
                ], metrics: [.test("lfw"), .validation])
            try EventFile.write(experiment, to: folder, now: Clock([0, 0, 0.5]).now)
            let before = try file(in: folder)
            let data = try Data(contentsOf: before)
            #expect(try data == golden(3), "\(data.base64EncodedString())")
            try EventFile.write(experiment, to: folder)
            #expect(try file(in: folder) == before)
            var other = experiment
            other.metrics.removeLast()
            try EventFile.write(other, to: folder)
            #expect(try Data(contentsOf: file(in: folder)) != golden(3))
        }
    }

    @Test("Events can be added without making older ones void")
    func beside() throws {
        try Samples.inTemporaryFolder { folder throws in
            let first = try EventFile(in: folder, from: 0)
            try first.append([("loss", 1)], step: 9)
            try first.flush()
            let second = try EventFile(in: folder, from: nil)
            second.append(.success)
            try second.flush()
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(names.count == 2)
            // The version, and the session's end; a session log would have the field 7 of an event.
            let data = try Data(contentsOf: folder.appendingPathComponent(names[1]))
            #expect(data.range(of: Data("_hparams_/session_end_info".utf8)) != nil)
            #expect(data.range(of: Data([0x3A, 0x02, 0x08, 0x01])) == nil)
        }
    }

    /// The Python of an environment with `tensorboard`.
    private static let python = ProcessInfo.processInfo.environment["FACET_TENSORBOARD_PYTHON"]

    @Test(
        "The tab shows each run as a group of its own, with its last accuracies",
        .enabled(if: python != nil, "Set FACET_TENSORBOARD_PYTHON to read with TensorBoard."))
    func tab() throws {
        try Samples.inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            let runs = [
                Self.hparams("softmax", [:], seed: 1, training: ["flip": .bool(false)]),
                Self.hparams("arcface", ["m": "0.5"], training: ["flip": .bool(true)]),
            ]
            try EventFile.write(
                HParamsExperiment(runs: runs, metrics: [.test("lfw"), .validation]),
                to: study.experimentURL)
            for (number, run) in zip(1..., runs) {
                let file = try EventFile(in: study.run(named: "r\(number)").eventsURL, from: 0)
                file.append(run, group: "r\(number)")
                for step in 1...3 {
                    let accuracy = 0.9 + 0.01 * Double(step * number)
                    try file.append(
                        [("test/lfw/accuracy", accuracy), ("validation/accuracy", accuracy - 0.5)],
                        step: step)
                }
                file.append(number == 1 ? EventFile.SessionStatus.success : .failure)
                try file.flush()
            }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Self.python ?? "")
            process.arguments = [
                try #require(
                    Bundle.module.url(
                        forResource: "read_hparams", withExtension: "py", subdirectory: "Fixtures")
                ).path, folder.path,
            ]
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = FileHandle.nullDevice
            try process.run()
            let output = String(
                decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let lines = output.split(separator: "\n").map(String.init)
            #expect(lines.contains("loss\tDATA_TYPE_STRING\tarcface\tsoftmax"), "\(output)")
            #expect(lines.contains("seed\tDATA_TYPE_FLOAT64"), "\(output)")
            #expect(!lines.contains { $0.hasPrefix("sampler\t") }, "\(output)")
            #expect(lines.contains("test/lfw/accuracy\taccuracy on lfw"), "\(output)")
            #expect(
                lines.suffix(2) == [
                    "r1\tbackbone=b\tloss=softmax\tsampler=shuffle\tseed=1.0\ttrain=t\ttraining.flip=False"
                        + "\ttest/lfw/accuracy=0.9300\tvalidation/accuracy=0.4300\tSTATUS_SUCCESS",
                    "r2\tbackbone=b\tloss=arcface\tloss.m=0.5\tsampler=shuffle\tseed=0.0\ttrain=t"
                        + "\ttraining.flip=True\ttest/lfw/accuracy=0.9600\tvalidation/accuracy=0.4600"
                        + "\tSTATUS_FAILURE",
                ], "\(output)")
        }
    }
}
