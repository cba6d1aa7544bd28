import FaceRuns
import Foundation
import Testing

@Suite struct EventFileTests {
    /// A clock that continues by half a second each time it is read, after the file's name was made.
    private final class Clock {
        private var reads = -1.0

        func now() -> Date {
            defer { reads += 1 }
            return Date(timeIntervalSince1970: 1_700_000_000.25 + 0.5 * max(0, reads))
        }
    }

    private func golden() throws -> [Data] {
        let url = try #require(
            Bundle.module.url(
                forResource: "tensorboard-events", withExtension: "base64",
                subdirectory: "Fixtures"))
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
            try #require(Data(base64Encoded: String($0)))
        }
    }

    private func files(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func bytesAreThoseOfTensorBoard() throws {
        try Samples.inTemporaryFolder { folder throws in
            let long =
                "name_of_a_length_beyond_what_fits_into_a_single_byte_of_length_that_is_127_bytes_"
                + "and_so_on_and_so_forth_until_it_is_long_enough_for_two"
            let file = try EventFile(in: folder, from: 0, now: Clock().now)
            try file.append([("loss", 2.5), ("accuracy", 0.1), ("lost", .nan)], step: 1)
            try file.append([("loss", -1e-3)], step: 300)
            try file.append([(long, 1)], step: 1 << 40)
            try file.flush()
            let name = try #require(try files(in: folder).first)
            #expect(name == "events.out.tfevents.1700000000.\(ProcessInfo.processInfo.hostName)")
            let data = try Data(contentsOf: folder.appendingPathComponent(name))
            #expect(try data == golden()[0])
        }
    }

    @Test func aRunThatGoesOnBeginsANewFile() throws {
        try Samples.inTemporaryFolder { folder throws in
            _ = try EventFile(in: folder, from: 0, now: Clock().now)
            let file = try EventFile(in: folder, from: 3, now: Clock().now)
            try file.append([("loss", 0.5)], step: 4)
            try file.flush()
            // Named after the first one although the clock shows the same time.
            let names = try files(in: folder)
            #expect(names.map { $0.dropFirst(20).prefix(10) } == ["1700000000", "1700000001"])
            let data = try Data(contentsOf: folder.appendingPathComponent(names[1]))
            #expect(try data == golden()[1])
        }
    }

    @Test func aClockThatWasMovedBackDoesNotMixUpTheOrder() throws {
        try Samples.inTemporaryFolder { folder throws in
            let late = Date(timeIntervalSince1970: 1_900_000_000)
            _ = try EventFile(in: folder, from: 0, now: { late })
            _ = try EventFile(in: folder, from: 3, now: { Date(timeIntervalSince1970: 5) })
            #expect(
                try files(in: folder).map { $0.dropFirst(20).prefix(10) } == [
                    "1900000000", "1900000001",
                ])
            _ = try EventFile(in: folder, from: 0, now: { Date(timeIntervalSince1970: 5) })
            #expect(try files(in: folder).map { $0.dropFirst(20).prefix(10) } == ["0000000005"])
        }
    }

    /// The Python of an environment with `tensorboard`.
    private static let python = ProcessInfo.processInfo.environment["FACET_TENSORBOARD_PYTHON"]

    @Test(.enabled(if: python != nil, "Set FACET_TENSORBOARD_PYTHON to read with TensorBoard."))
    func tensorBoardReadsAnInterruptedRun() throws {
        try Samples.inTemporaryFolder { folder throws in
            let first = try EventFile(in: folder, from: 0)
            for step in 1...10 { try first.append([("loss", Double(step))], step: step) }
            try first.flush()
            let second = try EventFile(in: folder, from: 6)
            for step in 7...12 { try second.append([("loss", Double(-step))], step: step) }
            try second.flush()
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Self.python ?? "")
            process.arguments = [
                try #require(
                    Bundle.module.url(
                        forResource: "read_events", withExtension: "py", subdirectory: "Fixtures")
                ).path, folder.path,
            ]
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = FileHandle.nullDevice
            try process.run()
            let output = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            let values = (1...6).map(Double.init) + (7...12).map { -Double($0) }
            let expected = zip(1..., values).map { "loss\t\($0)\t\($1)\n" }.joined()
            #expect(String(decoding: output, as: UTF8.self) == expected)
        }
    }
}
