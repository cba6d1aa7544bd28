import FaceLosses
import FaceModels
import FaceTraining
import Testing

@testable import FaceStudy

@Suite("How long a step takes", .serialized)
struct StepTimesTests {
    @Test(
        "A batch that would take too long is timed with as many images as the time allows",
        arguments: [
            (512, 0.005, 512), (512, 0.01, 500), (512, 0.1, 50), (512, 10.0, 8), (4, 10.0, 4),
        ])
    func images(_ batch: Int, _ seconds: Double, _ expected: Int) {
        let found = StepTimes.images(
            of: batch, atLeast: min(batch, 8), secondsEach: seconds, limit: 5)
        #expect(found == expected)
    }

    private func times(
        _ batch: Int, limit: Double = .infinity, check: () throws -> Void = {}
    ) throws -> StepTimes {
        let configuration = StudyConfiguration(
            inputSize: 16, precision: "float32", device: "cpu", threads: 1,
            training: TrainingConfiguration(batchSize: batch))
        return try StepTimes(
            try BackboneSpecification(parsing: "mobilenetv1:width=0.05"), configuration,
            try configuration.resolvedCompute(), limit: limit, check: check)
    }

    @Test("What was timed with fewer images is reported, and stands for the whole step")
    func fewer() throws {
        let few = try times(64, limit: 1e-9)
        #expect(few.batch == 64 && few.measured == 8)
        #expect(few.step > 0 && few.step.isFinite && few.embedding > 0)
        let all = try times(16, limit: 1000)
        #expect(all.batch == 16 && all.measured == 16)
    }

    @Test("A step and an embedding take no longer than measuring them does")
    func bounds() throws {
        let start = ContinuousClock.now
        let found = try times(16)
        let whole = start.duration(to: .now) / .seconds(1)
        // An image's embedding is that of two images, and what was timed was a batch of them.
        #expect(found.embedding > 0 && found.embedding * 16 / 2 <= whole)
        #expect(found.step > 0 && found.step <= whole)
    }

    @Test("Every loss is timed, with all classes and with a sample of them")
    func losses() throws {
        var configuration = StudyConfiguration(
            inputSize: 16, precision: "float32", device: "cpu", threads: 1,
            training: TrainingConfiguration(batchSize: 8))
        let compute = try configuration.resolvedCompute()
        func time(_ loss: String) throws -> Double {
            try LossTime(
                LossSpecification(parsing: loss), classes: 20_000, embeddingSize: 4,
                configuration, compute
            ).step
        }
        for descriptor in LossCatalogue.descriptors {
            let seconds = try time(descriptor.name)
            #expect(seconds > 0 && seconds.isFinite, "\(descriptor.name)")
        }
        configuration.training.head.rate = 0.1
        #expect(try time("arcface") > 0)
    }

    @Test("It ends between two steps when asked to")
    func interrupted() {
        for last in 1...3 {
            var asked = 0
            let error = #expect(throws: FaceStudyError.self) {
                try times(16, limit: 1000) {
                    asked += 1
                    if asked == last { throw FaceStudyError.interrupted }
                }
            }
            #expect(error?.description == FaceStudyError.interrupted.description)
            #expect(asked == last)
        }
    }

    @Test("A dry run ends when it is asked to")
    func preview() throws {
        try TinyStudy.with { study in
            var isPrepared = false
            let control = StudyControl(
                shouldStop: { isPrepared },
                listener: { event in
                    if case .preparing(_, let done, let total) = event, done == total {
                        isPrepared = true
                    }
                })
            #expect(throws: FaceStudyError.self) {
                try Study(study.configuration, folder: study.output).preview(control)
            }
        }
    }
}
