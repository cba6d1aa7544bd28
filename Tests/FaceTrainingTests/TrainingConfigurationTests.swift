import FaceLosses
import FaceTraining
import Processes
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
        (
            "schedule.cycles: it must be a whole number from 1 to 10000, but it is 0",
            { $0.schedule.cycles = 0 }
        ),
        (
            "schedule.cycles: it must be a whole number from 1 to 10000, but it is 10001",
            { $0.schedule.cycles = 10_001 }
        ),
        (
            "schedule.epochs: it must be a whole number from 0 to 100000, but it is -1",
            { $0.schedule.epochs = -1 }
        ),
        (
            "adamw.beta1: it must be a number from 0 to below 1, but it is 1",
            { $0.adamw.beta1 = 1 }
        ),
        (
            "microBatches: it must be a divisor of the batch size 128 that leaves micro-batches of 2 "
                + "images or more, but it is 3", { $0.microBatches = 3 }
        ),
        (
            "microBatches: it must be 1 where gradients accumulate (accumulation 2)",
            {
                $0.microBatches = 2
                $0.accumulation = 2
            }
        ),
        (
            "reduction: it must be exact where the batch is not divided (microBatches 1)",
            { $0.reduction = .fast }
        ),
        (
            "algorithm: it must be sgd where a step has a fraction of the classes (head.rate)",
            {
                $0.algorithm = .adamw
                $0.head.rate = 0.5
            }
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

    @Test("The defaults are accepted, and are what the documentation says")
    func defaults() throws {
        let configuration = TrainingConfiguration()
        try configuration.validate()
        #expect(configuration.epochs == 12 && configuration.batchSize == 128)
        #expect(configuration.accumulation == 1 && configuration.gradientClip == 5)
        #expect(configuration.flip && configuration.freezeStatistics)
        #expect(configuration.algorithm == .sgd && configuration.average == 0)
        #expect(configuration.optimizer.momentum == 0.9)
        #expect(configuration.optimizer.weightDecay == 5e-4 && !configuration.optimizer.nesterov)
        let schedule = configuration.schedule
        #expect(schedule.shape == .cosine && schedule.peak == 0.1 && schedule.warmup == 0.1)
        #expect(schedule.power == 2 && schedule.milestones == [0.4, 0.7, 0.9])
        #expect(schedule.factor == 0.1 && schedule.cycles == 3 && schedule.epochs == 0)
        #expect(configuration.scheduledEpochs == 12)
    }

    @Test("A schedule refers to as many epochs as the run has or more, unless it is open")
    func scheduledEpochs() throws {
        var configuration = TrainingConfiguration(epochs: 4)
        for epochs in [0, 4, 8] {
            configuration.schedule.epochs = epochs
            try configuration.validate()
            #expect(configuration.scheduledEpochs == max(epochs, 4))
        }
        configuration.schedule.epochs = 3
        #expect(throws: FaceTrainingError.self) { try configuration.validate() }
        for shape in LearningRateSchedule.Shape.allCases {
            configuration.schedule.shape = shape
            if [.constant, .step].contains(shape) {
                try configuration.validate()
            } else {
                #expect(throws: FaceTrainingError.self) { try configuration.validate() }
            }
        }
    }

    @Test("A micro-batch has two images or more, and nothing less than all classes goes with AdamW")
    func together() throws {
        var configuration = TrainingConfiguration(batchSize: 8, accumulation: 4)
        try configuration.validate()
        configuration.accumulation = 8
        #expect(throws: FaceTrainingError.self) { try configuration.validate() }
        configuration = TrainingConfiguration(algorithm: .adamw)
        try configuration.validate()
        configuration.head.rate = 0.5
        #expect(throws: FaceTrainingError.self) { try configuration.validate() }
        configuration.algorithm = .sgd
        try configuration.validate()
    }
}
