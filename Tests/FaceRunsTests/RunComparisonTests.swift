import FaceEvaluation
import FaceRuns
import Foundation
import SafeFiles
import Testing

@Suite struct RunComparisonTests {
    /// Writes a finished run of 30 steps, 3 epochs, 2 pairs and a model.
    private func write(
        _ folder: URL, name: String, loss: (Int) -> Double = { 1 / Double($0) },
        steps: Int = 30, seconds: Double = 1, accuracy: Double = 0.9, distance: Float = 0.5,
        model: String = "weights", geometry: RunGeometry? = nil
    ) throws -> RunFolder {
        let run = RunFolder(folder.appendingPathComponent(name))
        try run.write(Samples.description)
        let log = try StepLog(run, keepingUpTo: 0)
        for step in 1...steps {
            try log.append(
                StepRecord(
                    step: step, epoch: (step - 1) / 10 + 1, learningRate: 0.1, loss: loss(step),
                    gradientNorm: 1, accuracy: 0.5, accuracyWithMargin: 0.25))
        }
        try log.synchronize()
        for epoch in 1...3 {
            var record = Samples.epoch(epoch)
            record.trainSeconds = seconds
            record.loss = loss(epoch * 10)
            try run.append(record)
        }
        try run.write(
            [
                ScoreRecord(
                    ScoredPair(distance: distance, same: true, fold: 0), first: "a", second: "b")
            ],
            test: "lfw")
        if let geometry { try run.write(geometry) }
        try Data(model.utf8).write(to: run.modelURL)
        var result = Samples.result
        result.seconds = seconds
        result.tests[0].accuracy = accuracy
        try run.write(result)
        return run
    }

    @Test func timesDoNotCount() throws {
        try Samples.inTemporaryFolder { folder throws in
            let first = try write(folder, name: "a")
            let second = try write(folder, name: "b", seconds: 99)
            let comparison = try RunComparison(first, second)
            #expect(comparison.isSame)
            #expect(comparison.text == "identical, bit for bit: 30 steps and all results")
        }
    }

    @Test func theFirstStepThatDiffersIsNamed() throws {
        try Samples.inTemporaryFolder { folder throws in
            let first = try write(folder, name: "a")
            let second = try write(
                folder, name: "b", loss: { $0 < 17 ? 1 / Double($0) : (1 / Double($0)).nextUp })
            let comparison = try RunComparison(first, second)
            #expect(comparison.firstStep == 17 && comparison.firstEpoch == 2)
            #expect(comparison.atFirstStep?.what == "loss")
            #expect(comparison.atFirstStep?.first == "\(1.0 / 17)")
            #expect(comparison.atFirstStep?.second == "\((1.0 / 17).nextUp)")
            #expect(comparison.text.hasPrefix("differs from step 17 of 30 on: loss is 0.0588"))
        }
    }

    @Test func whatTheRunsEndWithIsCompared() throws {
        try Samples.inTemporaryFolder { folder throws in
            let first = try write(folder, name: "a")
            let others = [
                ("result", try write(folder, name: "b", accuracy: 0.8)),
                ("scores of lfw", try write(folder, name: "c", distance: 0.25)),
                ("model", try write(folder, name: "d", model: "other")),
                ("number of steps", try write(folder, name: "e", steps: 29)),
            ]
            for (what, other) in others {
                let comparison = try RunComparison(first, other)
                #expect(!comparison.isSame)
                #expect(comparison.firstStep == nil)
                #expect(comparison.atEnd.map(\.what) == [what])
                #expect(comparison.text.contains(what))
            }
            let model = try #require(RunComparison(first, others[2].1).atEnd.first)
            #expect(model.first == "its bytes" && model.second == "other bytes, or none")
        }
    }

    @Test func geometryIsComparedWhereBothHaveIt() throws {
        try Samples.inTemporaryFolder { folder throws in
            var other = Samples.geometry
            other.training.norm?.mean += 1e-12
            let first = try write(folder, name: "a", geometry: Samples.geometry)
            let second = try write(folder, name: "b", geometry: other)
            let old = try write(folder, name: "c")
            let difference = try #require(RunComparison(first, second).atEnd.first)
            #expect(difference.what == "geometry of embeddings")
            #expect(difference.first == "its numbers" && difference.second == "other numbers")
            #expect(try RunComparison(first, old).isSame)
        }
    }

    /// A set of templates may be added to one of the runs, so only figures that both have can differ.
    @Test func figuresOfTemplatesAreComparedWhereBothHaveThem() throws {
        func figures(_ value: Double) -> String {
            """
            {"pooling": "p", "images": 1, "templates": 1, "people": 1, "genuine": 0, "impostor": 0,
             "mated": 1, "nonmated": 0, "galleries": [1], "failedToEnrol": 0, "cumulativeMatches": [],
             "errorTradeOff": [], "warnings": [],
             "figures": [{"measure": {"rank": {"_0": 1}}, "value": \(value)}]}
            """
        }
        try Samples.inTemporaryFolder { folder throws in
            let runs = try ["a", "b", "c", "d"].map { try write(folder, name: $0) }
            for (run, value) in zip(runs, [0.5, 0.25, 0.5]) {
                var description = Samples.description
                description.templateTests = [TemplateTestFacts(name: "ijb", templates: 1)]
                try run.write(description)
                try AtomicFile.write(figures(value), to: run.templatesURL(test: "ijb"))
            }
            let difference = try #require(RunComparison(runs[0], runs[1]).atEnd.first)
            #expect(difference.what == "figures of ijb")
            #expect(difference.first == "its numbers" && difference.second == "other numbers")
            #expect(try RunComparison(runs[0], runs[2]).isSame)
            #expect(try RunComparison(runs[0], runs[3]).isSame)
        }
    }

    @Test func figuresOfMegaFaceAreComparedToo() throws {
        func record(_ rank: Double) -> String {
            """
            {"pairs": 2, "people": 1, "noisyProbes": 0, "noisyDistractors": 0, "failedPairs": 0,
             "failedDistractors": 0, "rates": [{"distractors": 10, "rank1": \(rank)}], "warnings": [],
             "figures": [{"measure": {"rankAmong": {"_0": 1, "distractors": 10}}, "value": \(rank)}]}
            """
        }
        try Samples.inTemporaryFolder { folder throws in
            let runs = try ["a", "b", "c", "d"].map { try write(folder, name: $0) }
            for (run, rank) in zip(runs, [0.5, 1, 0.5]) {
                var description = Samples.description
                description.templateTests = [
                    TemplateTestFacts(name: "mf", templates: 2, distractors: 10)
                ]
                try run.write(description)
                try AtomicFile.write(record(rank), to: run.templatesURL(test: "mf"))
                #expect(try run.readDistractors(test: "mf")?.figures.map(\.value) == [rank])
            }
            let difference = try #require(RunComparison(runs[0], runs[1]).atEnd.first)
            #expect(difference.what == "figures of mf")
            #expect(try RunComparison(runs[0], runs[2]).isSame)
            #expect(try RunComparison(runs[0], runs[3]).isSame)
        }
    }

    @Test func scoresAreCountedOnEachSide() throws {
        try Samples.inTemporaryFolder { folder throws in
            let first = try write(folder, name: "a")
            let second = try write(folder, name: "b", distance: 0.25)
            let third = try write(folder, name: "c")
            let scores = try #require(try first.readScores(test: "lfw"))
            try third.write(scores + scores, test: "lfw")
            let changed = try #require(RunComparison(first, second).atEnd.first)
            #expect(changed.first == "1 pair" && changed.second == "1 pair, 1 with other scores")
            let longer = try #require(RunComparison(first, third).atEnd.first)
            #expect(longer.first == "1 pair" && longer.second == "2 pairs, 0 with other scores")
        }
    }
}
