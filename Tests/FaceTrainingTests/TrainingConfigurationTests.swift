import FaceLosses
import FaceTraining
import Testing
import Torch

@Suite("What a configuration refuses")
struct TrainingConfigurationTests {
    private static let cases: [(String, @Sendable (inout TrainingConfiguration) -> Void)] = [
        (
            "epochs: it must be a whole number from 1 to 100000, but it is 0", { $0.epochs = 0 }
        ),
        (
            "batchSize: it must be a whole number from 2 to 1000000, but it is 1",
            { $0.batchSize = 1 }
        ),
        (
            "accumulation: it must be a divisor of the batch size 128 that leaves micro-batches of 2 "
                + "images or more, but it is 3", { $0.accumulation = 3 }
        ),
        (
            "optimizer.momentum: it must be a number from 0 to below 1, but it is 1",
            { $0.optimizer.momentum = 1 }
        ),
        (
            "optimizer.weightDecay: it must be a number from 0 to 1e+30, but it is -1",
            { $0.optimizer.weightDecay = -1 }
        ),
        (
            "optimizer.nesterov: it must be false where there is no momentum",
            {
                $0.optimizer.momentum = 0
                $0.optimizer.nesterov = true
            }
        ),
        ("gradientClip: it must be a number at least 0, but it is -5", { $0.gradientClip = -5 }),
        (
            "gradientClip: it must be a number at least 0, but it is inf",
            { $0.gradientClip = .infinity }
        ),
        (
            "schedule.peak: it must be a number above 0 and up to 1e+30, but it is 0",
            { $0.schedule.peak = 0 }
        ),
        (
            "schedule.peak: it must be a number above 0 and up to 1e+30, but it is nan",
            { $0.schedule.peak = .nan }
        ),
        (
            "schedule.warmup: it must be a number from 0 to below 1, but it is 1",
            { $0.schedule.warmup = 1 }
        ),
        ("schedule.power: it must be a number above 0, but it is 0", { $0.schedule.power = 0 }),
        (
            "schedule.milestones: they must ascend, but they are [0.7, 0.4]",
            { $0.schedule.milestones = [0.7, 0.4] }
        ),
        (
            "schedule.milestones[1]: it must be a number from 0 to 1, but it is 1.5",
            { $0.schedule.milestones = [0.7, 1.5] }
        ),
        (
            "head.rate: it must be a number above 0 and up to 1, but it is 0", { $0.head.rate = 0 }
        ),
        (
            "head.rate: it must be a number above 0 and up to 1, but it is 1.5",
            { $0.head.rate = 1.5 }
        ),
        (
            "head.precision: 'int64' is not 'float32' or 'bfloat16'",
            { $0.head.precision = .int64 }
        ),
        (
            "schedule.factor: it must be a number from 0 to 1, but it is 2",
            { $0.schedule.factor = 2 }
        ),
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
