import FaceRuns
import FaceTraining
import Foundation
import Testing

@testable import FaceStudy

@Suite("Runs of several studies in one", .serialized)
struct StudyJoinTests {
    /// Runs the study with changes into a folder of its own.
    private func make(
        _ study: TinyStudy, _ name: String, _ change: (inout StudyConfiguration) -> Void = { _ in }
    ) throws -> URL {
        var configuration = study.configuration
        configuration.training.epochs = 1
        change(&configuration)
        let folder = study.file(name)
        let outcome = try Study(configuration, folder: folder).run(StudyControl())
        #expect(outcome.failed.isEmpty)
        return folder
    }

    private func names(_ folder: URL) throws -> [String] {
        try StudyFolder(folder).runs().map(\.url.lastPathComponent)
    }

    private func refusal(_ join: StudyJoin) -> String {
        let error = #expect(throws: FaceStudyError.self) { try join.run() }
        return error?.description ?? ""
    }

    @Test("Seeds and losses of two machines become one study, once")
    func join() throws {
        try TinyStudy.with { study in
            let one = try make(study, "one")
            let two = try make(study, "two") {
                $0.seeds = [2]
                $0.losses = ["arcface", "softmax"]
                $0.threads = 2
            }
            let before = try names(two).map {
                try Data(
                    contentsOf: two.appendingPathComponent("runs/\($0)/result.json"))
            }
            let all = study.file("all")
            let outcome = try StudyJoin(all, sources: [one, two]).run()
            #expect(outcome.added.count == 3 && outcome.known.isEmpty)
            #expect(Set(try names(all)) == Set(try names(one) + names(two)))
            let files = FileManager.default
            #expect(try !files.contentsOfDirectory(atPath: all.path).contains(".joining"))
            #expect(
                try names(two).map {
                    try Data(contentsOf: all.appendingPathComponent("runs/\($0)/result.json"))
                } == before)
            for run in try StudyFolder(all).runs() { #expect(run.isFinished) }
            let again = try StudyJoin(all, sources: [two]).run()
            #expect(again.added.isEmpty && again.known.count == 2)
            // The joined study continues as one.
            var whole = study.configuration
            whole.training.epochs = 1
            (whole.seeds, whole.losses) = ([1, 2], ["arcface", "softmax"])
            var skipped = 0
            let control = StudyControl(listener: { if case .runSkipped = $0 { skipped += 1 } })
            #expect(try Study(whole, folder: all).run(control).finished == 4)
            #expect(skipped == 3)
        }
    }

    @Test("What does not belong together is said, and nothing is copied")
    func refused() throws {
        try TinyStudy.with { study in
            let one = try make(study, "one")
            let rate = try make(study, "rate") {
                $0.seeds = [2]
                $0.training.schedule.peak = 0.05
            }
            let test = try make(study, "test") {
                $0.seeds = [3]
                $0.test[0].name = "others"
            }
            try study.draw(people: 4, pictures: 8, seed: 9, into: "other faces")
            let images = study.file("other faces").path
            let data = try make(study, "data") {
                $0.seeds = [4]
                $0.train[0].images = images
            }
            let all = study.file("all")
            #expect(
                refusal(StudyJoin(all, sources: [one, rate])).contains(
                    "differs from '\(try StudyFolder(one).runs()[0].url.path)' in peak (0.05 there, "
                        + "0.1 in the other)"))
            #expect(
                refusal(StudyJoin(all, sources: [one, test])).contains(
                    "the test sets, which facet evaluate can add (others there, pairs in the other)"
                ))
            #expect(
                refusal(StudyJoin(all, sources: [one, data])).contains(
                    "was trained on another 'few' than"))
            let three = refusal(StudyJoin(all, sources: [one, rate, test, data]))
            #expect(three.components(separatedBy: "; ").count == 3, "\(three)")
            #expect(try names(all).isEmpty)
            #expect(
                refusal(StudyJoin(all, sources: [study.file("nothing")])).contains(
                    "contains no run of a study"))
        }
    }

    @Test("The same run with other numbers is refused")
    func conflict() throws {
        try TinyStudy.with { study in
            let one = try make(study, "one")
            let two = study.file("two")
            try FileManager.default.copyItem(at: one, to: two)
            let run = try StudyFolder(two).runs()[0]
            var result = try #require(try run.readResult())
            result.tests[0].accuracy = 0.75
            try run.write(result)
            #expect(
                refusal(StudyJoin(one, sources: [two])).contains(
                    "are the same run, with other numbers; remove one of them"))
            #expect(refusal(StudyJoin(one, sources: [two, one])).contains("is given twice"))
            try FileManager.default.removeItem(at: run.resultURL)
            #expect(
                refusal(StudyJoin(one, sources: [two])).contains(
                    "are the same run, and not both finished"))
        }
    }
}
