import FaceConfiguration
import FaceRuns
import FaceTraining
import Foundation
import Testing

@testable import FaceStudy

/// What becomes of a study that was tuned: other commands in its folder, other studies that use or join it.
@Suite("A tuned study afterwards", .serialized)
struct TunedStudyTests {
    /// A study of a second or two: 10 people, of whom 4 are held out. Its ranges leave the default out, so
    /// that what is chosen is decided by the scores.
    private func with<Result>(_ body: (inout TinyStudy) throws -> Result) throws -> Result {
        try TinyStudy.with { study in
            try study.draw(people: 10, pictures: 4, seed: 1, into: "more")
            study.configuration.train[0].images = study.file("more").path
            study.configuration.losses = ["softmax"]
            study.configuration.seeds = [1]
            study.configuration.validation = .init(identities: 0.4, pairs: 40)
            study.configuration.training.epochs = 1
            study.configuration.tuning = .init(tries: 2)
            return try body(&study)
        }
    }

    private func make(
        _ study: TinyStudy, _ name: String, _ change: (inout StudyConfiguration) -> Void = { _ in }
    ) throws -> URL {
        var study = study
        change(&study.configuration)
        let folder = study.file(name)
        let outcome = try Study(study.configuration, folder: folder).run(StudyControl())
        #expect(outcome.failed.isEmpty)
        return folder
    }

    private func record(_ folder: URL) throws -> TuningRecord {
        try #require(try StudyFolder(folder).readTuning())
    }

    /// Makes the second try the choice, as its score may not have done.
    private func choose(_ index: Int, in folder: URL) throws {
        var record = try record(folder)
        for cell in record.cells.indices { record.cells[cell].chosen = index }
        try StudyFolder(folder).write(record)
    }

    private func message(_ body: () throws -> Void) -> String {
        let error = #expect(throws: (any Error).self) { try body() }
        return error.map { "\($0)" } ?? ""
    }

    private func refusal(_ configuration: StudyConfiguration, _ folder: URL) -> String {
        message { _ = try Study(configuration, folder: folder).run(StudyControl()) }
    }

    @Test(
        "Each run says itself what tuning has made of its loss, runs of former versions from then on"
    )
    func roles() throws {
        try with { study in
            study.configuration.losses = ["softmax", "arcface"]
            let folder = try make(study, "one")
            let record = try record(folder)
            let runs = try StudyFolder(folder).runs()
            for run in runs {
                let description = try run.readDescription()
                let role = try #require(description.tuning)
                let cell = try #require(record.cells.first { $0.loss == role.loss })
                #expect(role.values == (description.identity.tuned == nil ? .standard : .tuned))
                #expect(role == TuningRole(role.values, of: cell))
                #expect(role.isChosen == (role.values == .tuned || cell.chosen == 0))
                #expect(role.parameters["learningRate"] != nil && role.tries == 2)
            }
            let before = try runs.map { try Data(contentsOf: $0.descriptionURL) }
            for run in runs {
                var description = try run.readDescription()
                description.tuning = nil
                try run.write(description)
            }
            _ = try make(study, "one") { $0.losses = ["softmax", "arcface"] }
            #expect(try runs.map { try Data(contentsOf: $0.descriptionURL) } == before)
        }
    }

    @Test("A study that is run again without its tries, or with fewer, is refused with what to add")
    func fewer() throws {
        try with { study in
            let folder = try make(study, "one") {
                $0.training.epochs = 2
                $0.tuning = .init(tries: 3, epochs: 1, weightDecay: true)
            }
            var again = study.configuration
            again.training.epochs = 2
            again.validation = .init()
            again.tuning = .init()
            let without = refusal(again, folder)
            #expect(
                without.contains("add --tune 3 --tune-epochs 1 --tune-weight-decay"), "\(without)")
            again.tuning = .init(tries: 2, epochs: 1, weightDecay: true)
            #expect(refusal(again, folder).contains("use --tune 3 or more"))
            // Other losses are not part of it, and a choice that was not made is none to keep.
            again.losses = ["arcface"]
            _ = try Study(again, folder: folder)
            var record = try record(folder)
            record.cells[0].isComplete = false
            try StudyFolder(folder).write(record)
            again.losses = ["softmax"]
            _ = try Study(again, folder: folder)
        }
    }

    @Test("Tuned studies with other losses become one, which continues without a new try")
    func joinLosses() throws {
        try with { study in
            let one = try make(study, "one")
            let two = try make(study, "two") { $0.losses = ["arcface"] }
            let all = study.file("all")
            _ = try StudyJoin(all, sources: [one, two]).run()
            let joined = try record(all)
            #expect(joined.cells == (try record(one).cells) + (try record(two).cells))
            #expect(joined.finalSeeds == [1])
            #expect(try StudyFolder(all).tries.runs().count == 4)
            let again = try StudyJoin(all, sources: [two]).run()
            #expect(again.added.isEmpty && !again.known.isEmpty)
            #expect(try record(all) == joined)
            var (tries, begun) = (0, 0)
            let control = StudyControl(listener: { event in
                if case .tryStarted = event { tries += 1 }
                if case .runStarted = event { begun += 1 }
            })
            var whole = study.configuration
            whole.losses = ["softmax", "arcface"]
            _ = try Study(whole, folder: all).run(control)
            #expect(tries == 0 && begun == 0)
        }
    }

    @Test("Tuned studies with other seeds become one where they chose the same, and not where not")
    func joinSeeds() throws {
        try with { study in
            let one = try make(study, "one")
            let two = try make(study, "two") { $0.seeds = [2] }
            let all = study.file("all")
            _ = try StudyJoin(all, sources: [one, two]).run()
            #expect(try record(all).finalSeeds == [1, 2])
            #expect(try record(all).cells.count == 1)
            try choose(1 - (record(one).cells[0].chosen ?? 0), in: two)
            let choice = message { _ = try StudyJoin(study.file("x"), sources: [one, two]).run() }
            #expect(choice.contains("the choice differs (learningRate"), "\(choice)")
            #expect(choice.contains("softmax@STUDY"))
            let other = try make(study, "other") {
                $0.seeds = [3]
                $0.tuning.spaces = ["all:learningRate=0.2..0.3"]
            }
            let ranges = message {
                _ = try StudyJoin(study.file("x"), sources: [one, other]).run()
            }
            #expect(ranges.contains("the range differs"), "\(ranges)")
            // Defaults of tuned studies are compared as others are.
            let rate = try make(study, "rate") {
                $0.losses = ["arcface"]
                $0.training.schedule.peak = 0.05
            }
            let peak = message { _ = try StudyJoin(study.file("x"), sources: [one, rate]).run() }
            #expect(peak.contains("in peak (0.05 there, 0.1 in the other)"), "\(peak)")
            #expect(try StudyFolder(study.file("x")).runs().isEmpty)
        }
    }

    /// Makes the only default run of a study one with tuned values, with another rate where it is given.
    private func tune(_ folder: URL, rate: Double? = nil) throws {
        let run = try #require(
            try StudyFolder(folder).runs().first { try $0.readDescription().identity.tuned == nil })
        var description = try run.readDescription()
        description.identity.tuned = TunedOrigin(
            loss: "softmax", trainSet: "few", backbone: "mobilenetv1:width=0.25")
        if let rate {
            description.configuration = description.configuration.merging(
                .object([
                    "training": .object(["schedule": .object(["peak": .number(rate)])])
                ]))
        }
        try run.write(description)
    }

    @Test("Tuned runs may differ in rate from the others, and not from each other")
    func joinRates() throws {
        try with { study in
            study.configuration.tuning = .init()
            let (one, two) = (try make(study, "one"), try make(study, "two") { $0.seeds = [2] })
            let three = try make(study, "three") { $0.seeds = [3] }
            try tune(two, rate: 0.05)
            let all = study.file("all")
            _ = try StudyJoin(all, sources: [one, two]).run()
            #expect(try StudyFolder(all).runs().count == 2)
            try tune(three, rate: 0.02)
            let text = message { _ = try StudyJoin(all, sources: [three]).run() }
            #expect(text.contains("has other values of 'softmax (tuned)' than"), "\(text)")
            #expect(text.contains("learning rate 0.02") && text.contains("learning rate 0.05"))
            #expect(!text.contains("in peak"))
            // What has values that tuning chose, and no tries, is named by the report.
            #expect(try StudyFolder(all).readTuning() == nil)
        }
    }

    @Test("A tuned run is called so where a set is added to it")
    func evaluate() throws {
        try with { study in
            study.configuration.tuning = .init()
            let folder = try make(study, "one")
            try tune(folder)
            var asked = StudyConfiguration()
            asked.test = study.configuration.test
            asked.test[0].name = "again"
            (asked.device, asked.threads) = ("cpu", 1)
            var names: [String] = []
            let control = StudyControl(listener: { event in
                if case .runSkipped(let run, _, _) = event { names.append(run.requestedLoss) }
            })
            #expect(try StudyEvaluation(folder, asked).run(control).tested == 1)
            #expect(names == ["softmax (tuned)"])
        }
    }

    @Test("Runs and records that are damaged are named, and nothing is joined")
    func joinDamaged() throws {
        try with { study in
            let one = try make(study, "one")
            let two = try make(study, "two") { $0.seeds = [2] }
            let result = try StudyFolder(two).runs()[0].resultURL
            let whole = try Data(contentsOf: result)
            try Data("{".utf8).write(to: result)
            let text = message { _ = try StudyJoin(one, sources: [two]).run() }
            #expect(text.contains("nothing was joined: '\(result.path)'"), "\(text)")
            try whole.write(to: result)
            try Data("{".utf8).write(to: StudyFolder(two).tuningURL)
            let tuning = message { _ = try StudyJoin(one, sources: [two]).run() }
            #expect(tuning.contains("tuning.json"), "\(tuning)")
            #expect(try StudyFolder(one).runs().count <= 2)
        }
    }

    @Test("Values that were tuned with one optimiser are not used with another")
    func optimizers() throws {
        try with { study in
            let folder = try make(study, "one")
            try choose(1, in: folder)
            #expect(try record(folder).cells[0].optimizer == "sgd")
            var other = study.configuration
            other.tuning = .init()
            other.losses = ["softmax@\(folder.path)"]
            _ = try Study(other, folder: study.file("other"))
            other.training.algorithm = .adamw
            for isOld in [false, true] {
                if isOld {
                    // A record of a former version: the try says it.
                    var record = try record(folder)
                    record.cells[0].optimizer = nil
                    try StudyFolder(folder).write(record)
                }
                let text = message { _ = try Study(other, folder: study.file("other")) }
                #expect(text.contains("tuned with the optimiser sgd and this study uses adamw"))
                #expect(text.contains("--optimizer sgd"))
            }
        }
    }

    @Test("Studies of one folder name are distinguished, and other values of a name are refused")
    func labels() throws {
        try with { study in
            let folders = try ["a", "b"].map { name in
                let folder = try make(study, "\(name)/study") {
                    if name == "b" { $0.tuning.spaces = ["all:learningRate=0.2..0.3"] }
                }
                try choose(1, in: folder)
                return folder
            }
            var other = study.configuration
            other.tuning = .init()
            other.losses = folders.map { "softmax@\($0.path)" }
            let output = study.file("other")
            let plan = try Study(other, folder: output).plan
            #expect(plan.runs.map(\.identity.tuned?.study) == ["study", "b/study"])
            #expect(Set(plan.runs.map(\.folderName)).count == 2)
            #expect(plan.runs.map(\.requestedLoss) == ["softmax@study", "softmax@b/study"])
            // One folder in two spellings is one study.
            other.losses = [
                "softmax@\(folders[0].path)", "softmax@\(study.root.path)/b/../a/study/",
            ]
            #expect(message { _ = try Study(other, folder: output) }.contains("occurs twice"))
            other.losses = ["softmax@\(folders[0].path)"]
            _ = try Study(other, folder: output).run(StudyControl())
            other.losses = ["softmax@\(folders[1].path)"]
            #expect(refusal(other, output).contains("has other values of that name"))
        }
    }

    @Test("A try is reproduced by what it keeps")
    func reproduce() throws {
        try with { study in
            let folder = try make(study, "one")
            let run = try #require(try StudyFolder(folder).tries.runs().last)
            let result = try Reproduction(of: run, in: study.file("again")).run(StudyControl())
            #expect(result.isSame)
            #expect(result.text.contains("a try of a tuning keeps no model"))
        }
    }
}
