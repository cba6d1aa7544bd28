import FaceData
import FaceRuns
import Foundation
import Testing

@testable import FaceStudy

@Suite("Sets that a study reads")
struct SetReaderTests {
    @Test("The images of all test sets are numbered one set after the other")
    func offsets() {
        let tests = [3, 5, 7].map { count in
            let images = ImageFiles(
                (0..<count).map { "\($0).jpg" }, in: URL(fileURLWithPath: "/none"))
            let pairs = VerificationPairs(source: images, pairs: [], folds: 1)
            return SetReader.ScannedTest(
                prepared: PreparedTest(
                    facts: TestSetFacts(name: "t", pairs: 0, folds: 1, pairsEachEpoch: 0),
                    pairs: pairs, subset: pairs), scan: nil)
        }
        #expect(SetReader.offsets(of: tests) == [0, 3, 8, 15])
        #expect(SetReader.offsets(of: []) == [0])
    }

    @Test(
        "The file of every training image is known, so that a change is named", arguments: [0, 31])
    func stamps(index: Int) throws {
        try TinyStudy.with { study in
            let data = try PreparedData(
                study.configuration, folder: StudyFolder(study.output), control: StudyControl())
            let (set, stamps) = (data.train[0].set, data.train[0].stamps)
            try #require(set.count == 32)
            try stamps.check(0..<32, of: set.source)
            let path = set.source.path(of: index)
            try Data("another image".utf8).write(to: URL(fileURLWithPath: path))
            #expect(throws: FaceStudyError.changedImage(path: path)) {
                try stamps.check(0..<32, of: set.source)
            }
            #expect(throws: Never.self) {
                try stamps.check((0..<32).filter { $0 != index }, of: set.source)
            }
        }
    }

    @Test(
        "Held-out people on whom losses are tuned are sought in the test sets",
        arguments: [false, true])
    func sharedPeople(isShared: Bool) throws {
        try TinyStudy.with { study in
            try study.draw(people: 10, pictures: 4, seed: 1, into: "more")
            // Names of their own, since people of the same name would be the same.
            for person in 0..<10 {
                let folder = study.file("more/q\(person)")
                try FileManager.default.moveItem(at: study.file("more/p\(person)"), to: folder)
                guard isShared else { continue }
                try FileManager.default.copyItem(
                    at: study.file("test/p0/p0_0001.jpg"),
                    to: folder.appendingPathComponent("copy.jpg"))
            }
            study.configuration.train[0].images = study.file("more").path
            study.configuration.validation = .init(identities: 0.4, pairs: 40)
            study.configuration.tuning = .init(tries: 3, epochs: 1)
            var warnings: [String] = []
            let control = StudyControl(listener: { event in
                if case .warning(let text) = event { warnings.append(text) }
            })
            let data = try PreparedData(
                study.configuration, folder: StudyFolder(study.output), control: control)
            #expect(data.train[0].heldOut == 4)
            let shared = warnings.filter { $0.contains("on which tuning chooses") }
            #expect(shared.count == (isShared ? 1 : 0))
            #expect(shared.allSatisfy { $0.contains("4 people of 'pairs' (q") })
        }
    }
}
