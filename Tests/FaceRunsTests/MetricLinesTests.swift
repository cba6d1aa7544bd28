import FaceRuns
import Foundation
import SafeFiles
import Testing

@Suite struct MetricLinesTests {
    /// A run with three epochs whose file is then cut in its last line.
    private func withHalfLine(dropping bytes: Int, _ body: (RunFolder) throws -> Void) throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            for epoch in 1...3 { try run.append(Samples.epoch(epoch)) }
            let data = try Data(contentsOf: run.metricsURL)
            try AtomicFile.write(data.dropLast(bytes), to: run.metricsURL)
            try body(run)
        }
    }

    @Test(arguments: [1, 2, 50])
    func ignoresAHalfLineAndGoesOnBehindIt(dropping bytes: Int) throws {
        try withHalfLine(dropping: bytes) { run in
            #expect(try run.readEpochs().map(\.epoch) == [1, 2])
            try run.append(Samples.epoch(3))
            #expect(try run.readEpochs().map(\.epoch) == [1, 2, 3])
        }
    }

    @Test(arguments: 0...2) func cutsToLines(count: Int) throws {
        try withHalfLine(dropping: 9) { run in
            try run.truncateMetrics(toLines: count)
            let text = try String(contentsOf: run.metricsURL, encoding: .utf8)
            #expect(text.filter { $0 == "\n" }.count == count)
            #expect(text.isEmpty || text.hasSuffix("\n"))
            #expect(try run.readEpochs().map(\.epoch) == Array(1...3).prefix(count).map { $0 })
        }
    }

    @Test func refusesToCutToMoreThanThereIs() throws {
        try withHalfLine(dropping: 9) { run in
            #expect(
                throws: FaceRunsError.tooFewLines(path: run.metricsURL.path, lines: 2, wanted: 3)
            ) { try run.truncateMetrics(toLines: 3) }
        }
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try run.truncateMetrics(toLines: 0)
            #expect(
                throws: FaceRunsError.tooFewLines(path: run.metricsURL.path, lines: 0, wanted: 1)
            ) { try run.truncateMetrics(toLines: 1) }
        }
    }

    @Test(arguments: [
        ("{\"epoch\":1\n", 2, "not valid JSON"),
        ("{\"epoch\":2}\n", 2, "'step' is missing"),
        ("\n", 2, "not valid JSON"),
    ])
    func namesTheDamagedLine(line: String, number: Int, reason: String) throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try run.append(Samples.epoch(1))
            let good = try Data(contentsOf: run.metricsURL)
            try AtomicFile.write(good + Data(line.utf8) + good, to: run.metricsURL)
            let expected = FaceRunsError.damagedFile(
                path: run.metricsURL.path, line: number, reason: reason)
            #expect(throws: expected) { try run.readEpochs() }
        }
    }

    @Test func refusesAnEpochTwice() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try run.append(Samples.epoch(1))
            try run.append(Samples.epoch(1))
            #expect(
                throws: FaceRunsError.damagedFile(
                    path: run.metricsURL.path, line: 2,
                    reason: "epoch 1 does not follow the previous line")
            ) { try run.readEpochs() }
        }
    }
}
