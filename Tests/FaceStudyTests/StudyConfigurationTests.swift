import FaceStudy
import FaceTraining
import Foundation
import Testing

@Suite("Study files")
struct StudyConfigurationTests {
    private func read(_ text: String) throws -> StudyConfiguration {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).json5")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try StudyConfiguration.read(file)
    }

    @Test("Comments, trailing commas and bare keys; what is left out keeps its default")
    func json5() throws {
        let configuration = try read(
            """
            {
              // two losses are enough
              losses: ['softmax', 'arcface:m=0.4',],
              training: { epochs: 3, schedule: { peak: 0.05 } },
              train: [{ name: 'faces', images: 'somewhere' }],
            }
            """)
        #expect(configuration.losses == ["softmax", "arcface:m=0.4"])
        #expect(configuration.training.epochs == 3)
        #expect(configuration.training.schedule.peak == 0.05)
        #expect(configuration.training.schedule.warmup == LearningRateSchedule().warmup)
        #expect(configuration.train == [.init(name: "faces", images: "somewhere")])
        #expect(configuration.seeds == [1])
    }

    @Test(
        "A key that does not exist is an error with a hint",
        arguments: [
            ("{ lossses: [] }", "lossses", "losses"),
            ("{ training: { epoch: 3 } }", "training.epoch", "epochs"),
            ("{ training: { schedule: { paek: 3 } } }", "training.schedule.paek", "peak"),
            ("{ train: [{ name: 'a', images: 'b', witout: 'c' }] }", "train[0].witout", "without"),
            ("{ test: [{ name: 'a', images: 'b', pair: 'c' }] }", "test[0].pair", "pairs"),
        ])
    func unknownKey(_ text: String, _ key: String, _ suggestion: String) {
        let error = #expect(throws: FaceStudyError.self) { _ = try read(text) }
        guard case .unknownKey(_, key, suggestion)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "What is not a study file is one sentence",
        arguments: ["", "{ losses: ", "{ training: { epochs: 'many' } }", "{ seeds: [-1] }"])
    func malformed(_ text: String) {
        let error = #expect(throws: FaceStudyError.self) { _ = try read(text) }
        guard case .studyFile? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("What is written is read back", arguments: StudyPreset.allCases)
    func roundTrip(_ preset: StudyPreset) throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try preset.configuration.write(to: file)
        #expect(try StudyConfiguration.read(file) == preset.configuration)
    }
}
