import FaceRuns
import FaceTraining
import Foundation
import Testing

@testable import FaceStudy

@Suite("More epochs for finished runs", .serialized)
struct MoreEpochsTests {
    /// The study with a schedule that allows more epochs, and with a loss that changes over the run.
    private static func prepare(_ study: inout TinyStudy, _ shape: LearningRateSchedule.Shape) {
        study.configuration.training.schedule = LearningRateSchedule(
            shape: shape, warmup: 0.3, milestones: [0.4, 0.8])
        study.configuration.losses = ["arcface:warmup=0.9"]
    }

    private func run(_ folder: URL) throws -> RunFolder {
        try #require(try StudyFolder(folder).runs().first)
    }

    @Test(
        "They are the numbers of a run that was to have as many, bit for bit",
        arguments: [LearningRateSchedule.Shape.constant, .step])
    func same(_ shape: LearningRateSchedule.Shape) throws {
        try TinyStudy.with { study in
            Self.prepare(&study, shape)
            study.configuration.training.epochs = 2
            try study.run()
            for epochs in [4, 5] {
                study.configuration.training.epochs = epochs
                // Cut off once in between.
                #expect(try study.run(stopAfter: 3).isInterrupted)
                #expect(try run(study.output).readResult() == nil)
                let rest = try study.run()
                #expect(rest.outcome.finished == 1 && rest.skipped == 0)
                #expect(try run(study.output).readResult()?.epochs == epochs)
            }
            #expect(try study.run().skipped == 1)
            var whole = study.configuration
            whole.training.schedule.epochs = 2
            let root = study.file("whole")
            _ = try Study(whole, folder: root).run(StudyControl())
            let comparison = try RunComparison(run(study.output), run(root))
            #expect(comparison.isSame, "\(comparison.text)")
            #expect(comparison.steps == 20)
            let description = try run(study.output).readDescription()
            #expect(description.epochs == 5)
            #expect(
                try StudyConfiguration.read(run(study.output).studyURL).training == whole.training)
            // And fewer are another run.
            study.configuration.training.epochs = 3
            #expect(throws: FaceStudyError.self) { try study.run() }
        }
    }

    @Test("A rate that depends on the length forbids it, and a checkpoint is needed")
    func refused() throws {
        try TinyStudy.with { study in
            study.configuration.training.epochs = 1
            try study.run()
            let before = try Data(contentsOf: run(study.output).descriptionURL)
            study.configuration.training.epochs = 2
            let error = #expect(throws: FaceStudyError.self) { try study.run() }
            #expect(
                error?.description.contains(
                    "epochs was 1, now 2: the learning rate of 'cosine' depends on") == true,
                "\(error as Any)")
            #expect(try Data(contentsOf: run(study.output).descriptionURL) == before)
        }
        try TinyStudy.with { study in
            Self.prepare(&study, .constant)
            study.configuration.training.epochs = 1
            try study.run()
            let folder = try run(study.output)
            #expect(FileManager.default.fileExists(atPath: folder.checkpointURL.path))
            try FileManager.default.removeItem(at: folder.checkpointURL)
            study.configuration.training.epochs = 2
            let error = #expect(throws: FaceStudyError.self) { try study.run() }
            #expect(
                error?.description.contains("the checkpoint to resume from no longer") == true,
                "\(error as Any)")
            #expect(folder.isFinished)
        }
    }

    @Test(
        "A schedule can refer to more epochs than a run has, and to fewer only where it stays defined"
    )
    func scheduledEpochs() throws {
        var training = TrainingConfiguration(epochs: 4)
        training.schedule.epochs = 8
        try training.validate()
        training.schedule.epochs = 2
        #expect(throws: FaceTrainingError.self) { try training.validate() }
        training.schedule.shape = .step
        try training.validate()
        // A cosine that was to continue can.
        try TinyStudy.with { study in
            study.configuration.training.epochs = 1
            study.configuration.training.schedule.epochs = 2
            try study.run()
            study.configuration.training.epochs = 2
            #expect(try study.run().outcome.finished == 1)
            let root = study.file("whole")
            var whole = study.configuration
            whole.training.schedule.epochs = 0
            _ = try Study(whole, folder: root).run(StudyControl())
            #expect(try RunComparison(run(study.output), run(root)).isSame)
        }
    }

    @Test("More epochs and more test sets come together")
    func both() throws {
        try TinyStudy.with { study in
            Self.prepare(&study, .constant)
            study.configuration.training.epochs = 1
            try study.run()
            study.configuration.training.epochs = 2
            var second = study.configuration.test[0]
            second.name = "again"
            study.configuration.test.append(second)
            #expect(try study.run().outcome.finished == 1)
            let folder = try run(study.output)
            #expect(try folder.readResult()?.tests.map(\.name) == ["pairs", "again"])
            #expect(try folder.readDescription().tests.map(\.isAdded) == [nil, true])
        }
    }
}
