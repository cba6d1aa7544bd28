import FaceModels
import FaceTraining
import Testing

@testable import FaceStudy

@Suite("How many runs are made side by side")
struct WorkerChoiceTests {
    private static func choice(
        _ rates: [(workers: Int, rate: Double)], memory: UInt64 = 0
    ) -> WorkerChoice {
        var choice = WorkerChoice("resnet50")
        for (workers, rate) in rates {
            choice.add(.init(workers: workers, imagesPerSecond: rate, memory: memory))
        }
        return choice
    }

    @Test("is tried in powers of two up to the runs and cores, and on a GPU up to eight")
    func candidates() {
        #expect(WorkerChoice.candidates(runs: 100, cores: 2) == [1, 2])
        #expect(WorkerChoice.candidates(runs: 100, cores: 6) == [1, 2, 4, 6])
        #expect(WorkerChoice.candidates(runs: 3, cores: 64) == [1, 2, 3])
        #expect(WorkerChoice.candidates(runs: 1, cores: 64) == [1])
        #expect(WorkerChoice.candidates(runs: 0, cores: 0) == [1])
        #expect(WorkerChoice.candidates(runs: 100, cores: nil) == [1, 2, 4, 8])
    }

    @Test("is the fewest that take the most images a second, or 3 % fewer")
    func fewest() {
        #expect(Self.choice([]).workers == 1)
        #expect(Self.choice([(1, 100)]).workers == 1)
        #expect(Self.choice([(1, 100), (2, 102.9)]).workers == 1)
        #expect(Self.choice([(1, 100), (2, 103.1)]).workers == 2)
        #expect(Self.choice([(1, 100), (2, 180), (4, 184), (8, 120)]).workers == 2)
        #expect(Self.choice([(1, 100), (2, 90), (4, 184)]).workers == 4)
    }

    @Test("is not raised after a clear fall, nor beyond the memory")
    func worthTrying() {
        #expect(Self.choice([]).isWorthTrying(1, available: 0))
        #expect(Self.choice([(1, 100), (2, 96)]).isWorthTrying(4, available: nil))
        #expect(!Self.choice([(1, 100), (2, 94)]).isWorthTrying(4, available: nil))
        let choice = Self.choice([(1, 100), (2, 190)], memory: 1000)
        #expect(choice.isWorthTrying(4, available: nil))
        #expect(choice.isWorthTrying(4, available: 4500))
        #expect(!choice.isWorthTrying(4, available: 4400))
        #expect(Self.choice([(1, 100)], memory: 0).isWorthTrying(2, available: 1))
    }

    @Test("is said with what was measured")
    func sentence() {
        #expect(
            Self.choice([(1, 331.4), (2, 412.6)]).sentence
                == "2 runs at a time, after first steps of resnet50 (images a second, side by side: "
                + "1 run: 331, 2 runs: 413)")
        #expect(Self.choice([(1, 331.4), (2, 312)]).sentence.hasPrefix("one run at a time, after"))
    }

    @Test(
        "is measured with the network of the first run that is left, and counts the runs that are")
    func unfinished() throws {
        try TinyStudy.with { study in
            study.configuration.seeds = [1, 2]
            study.configuration.backbones = ["mobilenetv1:width=0.25", "mobilenetv1:width=0.1"]
            let before = try Study(study.configuration, folder: study.output)
            let first = try #require(before.plan.runs.first)
            #expect(before.unfinished?.runs == 4)
            #expect(before.unfinished?.backbone == first.backbone.description)
            var half = study
            half.configuration.backbones = ["mobilenetv1:width=0.25"]
            try half.run()
            let after = try Study(study.configuration, folder: study.output)
            #expect(after.unfinished?.runs == 2)
            #expect(after.unfinished?.backbone.contains("0.1") == true)
            try study.run()
            #expect(try Study(study.configuration, folder: study.output).unfinished == nil)
        }
    }

    /// The memory is not expected here: other tests' is used again, and a step may need no more.
    @Test("counts the images of whole steps")
    func probe() throws {
        try TinyStudy.with { study in
            let probe = try WorkerProbe(
                study.configuration, backbone: "mobilenetv1:width=0.1", threads: 1)
            #expect(probe.rate(over: .zero) > 0)
        }
    }
}
