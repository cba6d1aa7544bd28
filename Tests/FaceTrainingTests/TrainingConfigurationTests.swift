import FaceLosses
import FaceTraining
import Testing
import Torch

@Suite("What a configuration refuses")
struct TrainingConfigurationTests {
    private static let cases: [(String, @Sendable (inout TrainingConfiguration) -> Void)] = [
        ("'epochs' is 0 but must be from 1 to 100000", { $0.epochs = 0 }),
        ("'batchSize' is 1 but must be from 2 to 1000000", { $0.batchSize = 1 }),
        (
            "'accumulation' is 3 but must be a divisor of the batch size 128 that leaves parts of "
                + "2 images or more", { $0.accumulation = 3 }
        ),
        (
            "'optimizer.momentum' is 1.0 but must be from 0 to below 1",
            { $0.optimizer.momentum = 1 }
        ),
        (
            "'optimizer.weightDecay' is -1.0 but must be at least 0",
            { $0.optimizer.weightDecay = -1 }
        ),
        ("'gradientClip' is -5.0 but must be at least 0", { $0.gradientClip = -5 }),
        ("'schedule.peak' is 0.0 but must be above 0", { $0.schedule.peak = 0 }),
        ("'schedule.warmup' is 1.0 but must be from 0 to below 1", { $0.schedule.warmup = 1 }),
        ("'schedule.power' is 0.0 but must be above 0", { $0.schedule.power = 0 }),
        (
            "'schedule.milestones' is [0.7, 0.4] but must be ascending numbers from 0 to 1",
            { $0.schedule.milestones = [0.7, 0.4] }
        ),
        ("'head.rate' is 0.0 but must be above 0 and up to 1", { $0.head.rate = 0 }),
        ("'head.rate' is 1.5 but must be above 0 and up to 1", { $0.head.rate = 1.5 }),
        (
            "'head.precision' is int64 but must be float32 or bfloat16",
            { $0.head.precision = .int64 }
        ),
        ("'schedule.factor' is 2.0 but must be from 0 to 1", { $0.schedule.factor = 2 }),
    ]

    @Test("One sentence for each value out of range", arguments: 0..<cases.count)
    func messages(_ index: Int) {
        let (message, change) = Self.cases[index]
        var configuration = TrainingConfiguration()
        change(&configuration)
        let error = #expect(throws: FaceTrainingError.self) { try configuration.validate() }
        #expect(error?.description == message)
    }

    @Test("The defaults are accepted")
    func defaults() throws {
        try TrainingConfiguration().validate()
    }
}
