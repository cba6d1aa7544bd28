import FaceData
import FaceRuns
import Foundation
import Testing

@testable import FaceStudy

@Suite("What was found when sets were read")
struct KeptScansTests {
    /// Reads a study's sets a day after they were written.
    private func prepare(_ study: TinyStudy, dayLater: Bool = true) throws -> (
        PreparedData, [String]
    ) {
        var read: [String] = []
        var control = StudyControl(listener: { event in
            if case .preparing(let what, _, _) = event, read.last != what { read.append(what) }
        })
        if dayLater { control.now = { Date(timeIntervalSinceNow: 86_400) } }
        let data = try PreparedData(
            study.configuration, folder: StudyFolder(study.output), control: control)
        return (data, read)
    }

    private let both = ["reading 'pairs'", "reading 'few'"]

    @Test("A second start reads no image and knows the same")
    func secondStart() throws {
        try TinyStudy.with { study in
            let first = try prepare(study)
            let second = try prepare(study)
            #expect(first.1 == both)
            #expect(second.1.isEmpty)
            #expect(second.0.train[0].facts == first.0.train[0].facts)
            #expect(second.0.train[0].meanFace == first.0.train[0].meanFace)
            #expect(second.0.tests[0].facts == first.0.tests[0].facts)
        }
    }

    @Test("A file that changed is found, also one whose time was set back")
    func changedFile() throws {
        try TinyStudy.with { study in
            let first = try prepare(study)
            let file = study.file("train/p1/p1_0003.jpg")
            let time = try #require(
                FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate])
            try Data(contentsOf: study.file("train/p2/p2_0003.jpg")).write(to: file)
            try FileManager.default.setAttributes(
                [.modificationDate: time], ofItemAtPath: file.path)

            let second = try prepare(study)
            #expect(second.1 == both)
            #expect(second.0.train[0].facts.contentHash != first.0.train[0].facts.contentHash)
            #expect(second.0.tests[0].facts == first.0.tests[0].facts)
        }
    }

    @Test("A picture of the test set is found among the training images, at once and later")
    func overlap() throws {
        try TinyStudy.with { study in
            try FileManager.default.copyItem(
                at: study.file("test/p0/p0_0001.jpg"), to: study.file("train/p3/copy.jpg"))
            let first = try prepare(study)
            #expect(first.0.train[0].facts.overlaps?.first?.pictures == 1)
            let second = try prepare(study)
            #expect(second.0.train[0].facts == first.0.train[0].facts)

            // Another test set, without that picture: its own copies are sought.
            try study.draw(people: 3, pictures: 4, seed: 3, into: "test")
            let third = try prepare(study)
            #expect(third.1 == both)
            #expect(third.0.train[0].facts.overlaps?.first?.pictures == 0)
        }
    }

    @Test("An image that does not decode is left out again")
    func badImage() throws {
        try TinyStudy.with { study in
            try study.draw(people: 1, pictures: 120, seed: 4, into: "train")
            try Data("no picture".utf8).write(to: study.file("train/p0/p0_0005.jpg"))
            let first = try prepare(study)
            #expect(first.0.train[0].facts.skipped == ["p0/p0_0005.jpg"])
            let second = try prepare(study)
            #expect(second.1.isEmpty)
            #expect(second.0.train[0].facts == first.0.train[0].facts)
        }
    }

    @Test("Files that were written just now are read again: a change could have the same times")
    func newFiles() throws {
        try TinyStudy.with { study in
            let read = try [false, true, true].map { try prepare(study, dayLater: $0).1 }
            #expect(read == [both, both, []])
        }
    }

    @Test(
        "A kept scan that is damaged or does not fit is made again",
        arguments: [
            ("", ""), ("\"good\":32", "\"good\":33"), ("\"bad\":[]", "\"bad\":7"),
            ("\"format\":1", "\"format\":2"), ("\"meanFace\":[", "\"meanFace\":[1,"),
            ("\"contentHash\":\"", "\"contentHash\":\"a"),
            ("\"matches\":[]", "\"matches\":[{\"index\":32,\"picture\":0}]"),
            ("\"matches\":[]", "\"matches\":[{\"index\":0,\"picture\":-1}]"),
        ])
    func damaged(old: String, new: String) throws {
        try TinyStudy.with { study in
            let first = try prepare(study)
            let folder = StudyFolder(study.output).scansURL
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let file = folder.appendingPathComponent(name)
                let text = try String(contentsOf: file, encoding: .utf8)
                let changed = old.isEmpty ? "" : text.replacingOccurrences(of: old, with: new)
                try changed.write(to: file, atomically: true, encoding: .utf8)
            }
            let second = try prepare(study)
            #expect(second.1.contains("reading 'few'"))
            #expect(second.0.train[0].facts == first.0.train[0].facts)
        }
    }

    @Test("A plan writes nothing, but reads what was kept")
    func plan() throws {
        try TinyStudy.with { study in
            var control = StudyControl()
            control.now = { Date(timeIntervalSinceNow: 86_400) }
            _ = try PreparedData(
                study.configuration, folder: StudyFolder(study.output), control: control,
                draws: false)
            #expect(!FileManager.default.fileExists(atPath: study.output.path))
        }
    }
}
