import FaceConfiguration
import FaceEvaluation
import FaceRuns
import Foundation
import Testing

@testable import FaceStudy

/// Groups of people, qualities of images and failures to enrol in a study.
@Suite("A study that is told of people and images", .serialized)
struct AnnotatedStudyTests {
    private func run(_ study: TinyStudy) throws -> RunFolder {
        try #require(try StudyFolder(study.output).runs().first)
    }

    private func write(_ text: String, _ name: String, _ study: TinyStudy) throws -> String {
        let url = study.file(name)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url.path
    }

    /// A protocol of the test people: two are enrolled with two images, and all are searched for.
    private func templates(_ study: TinyStudy) throws -> StudyConfiguration.TestSource {
        var lines = ["role\ttemplate\tperson\timage"]
        for person in 0..<3 {
            for image in 1...4 {
                let isEnrolled = person < 2 && image < 3
                let role = isEnrolled ? "gallery" : person < 2 ? "probe" : "unknown"
                let template = isEnrolled ? "g\(person)" : "\(role)\(person)-\(image)"
                lines.append(
                    "\(role)\t\(template)\tp\(person)\tp\(person)/p\(person)_000\(image).jpg")
            }
        }
        let list = try write(lines.joined(separator: "\n") + "\n", "own.tsv", study)
        return .init(name: "own", images: study.file("test").path, pairs: list)
    }

    @Test("Groups are kept with the run, and added to finished runs without training")
    func groups() throws {
        try TinyStudy.with { study in
            study.configuration.test.append(try templates(study))
            try study.run()
            let mine = try run(study)
            let plain = try #require(try mine.readDetails(test: "pairs"))
            #expect(plain.groups.isEmpty && plain.annotations == " ")
            #expect(try mine.readDetails(test: "own")?.groups.isEmpty == true)
            let metrics = try Data(contentsOf: mine.metricsURL)
            let scores = try mine.readScores(test: "pairs")
            study.configuration.evaluation.attributes = try write(
                "person,half\np0,a\np1,a\np2,b\n", "attributes.csv", study)
            let added = try study.run()
            #expect(added.skipped == 1 && added.steps == 0)
            let details = try #require(try mine.readDetails(test: "pairs"))
            #expect(details.groups.map(\.attribute) == ["half"])
            #expect(
                details.groups[0].rows.map(\.groups) == [["a", "a"], ["b", "b"], ["a", "b"]])
            // Four pairs of one person of p0 and p1, two of p2; two of p0 and p1, four across.
            #expect(details.groups[0].rows.map(\.genuine) == [4, 2, 0])
            #expect(details.groups[0].rows.map(\.impostor) == [2, 0, 4])
            #expect(details.groups[0].rows[0].fnmrReplicates?.draws.count == 200)
            #expect(try mine.readDetails(test: "own")?.groups.map(\.attribute) == ["half"])
            // What was measured is what it was, and the records name the file.
            #expect(try Data(contentsOf: mine.metricsURL) == metrics)
            #expect(try mine.readScores(test: "pairs") == scores)
            let path = study.configuration.evaluation.attributes
            #expect(try StudyConfiguration.read(mine.studyURL).evaluation.attributes == path)
            #expect(
                try mine.readDescription().configuration["evaluation"]?["attributes"]
                    == .string(path))
            // The same again does nothing; other groups, and none at all, are no other run.
            let files = try Data(contentsOf: mine.detailsURL(test: "pairs"))
            try study.run()
            #expect(try Data(contentsOf: mine.detailsURL(test: "pairs")) == files)
            _ = try write("person,sex\np0,f\np2,m\n", "attributes.csv", study)
            try study.run()
            #expect(try mine.readDetails(test: "pairs")?.groups.map(\.attribute) == ["sex"])
            study.configuration.evaluation.attributes = ""
            #expect(try study.run().skipped == 1)
            #expect(try mine.readDetails(test: "pairs")?.groups.map(\.attribute) == ["sex"])
            // A study that had them from the beginning has the same.
            study.configuration.evaluation.attributes = path
            let root = study.file("whole")
            _ = try Study(study.configuration, folder: root).run(StudyControl())
            let whole = try #require(try StudyFolder(root).runs().first)
            #expect(try whole.readDetails(test: "own") == mine.readDetails(test: "own"))
            #expect(try whole.readDetails(test: "pairs") == mine.readDetails(test: "pairs"))
        }
    }

    @Test("A table that cannot be read ends the study before it begins")
    func brokenTable() throws {
        try TinyStudy.with { study in
            study.configuration.evaluation.attributes = try write("person\np0\n", "a.csv", study)
            #expect(throws: (any Error).self) { try study.run() }
            #expect(try StudyFolder(study.output).runs().isEmpty)
        }
    }

    @Test("A damaged test image is an error, or counted as a failure to enrol")
    func failures() throws {
        try TinyStudy.with { study in
            study.configuration.test.append(try templates(study))
            try Data("no image".utf8).write(to: study.file("test/p0/p0_0003.jpg"))
            #expect(throws: FaceStudyError.self) { try study.run() }
            study.configuration.evaluation.failures = "count"
            try study.run()
            let mine = try run(study)
            let report = try #require(try mine.readTemplates(test: "own"))
            #expect(report.failures?.images == ["p0/p0_0003.jpg"])
            #expect(report.failures?.templates == ["probe0-3"])
            #expect(report.failedToEnrol == 1 && report.mated == 4 && report.nonmated == 4)
            // Both pairs of the image are as far apart as can be.
            let scores = try #require(try mine.readScores(test: "pairs"))
            let lost = scores.filter {
                $0.first.contains("p0_0003") || $0.second.contains("p0_0003")
            }
            #expect(lost.count == 2 && lost.allSatisfy { $0.pair.distance == 4 })
            #expect(scores.filter { $0.pair.distance < 4 }.count == scores.count - 2)
        }
    }

    @Test("Weights of templates are those that were asked for, and other ones are another run")
    func weights() throws {
        try TinyStudy.with { study in
            study.configuration.test.append(try templates(study))
            study.configuration.evaluation.templateWeights = "none"
            try study.run()
            #expect(try run(study).readTemplates(test: "own")?.pooling == "normalised")
            study.configuration.evaluation.templateWeights = "norm"
            #expect(throws: FaceStudyError.self) { try study.run() }
        }
    }
}
