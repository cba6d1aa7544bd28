import FaceConfiguration
import FaceEvaluation
import FaceRuns
import Foundation
import SafeFiles
import Testing

@Suite struct RunFolderTests {
    @Test func readsBackWhatItWrites() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = StudyFolder(folder).run(named: "new")
            try run.write(Samples.description)
            try run.write(Samples.environment)
            try run.write(Samples.result)
            try run.write(Samples.geometry)
            try run.append(Samples.epoch(1))
            try run.append(Samples.epoch(2))
            #expect(try run.readDescription() == Samples.description)
            #expect(try run.readEnvironment() == Samples.environment)
            #expect(try run.readResult() == Samples.result)
            #expect(try run.readGeometry() == Samples.geometry)
            #expect(try run.readEpochs() == [Samples.epoch(1), Samples.epoch(2)])
        }
    }

    @Test func knowsWhatIsNotThereYet() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            #expect(try run.readEnvironment() == nil)
            #expect(try run.readResult() == nil)
            #expect(try run.readGeometry() == nil)
            #expect(try run.readEpochs() == [])
            #expect(try run.readScores(test: "lfw") == nil)
            #expect(throws: FaceRunsError.missingFile(path: run.descriptionURL.path)) {
                try run.readDescription()
            }
        }
    }

    @Test func writesEqualRecordsAsEqualBytes() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try run.append(Samples.epoch(3))
            let line = try String(contentsOf: run.metricsURL, encoding: .utf8)
            #expect(
                line == """
                    {"epoch":3,"evaluationSeconds":0.5,"images":1920,"imagesPerSecond":100,\
                    "learningRate":0.1,"loss":0.3333333333333333,"lossState":{"margin":0.5},\
                    "step":30,"tests":[{"accuracy":0.9,"name":"lfw","pairs":1200,\
                    "standardDeviation":0.01}],"trainAccuracy":0.3333333333333333,\
                    "trainAccuracyWithMargin":1e-05,"trainSeconds":6.4}

                    """)
            try run.write(Samples.description)
            let first = try Data(contentsOf: run.descriptionURL)
            try run.write(run.readDescription())
            #expect(try Data(contentsOf: run.descriptionURL) == first)
        }
    }

    @Test func readsTheNamesOfFormerVersions() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            var old = Samples.description
            old.identity.loss = "amsoftmax:rise=0,s=32,warmup=0"
            old.lossValues = ["rise": "0", "s": "32", "warmup": "0", "m": "0.35"]
            old.configuration = .object([
                "losses": .array([.string("amsoftmax:rise=0,s=32,warmup=0")]),
                "training": .object(["epochs": .number(3)]),
            ])
            try run.write(old)
            let read = try run.readDescription()
            let loss = "amsoftmax:s=32,scaleWarmup=0,warmup=0"
            #expect(read.identity.loss == loss && read.lossName == loss)
            #expect(
                read.lossValues == ["scaleWarmup": "0", "s": "32", "warmup": "0", "m": "0.35"])
            #expect(read.configuration["losses"] == .array([.string(loss)]))
            #expect(read.configuration["training"]?["epochs"] == .number(3))
        }
    }

    @Test func keepsScoresOfAnotherWriter() throws {
        let csv = try Data(contentsOf: Samples.fixture("scores.csv"))
        let expected = try JSONDecoder().decode(
            [Samples.Score].self, from: Data(contentsOf: Samples.fixture("scores.json"))
        ).map(\.record)
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try AtomicFile.write(csv, to: run.scoresURL(test: "lfw"))
            #expect(try run.readScores(test: "lfw") == expected)
            try run.write(expected, test: "again")
            #expect(try Data(contentsOf: run.scoresURL(test: "again")) == csv)
        }
    }

    /// Names of images from outside, which a spreadsheet must not run, and which are read back as they were.
    @Test func guardsNamesOfImages() throws {
        let names = ["=cmd|' /C calc'!A0", "-x/1.jpg", "@SUM(1)", "'=x", "plain/1.jpg", "+1"]
        let scores = names.enumerated().map { index, name in
            ScoreRecord(
                ScoredPair(distance: 1, same: index % 2 == 0, fold: index), first: name,
                second: names[names.count - 1 - index])
        }
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            try run.write(scores, test: "t")
            #expect(try run.readScores(test: "t") == scores)
            let text = try String(contentsOf: run.scoresURL(test: "t"), encoding: .utf8)
            let cells = text.split(whereSeparator: { ",\n".contains($0) })
            #expect(!cells.contains { "=-@".contains($0.prefix(1)) }, "\(text)")
            #expect(text.contains("'=cmd|' /C calc'!A0,+1\n"))
        }
    }

    @Test(arguments: [
        ("lfw", "lfw.csv"), ("a/b", "a%2Fb.csv"), ("a%2Fb", "a%252Fb.csv"), ("..", "...csv"),
        ("a\nb", "a%0Ab.csv"), ("顔", "顔.csv"),
    ])
    func keepsScoresInsideTheirFolder(test: String, file: String) {
        let url = RunFolder(URL(fileURLWithPath: "/run")).scoresURL(test: test)
        #expect(url.path == "/run/scores/\(file)")
    }

    @Test func refusesNumbersThatJSONHasNot() throws {
        try Samples.inTemporaryFolder { folder throws in
            let run = RunFolder(folder)
            var epoch = Samples.epoch(1)
            epoch.lossState["margin"] = .nan
            #expect(
                throws: FaceRunsError.nonFiniteNumber(
                    path: run.metricsURL.path, field: "lossState.margin")
            ) { try run.append(epoch) }
            #expect(try run.readEpochs() == [])
            let score = ScoreRecord(
                ScoredPair(distance: .infinity, same: true, fold: 0), first: "", second: "")
            #expect(
                throws: FaceRunsError.nonFiniteNumber(
                    path: run.scoresURL(test: "t").path, field: "distance")
            ) { try run.write([score], test: "t") }
        }
    }
}
