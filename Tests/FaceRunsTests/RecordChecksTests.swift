import FaceEvaluation
import Foundation
import Testing

@testable import FaceRuns

/// Each number of a record has a range, whose ends belong to it.
@Suite struct RecordChecksTests {
    /// A change of a record, and how the fault begins that it is.
    struct Change<Record: Sendable>: Sendable, CustomTestStringConvertible {
        let fault: String
        let apply: @Sendable (inout Record) -> Void

        init(_ fault: String, _ apply: @escaping @Sendable (inout Record) -> Void) {
            self.fault = fault
            self.apply = apply
        }

        var testDescription: String { fault }
    }

    private static func reason(_ record: some CheckedRecord) -> String? {
        do {
            try record.check()
            return nil
        } catch {
            return error.reason
        }
    }

    private static func expect<Record: CheckedRecord>(
        _ change: Change<Record>, of record: Record
    ) {
        var changed = record
        change.apply(&changed)
        let reason = reason(changed)
        #expect(reason?.hasPrefix("'\(change.fault)' ") == true, "\(reason ?? "nothing")")
    }

    private static let tooMany = RecordChecks.maxCount + 1

    @Test func samplesAreAccepted() {
        #expect(Self.reason(Samples.description) == nil)
        #expect(Self.reason(Samples.environment) == nil)
        #expect(Self.reason(Samples.epoch(1)) == nil)
        #expect(Self.reason(Samples.result) == nil)
        #expect(Self.reason(Samples.geometry) == nil)
    }

    @Test(arguments: [
        Change<RunDescription>("epochs") { $0.epochs = 1_000_000_001 },
        .init("epochs") { $0.epochs = -1 },
        .init("batchSize") { $0.batchSize = tooMany },
        .init("backbone.parameters") { $0.backbone.parameters = 0 },
        .init("batchSize") { $0.batchSize = 0 },
        .init("backbone.multiplyAdds") { $0.backbone.multiplyAdds = tooMany },
        .init("backbone.embeddingSize") { $0.backbone.embeddingSize = tooMany },
        .init("backbone.inputSize") { $0.backbone.inputSize = -1 },
        .init("train.images") { $0.train.images = .max },
        .init("train.identities") { $0.train.identities = .min },
        .init("overlaps.pictures") {
            $0.train.overlaps = [OverlapFacts(test: "lfw", people: [], pictures: -1, owners: [])]
        },
        .init("pairs of lfw") { $0.tests[0].pairs = tooMany },
        .init("folds of lfw") { $0.tests[0].folds = -1 },
        .init("pairsEachEpoch of lfw") { $0.tests[0].pairsEachEpoch = tooMany },
        .init("folds of held-out") {
            $0.validation = TestSetFacts(
                name: "held-out", pairs: 1, folds: tooMany, pairsEachEpoch: 1)
        },
        .init("tests") { $0.tests += $0.tests },
    ])
    func descriptions(change: Change<RunDescription>) {
        Self.expect(change, of: Samples.description)
    }

    @Test(arguments: [
        Change<EpochRecord>("epoch") { $0.epoch = 0 },
        .init("epoch") { $0.epoch = 1_000_000_001 },
        .init("step") { $0.step = -1 },
        .init("images") { $0.images = tooMany },
        .init("learningRate") { $0.learningRate = .infinity },
        .init("loss") { $0.loss = 1.1e100 },
        .init("loss") { $0.loss = -.infinity },
        .init("lossState.margin") { $0.lossState["margin"] = 1e101 },
        .init("trainAccuracy") { $0.trainAccuracy = 1.01 },
        .init("trainAccuracyWithMargin") { $0.trainAccuracyWithMargin = -0.01 },
        .init("accuracy of lfw") { $0.tests[0].accuracy = 5 },
        .init("standardDeviation of lfw") { $0.tests[0].standardDeviation = -1 },
        .init("pairs of lfw") { $0.tests[0].pairs = -1 },
        .init("accuracy of held-out") {
            $0.validation = EpochTest(
                name: "held-out", accuracy: 1.5, standardDeviation: 0, pairs: 1)
        },
        .init("imagesPerSecond") { $0.imagesPerSecond = -1 },
        .init("trainSeconds") { $0.trainSeconds = 1e39 },
        .init("evaluationSeconds") { $0.evaluationSeconds = -1 },
    ])
    func epochs(change: Change<EpochRecord>) { Self.expect(change, of: Samples.epoch(1)) }

    @Test(arguments: [
        Change<RunResult>("epochs") { $0.epochs = -1 },
        .init("trainAccuracy") { $0.trainAccuracy = 2 },
        .init("tests") { $0.tests += $0.tests },
        .init("imagesPerSecond") { $0.imagesPerSecond = .infinity },
        .init("seconds") { $0.seconds = -1 },
        .init("pairs of lfw") { $0.tests[0].pairs = tooMany },
        .init("accuracy of lfw") { $0.tests[0].accuracy = -0.1 },
        .init("standardDeviation of lfw") { $0.tests[0].standardDeviation = 1.1 },
        .init("threshold of lfw") { $0.tests[0].threshold = 5.1 },
        .init("tarAtFar1e3 of lfw") { $0.tests[0].tarAtFar1e3 = 1.1 },
        .init("auc of lfw") { $0.tests[0].auc = 1.1 },
        .init("eer of lfw") { $0.tests[0].eer = -0.1 },
        .init("meanNorm of lfw") { $0.tests[0].meanNorm = -1 },
        .init("bestEpoch of lfw") { $0.tests[0].bestEpoch = -1 },
        .init("bestAccuracy of lfw") { $0.tests[0].bestAccuracy = 1.1 },
        .init("epochWithin95Percent of lfw") { $0.tests[0].epochWithin95Percent = 1_000_000_001 },
    ])
    func results(change: Change<RunResult>) { Self.expect(change, of: Samples.result) }

    @Test func endsBelongToTheRange() {
        var description = Samples.description
        description.epochs = 1_000_000_000
        description.batchSize = RecordChecks.maxCount
        #expect(Self.reason(description) == nil)
        var epoch = Samples.epoch(1)
        (epoch.loss, epoch.trainAccuracy, epoch.trainAccuracyWithMargin) = (-1e100, 1, 0)
        #expect(Self.reason(epoch) == nil)
        var result = Samples.result
        (result.tests[0].threshold, result.tests[0].eer, result.epochs) = (5, 0, 0)
        #expect(Self.reason(result) == nil)
    }

    @Test func namesOfARunAreNotEmpty() {
        for (field, path) in [
            ("trainSet", \RunIdentity.trainSet), ("backbone", \.backbone), ("loss", \.loss),
        ] as [(String, WritableKeyPath<RunIdentity, String>)] {
            var description = Samples.description
            description.identity[keyPath: path] = ""
            #expect(Self.reason(description) == "'identity.\(field)' is empty")
        }
    }

    @Test func theFirstNameThatIsThereTwiceIsSaid() {
        var description = Samples.description
        description.tests = ["b", "a", "c", "a", "c"].map {
            TestSetFacts(name: $0, pairs: 1, folds: 1, pairsEachEpoch: 1)
        }
        #expect(Self.reason(description) == "'tests' contains 'a' twice")
    }

    @Test func anglesMayRoundAboveTheLargest() {
        var geometry = Samples.geometry
        geometry.training.within?.quantiles[4] = 180.00001
        #expect(Self.reason(geometry) == nil)
        geometry.training.within?.quantiles[4] = 180.001
        #expect(Self.reason(geometry)?.hasPrefix("'within of casia' ") == true)
        geometry = Samples.geometry
        geometry.training.within?.quantiles.swapAt(0, 1)
        #expect(
            Self.reason(geometry) == "the quantiles of 'within of casia' are not ascending")
    }

    @Test(arguments: [
        ("0,1,4.001,a,b", true), ("0,0,0,a,b", true), ("1000000000000000,1,1,a,b", true),
        ("1000000000000001,1,1,a,b", false), ("-1,1,1,a,b", false), ("0,2,1,a,b", false),
        ("0,1,4.01,a,b", false), ("0,1,-0.001,a,b", false), ("0,1,nan,a,b", false),
        ("0,1,1,a", false),
    ])
    func scores(line: String, isScore: Bool) throws {
        try Samples.inTemporaryFolder { folder in
            let run = RunFolder(folder)
            let url = run.scoresURL(test: "t")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("fold,same,distance,first,second\n\(line)\n".utf8).write(to: url)
            if isScore {
                #expect(try run.readScores(test: "t")?.count == 1)
            } else {
                #expect(throws: FaceRunsError.self) { try run.readScores(test: "t") }
            }
        }
    }

    /// Characters up to the space are encoded, it itself is not.
    @Test func namesOfScoresAreEncoded() {
        let run = RunFolder(URL(fileURLWithPath: "/run"))
        #expect(run.scoresURL(test: "a b").lastPathComponent == "a b.csv")
        #expect(run.scoresURL(test: "a\u{1f}b").lastPathComponent == "a%1Fb.csv")
        #expect(run.scoresURL(test: "a/b%").lastPathComponent == "a%2Fb%25.csv")
    }

    @Test func epochsAscend() throws {
        try Samples.inTemporaryFolder { folder in
            let run = RunFolder(folder)
            for number in [1, 3, 2] { try run.append(Samples.epoch(number)) }
            let expected = FaceRunsError.damagedFile(
                path: run.metricsURL.path, line: 3,
                reason: "epoch 2 does not follow the previous line")
            #expect(throws: expected) { try run.readEpochs() }
        }
    }

    @Test func overlapsAreOneSentence() {
        var overlap = OverlapFacts(
            test: "lfw", people: (1...11).map { "p\($0)" }, pictures: 0, owners: [])
        #expect(
            overlap.sentence(trainSet: "casia")
                == "11 people of 'lfw' are also in 'casia', so that accuracy on it is optimistic: "
                + "p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, ...")
        overlap = OverlapFacts(test: "lfw", people: ["a"], pictures: 1, owners: ["b"])
        #expect(
            overlap.sentence(trainSet: "casia")
                == "1 person of 'lfw' is also in 'casia', so that accuracy on it is optimistic: a; "
                + "1 picture of 'lfw' is also in 'casia', of 1 identity: b")
    }

    // MARK: A model's length

    private static func model(_ header: String, numbers: Int, length: UInt64? = nil) -> Data {
        let text = Data(header.utf8)
        let count = (length ?? UInt64(text.count)).littleEndian
        return withUnsafeBytes(of: count) { Data($0) } + text + Data(count: numbers)
    }

    @Test func aModelIsAsLongAsItsHeaderSays() throws {
        try Samples.inTemporaryFolder { folder in
            let run = RunFolder(folder)
            let header =
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
                + #""b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#
            let whole = Self.model(header, numbers: 12)
            try whole.write(to: run.modelURL)
            try run.requireModel()
            #expect(SafetensorsHeader.numbers(of: whole) == Data(count: 12))
            for other in [whole.dropLast(), whole + Data(count: 1)] {
                try other.write(to: run.modelURL)
                let expected = FaceRunsError.damagedFile(
                    path: run.modelURL.path, line: nil,
                    reason: "it has \(other.count) bytes, and its header says \(whole.count)")
                #expect(throws: expected) { try run.requireModel() }
            }
            for count in [0, 7, 8, 9, 7 + header.utf8.count] {
                try whole.prefix(count).write(to: run.modelURL)
                let expected = FaceRunsError.damagedFile(
                    path: run.modelURL.path, line: nil, reason: "it has no complete header")
                #expect(throws: expected) { try run.requireModel() }
                #expect(SafetensorsHeader.numbers(of: whole.prefix(count)) == whole.prefix(count))
            }
        }
    }

    @Test func anEmptyModelAndALongHeaderHaveALength() {
        #expect(SafetensorsHeader.fileLength(Self.model("{}", numbers: 0)) == 10)
        #expect(
            SafetensorsHeader.fileLength(Self.model("{}", numbers: 0, length: 100_000_001)) == nil)
        let huge = #"{"a":{"data_offsets":[0,18446744073709551615]}}"#
        #expect(SafetensorsHeader.fileLength(Self.model(huge, numbers: 0)) == nil)
        // 256 and more bytes need the second byte of the length.
        let long = "{" + String(repeating: " ", count: 300) + "}"
        #expect(SafetensorsHeader.fileLength(Self.model(long, numbers: 0)) == 310)
    }
}
