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

    @Test("Whether faces are aligned is asked once, of the same files and the same detector")
    func alignment() throws {
        try TinyStudy.with { study in
            var asked: [String] = []
            func warnings(_ detector: String?) throws -> [String] {
                asked = []
                var control = StudyControl()
                control.now = { Date(timeIntervalSinceNow: 86_400) }
                control.alignment = {
                    detector.map { detector in
                        AlignmentDoubt(identity: detector) { images, path in
                            asked.append(path)
                            return path.hasSuffix("train") ? "\(images.count) crooked faces" : nil
                        }
                    }
                }
                let data = try PreparedData(
                    study.configuration, folder: StudyFolder(study.output), control: control)
                #expect(data.tests[0].facts.warnings.isEmpty)
                return data.train[0].facts.warnings.filter { $0.contains("crooked") }
            }
            let both = [study.file("test").path, study.file("train").path]
            let doubt = ["'few': 32 crooked faces"]
            // Without a detector nothing is known, and nothing is kept as if it were.
            #expect(try warnings(nil) == [] && asked == [])
            #expect(try warnings("first") == doubt && asked == both)
            #expect(try warnings("first") == doubt && asked == [])
            #expect(try warnings("second") == doubt && asked == both)
            try study.draw(people: 1, pictures: 8, seed: 9, into: "train")
            #expect(try warnings("second") == doubt && asked == [both[1]])
        }
    }

    @Test("A scan of another process serves for the same files, and for no others")
    func foundElsewhere() throws {
        try TinyStudy.with { study in
            try FileManager.default.copyItem(
                at: study.file("test/p0/p0_0001.jpg"), to: study.file("train/p3/copy.jpg"))
            func read(
                _ configuration: StudyConfiguration, _ found: FoundSets
            ) throws -> (PreparedData, [String]) {
                var read: [String] = []
                let control = StudyControl(listener: { event in
                    if case .preparing(let what, _, _) = event, read.last != what {
                        read.append(what)
                    }
                })
                // A folder of its own, as on another machine; files that were written just now.
                let folder = StudyFolder(study.file(UUID().uuidString))
                let data = try PreparedData(
                    configuration, folder: folder, control: control, found: found)
                return (data, read)
            }
            let first = try read(study.configuration, FoundSets())
            #expect(first.1 == both)
            let sent = try JSONDecoder().decode(
                FoundSets.self, from: try JSONEncoder().encode(first.0.found))
            let second = try read(study.configuration, sent)
            #expect(second.1.isEmpty)
            #expect(second.0.train[0].facts == first.0.train[0].facts)
            #expect(second.0.testContents == first.0.testContents)

            var training = study.configuration
            training.test = []
            let third = try read(training, sent)
            #expect(third.1.isEmpty && third.0.train[0].facts.overlaps == nil)
            #expect(third.0.train[0].facts.contentHash == first.0.train[0].facts.contentHash)

            try study.draw(people: 1, pictures: 1, seed: 9, into: "test")
            let fourth = try read(study.configuration, sent)
            #expect(fourth.1.contains("reading 'pairs'"))
            #expect(fourth.0.testContents != first.0.testContents)
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

    @Test("Who watches over workers scans for them, once")
    func overseer() throws {
        try TinyStudy.with { study in
            var read: [String] = []
            var asked = 0
            var control = StudyControl(listener: { event in
                if case .preparing(let what, _, _) = event, read.last != what { read.append(what) }
                if case .warning(let text) = event { Issue.record("\(text)") }
            })
            control.now = { Date(timeIntervalSinceNow: 86_400) }
            control.alignment = {
                AlignmentDoubt(identity: "one") { _, _ in
                    asked += 1
                    return "crooked"
                }
            }
            let whole = try Study(study.configuration, folder: study.output)
            for _ in 0..<2 {
                #expect(throws: FaceStudyError.workersEnded(left: 1)) {
                    try whole.oversee(control) { true }
                }
            }
            #expect(read == both && asked == 2)
            let worker = try prepare(study)
            #expect(worker.1.isEmpty)
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
