import FaceTraining
import Foundation
import Testing

@Suite("The course of the learning rate")
struct LearningRateScheduleTests {
    @Test("The warm-up rises linearly, its last step at the peak")
    func warmup() {
        let schedule = LearningRateSchedule(peak: 0.1, warmup: 0.1)
        let rates = (0..<10).map { schedule.rate(step: $0, of: 100) }
        for (step, rate) in rates.enumerated() {
            #expect(abs(rate - 0.01 * Double(step + 1)) < 1e-15)
        }
        #expect(schedule.rate(step: 10, of: 100) == 0.1)
    }

    @Test("Half a cosine: peak, half, nearly nothing")
    func cosine() {
        let schedule = LearningRateSchedule(peak: 1, warmup: 0)
        #expect(schedule.rate(step: 0, of: 100) == 1)
        #expect(abs(schedule.rate(step: 50, of: 100) - 0.5) < 1e-12)
        #expect(abs(schedule.rate(step: 99, of: 100) - 0.5 * (1 + cos(.pi * 0.99))) < 1e-15)
    }

    @Test("The published logs of arcface_torch show power 2: 0.0903 after a twentieth of the run")
    func polynomial() {
        let schedule = LearningRateSchedule(shape: .polynomial, peak: 0.1, warmup: 0, power: 2)
        #expect(abs(schedule.rate(step: 50, of: 1000) - 0.09025) < 1e-12)
    }

    @Test("One cycle and restarts are PyTorch's", arguments: ["oneCycle", "restarts"])
    func pytorch(_ name: String) throws {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/schedules", withExtension: "json"))
        let golden = try JSONDecoder().decode([String: [Double]].self, from: Data(contentsOf: url))
        let expected = try #require(golden[name])
        let schedule = LearningRateSchedule(
            shape: try #require(LearningRateSchedule.Shape(rawValue: name)), peak: 0.1,
            warmup: name == "oneCycle" ? 0.25 : 0, cycles: 4)
        for (step, rate) in expected.enumerated() {
            #expect(abs(schedule.rate(step: step, of: expected.count) - rate) < 1e-12, "\(step)")
        }
    }

    @Test("Steps fall at their milestones")
    func step() {
        let schedule = LearningRateSchedule(
            shape: .step, peak: 1, warmup: 0, milestones: [0.5, 0.75], factor: 0.1)
        #expect(schedule.rate(step: 49, of: 100) == 1)
        #expect(abs(schedule.rate(step: 50, of: 100) - 0.1) < 1e-15)
        #expect(abs(schedule.rate(step: 75, of: 100) - 0.01) < 1e-15)
    }

    @Test("A constant stays", arguments: [0, 1, 99])
    func constant(_ step: Int) {
        let schedule = LearningRateSchedule(shape: .constant, peak: 0.3, warmup: 0)
        #expect(schedule.rate(step: step, of: 100) == 0.3)
    }

    @Test("No rate is negative or above the peak", arguments: LearningRateSchedule.Shape.allCases)
    func range(_ shape: LearningRateSchedule.Shape) {
        let schedule = LearningRateSchedule(shape: shape, peak: 0.1, warmup: 0.05)
        for steps in [1, 2, 7, 100] {
            for step in 0..<steps {
                #expect((0...0.1).contains(schedule.rate(step: step, of: steps)))
            }
        }
    }
}
