import FaceConfiguration
import FaceRuns
import FaceTraining
import Foundation
import Testing

@testable import FaceStudy

/// Studies that tune, by what is in their folders.
@Suite("A study that tunes", .serialized)
struct TuningExecutionTests {
    /// A study of a second or two: 10 people, of whom 4 are held out.
    private func with<Result>(_ body: (inout TinyStudy) throws -> Result) throws -> Result {
        try TinyStudy.with { study in
            try study.draw(people: 10, pictures: 4, seed: 1, into: "more")
            study.configuration.train[0].images = study.file("more").path
            study.configuration.losses = ["softmax", "arcface"]
            study.configuration.seeds = [1, 2]
            study.configuration.validation = .init(identities: 0.4, pairs: 40)
            study.configuration.training.epochs = 2
            study.configuration.tuning = .init(tries: 3, epochs: 1)
            return try body(&study)
        }
    }

    private func record(_ study: TinyStudy) throws -> TuningRecord {
        try #require(try StudyFolder(study.output).readTuning())
    }

    /// A record without its time columns.
    private func timeless(_ record: TuningRecord) -> TuningRecord {
        var record = record
        for cell in record.cells.indices {
            for index in record.cells[cell].tries.indices {
                record.cells[cell].tries[index].seconds = 0
            }
        }
        return record
    }

    @Test("records every try as its folder has it, and chooses the best")
    func content() throws {
        try with { study in
            try study.run()
            let record = try record(study)
            #expect(record.isComplete)
            #expect(record.finalSeeds == [1, 2])
            #expect(record.cells.map(\.loss) == ["softmax", "arcface"])
            for cell in record.cells {
                #expect(cell.tries.map(\.index) == [0, 1, 2])
                #expect(cell.tries.allSatisfy { $0.state == .finished && $0.seed == 0 })
                #expect(cell.validation.identities == 4 && cell.validation.pairs > 0)
                #expect(cell.budget.imagesEach == 24)
                #expect(cell.budget.images == 72)
                #expect(cell.tries.map(\.images) == [24, 24, 24])
                for item in cell.tries {
                    let folder = RunFolder(study.output.appendingPathComponent(item.folder))
                    let epoch = try #require(try folder.readEpochs().last)
                    #expect(item.accuracy == epoch.validation?.accuracy)
                    #expect(item.pairs == epoch.validation?.pairs)
                    let p = try #require(item.accuracy)
                    let error = (p * (1 - p) / Double(cell.validation.pairs)).squareRoot()
                    #expect(item.standardError == error)
                    let description = try folder.readDescription()
                    #expect(description.identity.loss == item.loss)
                    #expect(
                        description.configuration["training"]?["schedule"]?["peak"]
                            == .number(item.learningRate))
                    #expect(try folder.readResult()?.seconds == item.seconds)
                }
                let best = cell.tries.compactMap(\.accuracy).max()
                #expect(cell.chosenTry?.accuracy == best)
                #expect(cell.chosen == cell.tries.firstIndex { $0.accuracy == best })
            }
        }
    }

    @Test(
        "trains the defaults and what was chosen with the same fresh seeds, and nothing else is a run"
    )
    func finals() throws {
        try with { study in
            try study.run()
            let (record, folder) = (try record(study), StudyFolder(study.output))
            let runs = try folder.runs().map { try $0.readDescription() }
            for cell in record.cells {
                let chosen = try #require(cell.chosenTry)
                let defaults = runs.filter {
                    $0.requestedLoss == cell.loss && $0.identity.tuned == nil
                }
                let tuned = runs.filter { $0.identity.tuned?.loss == cell.loss }
                #expect(defaults.map(\.identity.seed).sorted() == [1, 2])
                #expect(tuned.map(\.identity.seed).sorted() == (chosen.index == 0 ? [] : [1, 2]))
                for run in tuned {
                    #expect(run.identity.loss == chosen.loss)
                    #expect(run.identity.lossKey == "\(cell.loss) (tuned)")
                    #expect(run.lossTitle == "\(cell.lossTitle) (tuned)")
                    #expect(run.epochs == 2)
                    #expect(
                        run.configuration["training"]?["schedule"]?["peak"]
                            == .number(chosen.learningRate))
                }
            }
            #expect(runs.allSatisfy { $0.tests.map(\.name) == ["pairs"] })
        }
    }

    @Test("No number of a test set reaches the choice, and no try knows of one")
    func noTestSet() throws {
        try with { study in
            try study.run()
            let first = try record(study)
            let tries = try StudyFolder(study.output).tries.runs()
            #expect(tries.count == 6)
            for run in tries {
                #expect(try run.readDescription().tests.isEmpty)
                #expect(
                    try run.readEpochs().allSatisfy { $0.tests.isEmpty && $0.validation != nil })
                #expect(try run.readResult()?.tests.isEmpty == true)
                let scores = run.url.appendingPathComponent("scores").path
                #expect(!FileManager.default.fileExists(atPath: scores))
            }
            // Every pair of the test set says the opposite.
            let pairs = study.file("test/pairs.txt")
            try FileManager.default.removeItem(at: study.output)
            try study.draw(people: 3, pictures: 4, seed: 77, into: "test")
            #expect(FileManager.default.fileExists(atPath: pairs.path))
            try study.run()
            #expect(timeless(try record(study)) == timeless(first))
            // And without any test set.
            try FileManager.default.removeItem(at: study.output)
            study.configuration.test = []
            try study.run()
            #expect(timeless(try record(study)) == timeless(first))
        }
    }

    @Test("resumes wherever it was stopped, makes no try twice, and chooses the same")
    func resume() throws {
        try with { study in
            try study.run()
            let whole = timeless(try record(study))
            try FileManager.default.removeItem(at: study.output)
            var stops = 0
            // A try has 3 steps.
            while try study.run(stopAfter: 4).isInterrupted {
                stops += 1
                let part = try record(study)
                #expect(part.cells.allSatisfy { $0.tries.count == 3 })
                if !part.isComplete { #expect(part.cells.contains { $0.chosen == nil }) }
            }
            #expect(stops > 3)
            #expect(timeless(try record(study)) == whole)
            var tries = 0
            let control = StudyControl(listener: { event in
                if case .tryStarted = event { tries += 1 }
            })
            _ = try Study(study.configuration, folder: study.output).run(control)
            #expect(tries == 0)
        }
    }

    @Test("A try that fails counts, is recorded, is not made again, and is never chosen")
    func failures() throws {
        try with { study in
            study.configuration.losses = ["softmax"]
            study.configuration.tuning.spaces = ["softmax:learningRate=1e25..1e29"]
            let trace = try study.run()
            #expect(trace.outcome.failed.isEmpty)
            let cell = try #require(try record(study).cells.first)
            #expect(cell.tries.map(\.state) == [.finished, .failed, .failed])
            #expect(cell.tries[1].reason?.isEmpty == false)
            #expect(cell.tries[1].accuracy == nil)
            #expect(cell.isComplete && cell.chosen == 0)
            #expect(try StudyFolder(study.output).runs().count == 2)
            var ended = 0
            let control = StudyControl(listener: { event in
                if case .tryEnded = event { ended += 1 }
            })
            _ = try Study(study.configuration, folder: study.output).run(control)
            #expect(ended == 0)
        }
    }

    @Test("Halving gives the better half longer schedules, and chooses among the last")
    func halving() throws {
        try with { study in
            study.configuration.losses = ["arcface"]
            study.configuration.tuning = .init(tries: 4, epochs: 2, halving: true)
            try study.run()
            let cell = try #require(try record(study).cells.first)
            #expect(cell.budget.rungs == [.init(tries: 4, epochs: 1), .init(tries: 2, epochs: 2)])
            let first = cell.tries.filter { $0.rung == 0 }
            let second = cell.tries.filter { $0.rung == 1 }
            #expect(first.map(\.index) == [0, 1, 2, 3])
            #expect(second.map(\.index) == TuningSchedule.survivors(of: first, count: 2))
            #expect(second.allSatisfy { $0.epochs == 2 && $0.images == 48 })
            #expect(cell.chosenTry?.rung == 1)
            #expect(cell.tries.reduce(0) { $0 + $1.images } == cell.budget.images)
        }
    }

    @Test("A folder with other tries is refused, and more tries keep those there are")
    func changes() throws {
        try with { study in
            study.configuration.losses = ["softmax"]
            try study.run()
            let before = timeless(try record(study))
            study.configuration.tuning.tries = 4
            try study.run()
            let after = timeless(try record(study))
            #expect(Array(after.cells[0].tries.prefix(3)) == before.cells[0].tries)
            #expect(after.cells[0].tries.count == 4)
            study.configuration.tuning.spaces = ["all:learningRate=0.2..0.3"]
            let error = #expect(throws: FaceStudyError.self) { try study.run() }
            guard case .differentConfiguration? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("Runs of a choice that more tries have overtaken leave the tables")
    func formerChoice() throws {
        try with { study in
            study.configuration.losses = ["softmax"]
            study.configuration.tuning.spaces = ["all:learningRate=0.02..0.05"]
            try study.run()
            // As if another value had been chosen before.
            let folder = StudyFolder(study.output)
            var description = try folder.runs()[0].readDescription()
            description.identity.tuned = TunedOrigin(
                loss: "softmax", trainSet: "few", backbone: "mobilenetv1:width=0.25")
            description.identity.loss = "softmax:smoothing=0.1"
            let former = folder.run(named: "former_tuned")
            try former.write(description)
            let before = try folder.runs().map(\.url.lastPathComponent)
            try study.run()
            let after = try folder.runs().map(\.url.lastPathComponent)
            #expect(after == before.filter { $0 != "former_tuned" })
            let moved = folder.tries.url.appendingPathComponent("former/former_tuned_1/run.json")
            #expect(FileManager.default.fileExists(atPath: moved.path))
        }
    }

    @Test("A validation set that is too small, and a parameter that is given, are said before")
    func warnings() throws {
        try with { study in
            study.configuration.losses = ["arcface:m=0.3"]
            var warnings: [String] = []
            var told = 0
            let control = StudyControl(listener: { event in
                if case .warning(let text) = event { warnings.append(text) }
                if case .tryStarted = event { told = told == 0 ? warnings.count : told }
            })
            let preview = try Study(study.configuration, folder: study.output).preview(control)
            #expect(warnings.contains { $0.contains("cannot be told apart") })
            #expect(warnings.contains { $0.contains("m is given and therefore not tuned") })
            #expect(preview.tuning?.cells[0].tries.count == 3)
            #expect(preview.text.contains("try 0, the default"))
            #expect(preview.estimate?.cells[0].tries == 3)
            #expect(preview.estimate?.cells[0].triedImages == 72)
            #expect(preview.estimate?.cells[0].runs == 4)
            #expect(!FileManager.default.fileExists(atPath: study.output.path))
        }
    }

    @Test("Values chosen in one study are used in another")
    func elsewhere() throws {
        try with { study in
            study.configuration.losses = ["arcface"]
            study.configuration.tuning.spaces = ["all:learningRate=0.02..0.05"]
            try study.run()
            let chosen = try #require(try record(study).cells[0].chosenTry)
            let first = study.output
            var other = StudyConfiguration()
            other = study.configuration
            other.tuning = .init()
            other.losses = ["softmax", "arcface@\(first.path)"]
            other.seeds = [5]
            let folder = study.file("other")
            let plan = try Study(other, folder: folder).plan
            #expect(plan.runs.map(\.identity.loss) == ["softmax", chosen.loss])
            _ = try Study(other, folder: folder).run(StudyControl())
            let run = try #require(
                try StudyFolder(folder).runs().map { try $0.readDescription() }.first {
                    $0.identity.tuned != nil
                })
            #expect(
                run.identity.tuned
                    == TunedOrigin(
                        loss: "arcface", trainSet: "few", backbone: "mobilenetv1:width=0.25",
                        study: "study"))
            #expect(
                run.configuration["training"]?["schedule"]?["peak"] == .number(chosen.learningRate))
            for (text, reason) in [
                ("softmax@\(first.path)", "was not tuned there, but arcface was"),
                ("arcface@\(folder.path)", "has no tuning.json"), ("arcface@", "is missing"),
            ] {
                other.losses = [text]
                let error = #expect(throws: (any Error).self) {
                    _ = try Study(other, folder: folder)
                }
                #expect("\(error.map { "\($0)" } ?? "")".contains(reason), "\(text)")
            }
        }
    }
}
