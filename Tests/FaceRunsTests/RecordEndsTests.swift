import FaceConfiguration
import FaceEvaluation
import Foundation
import SafeFiles
import Testing

@testable import FaceRuns

/// Ranges of a tuning's record, and what is written, replaced and cut off in a run's folder.
@Suite struct RecordEndsTests {
    private static func cell() throws -> TuningCell {
        let range = try #require(SearchRange(0.01, 0.3, .logarithmic))
        var cell = TuningCell(
            trainSet: "casia", backbone: "b", loss: "arcface", resolvedLoss: "arcface",
            lossTitle: "ArcFace", sampler: "shuffle",
            space: [
                TunedParameter(
                    name: "m", symbol: "m", unit: "", range: range, defaultValue: 0.1,
                    published: [.init(preset: "p", value: 0.5)])
            ], fixed: [],
            budget: TuningBudget(
                tries: 2, epochs: 3, imagesEach: 10, rungs: [.init(tries: 2, epochs: 3)]),
            validation: TuningValidation(identities: 4, pairs: 20, standardError: 0.01))
        cell.tries = [
            TuningTry(
                index: 0, rung: 0, values: ["m": 0.1], loss: "arcface", learningRate: 0.1,
                weightDecay: 0, seed: 0, epochs: 3, folder: "f")
        ]
        return cell
    }

    private static let changes: [(fault: String, apply: @Sendable (inout TuningCell) -> Void)] = [
        ("'space' ", { $0.space += $0.space }), ("'tries' ", { $0.budget.tries = 0 }),
        ("'tries' ", { $0.budget.tries = 100_001 }), ("'epochs' ", { $0.budget.epochs = 0 }),
        ("'epochs' ", { $0.budget.epochs = 1_000_001 }),
        ("'imagesEach' ", { $0.budget.imagesEach = 1_000_000_000_001 }),
        ("'imagesEach' ", { $0.budget.imagesEach = -1 }),
        ("'rungs.tries' ", { $0.budget.rungs[0].tries = 100_001 }),
        ("'rungs.epochs' ", { $0.budget.rungs[0].epochs = 1_000_001 }),
        ("'validation.pairs' ", { $0.validation.pairs = -1 }),
        ("'validation.standardError' ", { $0.validation.standardError = 1.1 }),
        ("'chosen' ", { $0.chosen = 1 }), ("'chosen' ", { $0.chosen = -1 }),
        ("'default' ", { $0.space[0].defaultValue = .infinity }),
        ("'published' ", { $0.space[0].published[0].value = 1e101 }),
        ("'index' ", { $0.tries[0].index = -1 }), ("'rung' ", { $0.tries[0].rung = 1001 }),
        ("'epochs' ", { $0.tries[0].epochs = 1_000_001 }),
        ("'images' ", { $0.tries[0].images = -1 }), ("'seconds' ", { $0.tries[0].seconds = -1 }),
        ("'accuracy' ", { $0.tries[0].accuracy = 1.01 }),
        ("'standardError' ", { $0.tries[0].standardError = -0.1 }),
        ("'pairs' ", { $0.tries[0].pairs = -1 }),
        ("'learningRate' ", { $0.tries[0].learningRate = -1 }),
        ("'weightDecay' ", { $0.tries[0].weightDecay = 1e39 }),
        ("'m' ", { $0.tries[0].values["m"] = -1e101 }),
        ("a finished try has no accuracy", { $0.tries[0].state = .finished }),
    ]

    private static func reason(_ cell: TuningCell) -> String? {
        do {
            try TuningRecord(cells: [cell], finalSeeds: []).check()
            return nil
        } catch { return error.reason }
    }

    @Test(arguments: changes.indices)
    func tuning(index: Int) throws {
        var cell = try Self.cell()
        #expect(Self.reason(cell) == nil)
        Self.changes[index].apply(&cell)
        let reason = Self.reason(cell)
        #expect(reason?.hasPrefix(Self.changes[index].fault) == true, "\(reason ?? "nothing")")
    }

    @Test func endsOfATuningBelongToIt() throws {
        var cell = try Self.cell()
        cell.budget = TuningBudget(
            tries: 100_000, epochs: 1_000_000, imagesEach: 1_000_000_000_000,
            rungs: [.init(tries: 100_000, epochs: 1_000_000), .init(tries: 0, epochs: 0)])
        cell.tries[0].rung = 1000
        cell.tries[0].epochs = 1_000_000
        cell.chosen = 0
        #expect(Self.reason(cell) == nil)
        #expect(cell.chosenTry == cell.tries[0])
        cell.chosen = 1
        #expect(cell.chosenTry == nil)
    }

    @Test func cellsAreFoundByAllThreeNames() throws {
        let record = TuningRecord(cells: [try Self.cell()], finalSeeds: [])
        #expect(record.cell(trainSet: "casia", backbone: "b", loss: "arcface") != nil)
        #expect(record.cell(trainSet: "c", backbone: "b", loss: "arcface") == nil)
        #expect(record.cell(trainSet: "casia", backbone: "c", loss: "arcface") == nil)
        #expect(record.cell(trainSet: "casia", backbone: "b", loss: "c") == nil)
        #expect(!record.isComplete && TuningRecord(cells: [], finalSeeds: []).isComplete)
    }

    // MARK: Lines of metrics

    @Test func theLastLineIsReplacedAndTheOthersStay() throws {
        try Samples.inTemporaryFolder { folder in
            let run = RunFolder(folder)
            #expect(
                throws: FaceRunsError.tooFewLines(path: run.metricsURL.path, lines: 0, wanted: 1)
            ) {
                try run.replaceLast(Samples.epoch(1))
            }
            for number in 1...3 { try run.append(Samples.epoch(number)) }
            var other = Samples.epoch(3)
            other.loss = 7
            try run.replaceLast(other)
            #expect(try run.readEpochs() == [Samples.epoch(1), Samples.epoch(2), other])
        }
    }

    @Test func metricsAreCutToLinesThatAreThere() throws {
        try Samples.inTemporaryFolder { folder in
            let run = RunFolder(folder)
            try run.truncateMetrics(toLines: 0)
            for number in 1...3 { try run.append(Samples.epoch(number)) }
            let whole = try Data(contentsOf: run.metricsURL)
            #expect(
                throws: FaceRunsError.tooFewLines(path: run.metricsURL.path, lines: 3, wanted: 4)
            ) {
                try run.truncateMetrics(toLines: 4)
            }
            try run.truncateMetrics(toLines: 3)
            #expect(try Data(contentsOf: run.metricsURL) == whole)
            try run.truncateMetrics(toLines: 2)
            #expect(try run.readEpochs() == [Samples.epoch(1), Samples.epoch(2)])
            // What a killed run left of a line is cut off before the next one.
            try (Data(contentsOf: run.metricsURL) + Data("{\"epoch\":".utf8)).write(
                to: run.metricsURL)
            try run.append(Samples.epoch(3))
            #expect(try Data(contentsOf: run.metricsURL) == whole)
        }
    }

    // MARK: Starts and templates

    @Test func startsAreReadAsTheyWereWritten() throws {
        try Samples.inTemporaryFolder { folder in
            let run = RunFolder(folder)
            #expect(try run.readStart() == nil)
            let start = StartRecord(
                facts: StartFacts(file: "a/model.safetensors", contentHash: "ab"),
                summary: "all of it", fitted: 90, misfits: ["x [1]"], classes: "some",
                classesTaken: 3, classesNew: 4,
                tests: [.init(name: "lfw", pairs: 6000, accuracy: 0.9, standardDeviation: 0.01)])
            try run.write(start)
            #expect(try run.readStart() == start)
            #expect(
                run.start.scoresURL(test: "a/b").path == folder.path + "/start/scores/a%2Fb.csv")
            #expect(
                run.templatesURL(test: "a/b").path == folder.path + "/identification/a%2Fb.json")
        }
    }

    @Test(
        arguments: [
            ("\"value\": 0.5", nil), ("\"value\": 1.5", "is not a fraction with an interval"),
            ("\"insightFace\": -0.5", "is not a fraction with an interval"),
            ("\"interval\": [0.1, 0.2]", nil),
            ("\"interval\": [0.1, 1.2]", "is not a fraction with an interval"),
            ("\"interval\": [0.1]", "is not a fraction with an interval"),
            (
                "\"replicates\": {\"estimate\": 1, \"draws\": [0, 1], \"withoutGroups\": [], \"people\": 0}",
                nil
            ),
            (
                "\"replicates\": {\"estimate\": 2, \"draws\": [], \"withoutGroups\": [], \"people\": 1}",
                "are not fractions"
            ),
            (
                "\"replicates\": {\"estimate\": 1, \"draws\": [2], \"withoutGroups\": [], \"people\": 1}",
                "are not fractions"
            ),
            (
                "\"replicates\": {\"estimate\": 1, \"draws\": [], \"withoutGroups\": [-1], \"people\": 1}",
                "are not fractions"
            ),
            (
                "\"replicates\": {\"estimate\": 1, \"draws\": [], \"withoutGroups\": [], \"people\": -1}",
                "are not fractions"
            ),
        ] as [(String, String?)])
    func templates(figure: String, reason: String?) throws {
        let json = """
            {"pooling": "p", "images": 1, "templates": 1, "people": 1, "genuine": 0, "impostor": 0,
             "mated": 1, "nonmated": 0, "galleries": [1], "failedToEnrol": 0, "cumulativeMatches": [],
             "errorTradeOff": [], "warnings": [],
             "figures": [{"measure": {"rank": {"_0": 1}}}, {"measure": {"rank": {"_0": 5}}, \(figure)}]}
            """
        try Samples.inTemporaryFolder { folder in
            let run = RunFolder(folder)
            #expect(try run.readTemplates(test: "t") == nil)
            try AtomicFile.write(json, to: run.templatesURL(test: "t"))
            guard let reason else {
                let report = try #require(try run.readTemplates(test: "t"))
                try run.write(report, test: "again")
                #expect(try run.readTemplates(test: "again") == report)
                return
            }
            let error = #expect(throws: FaceRunsError.self) { try run.readTemplates(test: "t") }
            #expect(error?.description.contains(reason) == true, "\(error as Any)")
            #expect(error?.description.contains("'rank 5'") == true)
        }
    }

    // MARK: Steps

    @Test(
        arguments: [
            ("1,1,0,0,0,0,0", true), ("0,1,0,0,0,0,0", false), ("1,0,0,0,0,0,0", false),
            ("1,1,0,0,0,0", false), ("1,1,0,0,0,0,0,0", false), ("1,1,0,,0,0,0", false),
            ("1,1,,0,0,0,0,0", false),
            ("1000000000000000,1,0,0,0,0,0", true), ("1000000000000001,1,0,0,0,0,0", false),
        ])
    func steps(line: String, isStep: Bool) throws {
        try Samples.inTemporaryFolder { folder in
            let run = RunFolder(folder)
            try AtomicFile.write("step\n\(line)\n", to: run.stepsURL)
            if isStep {
                #expect(try run.readSteps().count == 1)
            } else {
                #expect(
                    throws: FaceRunsError.damagedFile(
                        path: run.stepsURL.path, line: 2, reason: "not a step")
                ) {
                    try run.readSteps()
                }
            }
        }
    }

    @Test func aLineThatIsNoStepIsNotKept() throws {
        try Samples.inTemporaryFolder { folder in
            let run = RunFolder(folder)
            try AtomicFile.write("step\n1,a\nx,b\n2,c\n", to: run.stepsURL)
            _ = try StepLog(run, keepingUpTo: 5)
            #expect(try String(contentsOf: run.stepsURL, encoding: .utf8) == "step\n1,a\n")
        }
    }

    // MARK: Models, events and comparisons

    @Test func aHeaderMayEndTheFileAndMayNotBeTooLong() {
        func file(_ length: UInt64) -> Data {
            withUnsafeBytes(of: length.littleEndian) { Data($0) } + Data("{}".utf8)
        }
        #expect(SafetensorsHeader.numbers(of: file(2)).isEmpty)
        #expect(SafetensorsHeader.numbers(of: file(2 + 1 << 56)) == file(2 + 1 << 56))
        #expect(SafetensorsHeader.fileLength(file(2 + 1 << 56)) == nil)
    }

    @Test func namesOfEventFilesHaveTenDigits() throws {
        for (seconds, digits) in [(5.0, "0000000005"), (12_345_678_901, "12345678901")] {
            try Samples.inTemporaryFolder { folder in
                _ = try EventFile(
                    in: folder, from: 0, now: { Date(timeIntervalSince1970: seconds) })
                let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(
                    names.first?.hasPrefix("events.out.tfevents.\(digits).") == true, "\(names)")
            }
        }
    }

    /// A run of one epoch without steps, whose test set may have been added later.
    private func write(_ run: RunFolder, isAdded: Bool?, best: Int) throws -> RunFolder {
        var description = Samples.description
        description.tests[0].isAdded = isAdded
        try run.write(description)
        var epoch = Samples.epoch(1)
        if best == 1 { epoch.tests = [] }
        try run.append(epoch)
        var result = Samples.result
        result.tests[0].bestEpoch = best
        result.tests[0].bestAccuracy = 1 / Double(best)
        result.tests[0].epochWithin95Percent = best
        try run.write(result)
        return run
    }

    @Test func whatAnAddedTestSaysOfEpochsIsNotCompared() throws {
        try Samples.inTemporaryFolder { folder in
            let study = StudyFolder(folder)
            let first = try write(study.run(named: "a"), isAdded: nil, best: 2)
            let added = try write(study.run(named: "b"), isAdded: true, best: 1)
            #expect(try RunComparison(first, added).isSame)
            #expect(try RunComparison(added, first).isSame)
            let other = try write(study.run(named: "c"), isAdded: false, best: 1)
            let comparison = try RunComparison(first, other)
            #expect(comparison.firstEpoch == 1 && comparison.atEnd.map(\.what) == ["result"])
            #expect(
                comparison.text.hasPrefix(
                    "the runs have no step in common\ndiffers from epoch 1 on\nresult"))
        }
    }

    @Test func sentencesNameWhatIsThere() {
        #expect(
            FaceRunsError.damagedTuning(path: "t", reason: "why").description
                == "'t': why; repeat the command of the study, which rebuilds it from its tries")
        for (error, expected) in [
            (SafeFilesError.noSpace(path: "p"), FaceRunsError.noSpace(path: "p")),
            (.unreadable(path: "p", reason: "r"), .unreadable(path: "p", reason: "r")),
            (.unwritable(path: "p", reason: "r"), .unwritable(path: "p", reason: "r")),
            (.notPlain(path: "p", kind: .link), .notPlain(path: "p", kind: .link)),
            (
                .busy(path: "p", holder: nil),
                .unwritable(
                    path: "p",
                    reason: "another process is using 'p'; wait until it ends, or choose another "
                        + "folder"
                )
            ),
        ] { #expect(FaceRunsError(error) == expected) }
    }
}
