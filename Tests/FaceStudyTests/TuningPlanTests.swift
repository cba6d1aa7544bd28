import FaceConfiguration
import FaceLosses
import FaceRuns
import FaceTraining
import Foundation
import Testing
import Torch

@testable import FaceStudy

@Suite("The plan of a tuning")
struct TuningPlanTests {
    private func configuration(
        _ losses: [String], _ tuning: StudyConfiguration.Tuning
    ) -> StudyConfiguration {
        StudyConfiguration(
            train: [.init(name: "a", images: "a"), .init(name: "b", images: "b")],
            backbones: ["mobilenetv1"], losses: losses, seeds: [1, 2],
            training: TrainingConfiguration(epochs: 12), tuning: tuning)
    }

    private func plan(
        _ losses: [String], _ tuning: StudyConfiguration.Tuning
    ) throws -> TuningPlan { try TuningPlan(configuration(losses, tuning)) }

    private func message(
        _ losses: [String], _ tuning: StudyConfiguration.Tuning
    ) -> String {
        let error = #expect(throws: (any Error).self) { try plan(losses, tuning) }
        return error.map { "\($0)" } ?? ""
    }

    @Test("Every cell gets as many tries, the default first, and all of them one seed of their own")
    func tries() throws {
        let plan = try plan(["softmax", "arcface", "combined"], .init(tries: 9))
        #expect(plan.cells.map(\.trainSet) == ["a", "a", "a", "b", "b", "b"])
        #expect(plan.cells.allSatisfy { $0.settings.map(\.index) == Array(0..<9) })
        #expect(plan.rungs == [.init(tries: 9, epochs: 12)])
        #expect(plan.seed == 0)
        for cell in plan.cells {
            #expect(cell.settings[0].loss == cell.loss)
            #expect(cell.settings[0].learningRate == 0.1)
            #expect(cell.settings[0].weightDecay == 5e-4)
            #expect(
                Set(cell.settings.map(\.loss.description)).count
                    == (cell.loss.name == "softmax" ? 1 : 9))
        }
        #expect(plan.cells[1].settings[0].values == ["learningRate": 0.1, "m": 0.5])
    }

    @Test("The weight decay that is tuned is that of the optimiser in use")
    func weightDecayOfAdamW() throws {
        var configuration = configuration(["softmax"], .init(tries: 3, weightDecay: true))
        configuration.training.algorithm = .adamw
        configuration.training.adamw.weightDecay = 0.1
        let cell = try #require(try TuningPlan(configuration).cells.first)
        #expect(cell.space.last?.defaultValue == 0.1)
        #expect(cell.settings[0].weightDecay == 0.1)
        #expect(cell.settings[1].weightDecay != 0.1)
        configuration.training.weightDecay = 0.2
        #expect(configuration.training.adamw.weightDecay == 0.2)
        #expect(configuration.training.optimizer.weightDecay == 5e-4)
    }

    @Test("All losses are tried at the same points, in their own dimensions")
    func samePoints() throws {
        let plan = try plan(["softmax", "arcface", "amsoftmax"], .init(tries: 17))
        let (softmax, arcface, amsoftmax) = (plan.cells[0], plan.cells[1], plan.cells[2])
        #expect(softmax.space.map(\.name) == ["learningRate"])
        #expect(arcface.space.map(\.name) == ["learningRate", "m", "s"])
        for index in 1..<17 {
            #expect(softmax.settings[index].learningRate == arcface.settings[index].learningRate)
            #expect(arcface.settings[index].values["s"] == amsoftmax.settings[index].values["s"])
            let places = [arcface, amsoftmax].map { cell in
                cell.space[1].range.fraction(of: cell.settings[index].values["m"] ?? -1) ?? -1
            }
            #expect(abs(places[0] - places[1]) < 1e-3)
        }
        // 16 points of a Sobol sequence: one in each sixteenth of the range.
        let places = softmax.settings.dropFirst().map {
            Int((softmax.space[0].range.fraction(of: $0.learningRate) ?? -1) * 16)
        }
        #expect(Set(places).count == 16)
        let rates = softmax.settings.dropFirst().map(\.learningRate)
        #expect(rates.allSatisfy { $0 >= 0.0125 && $0 <= 0.4 })
    }

    @Test("More tries, or a parameter that is given, leave the points of the others where they are")
    func stable() throws {
        let few = try plan(["arcface"], .init(tries: 4)).cells[0]
        let many = try plan(["arcface"], .init(tries: 30)).cells[0]
        #expect(few.settings.map(\.loss) == many.settings.prefix(4).map(\.loss))
        let fixed = try plan(["arcface:m=0.4"], .init(tries: 4)).cells[0]
        #expect(fixed.fixed == ["m"])
        #expect(fixed.space.map(\.name) == ["learningRate", "s"])
        for (free, held) in zip(few.settings, fixed.settings).dropFirst() {
            #expect(free.values["s"] == held.values["s"])
            #expect(held.loss.values["m"] == 0.4)
        }
        let decay = try plan(["arcface"], .init(tries: 4, weightDecay: true)).cells[0]
        #expect(decay.space.map(\.name) == ["learningRate", "weightDecay", "m", "s"])
        for (one, other) in zip(few.settings, decay.settings) { #expect(one.loss == other.loss) }
        #expect(Set(decay.settings.map(\.weightDecay)).count == 4)
    }

    @Test("A study's ranges come before the losses' own")
    func spaces() throws {
        let texts = [
            "all:learningRate=0.01..0.02", "arcface:margin=0.3..0.35, s=off", "softmax:lr=off",
        ]
        #expect(throws: FaceStudyError.self) { try SearchSpaceText(parsing: texts[2]) }
        let cells = try plan(
            ["softmax", "arcface", "arcface+center"],
            .init(
                tries: 6,
                spaces: texts.prefix(2) + [
                    "center:weight=1e-4..1e-2", "softmax:learningRate=0.5..0.9 linear",
                ])
        ).cells
        #expect(cells[0].space.map(\.range) == [SearchRange(0.5, 0.9, .linear)])
        #expect(cells[1].space.map(\.name) == ["learningRate", "m"])
        #expect(cells[1].space[0].range == SearchRange(0.01, 0.02, .logarithmic))
        #expect(cells[1].space[1].range == SearchRange(0.3, 0.35, .linear))
        #expect(cells[2].space.map(\.name) == ["learningRate", "m", "center.weight"])
        #expect(cells[2].space[2].range == SearchRange(1e-4, 1e-2, .logarithmic))
        for setting in cells[1].settings.dropFirst() {
            guard case .number(let margin)? = setting.loss.values["m"] else {
                Issue.record("no margin")
                continue
            }
            #expect(margin >= 0.3 && margin <= 0.35)
        }
    }

    @Test(
        "A range that cannot be is refused with its reason",
        arguments: [
            ("arcface:m=0.2..9", "leaves what the parameter may be: a number from 0 to 1.5 rad"),
            ("arcface:m=0.7..0.2", "valid range"), ("arcface:m=0.5", "is not a range"),
            ("arcface:q=1..2", "names nothing that can be tuned"), ("arcface", "gives no range"),
            ("arcface:grad=1..2", "names nothing that can be tuned"),
            ("arcface:m=0..0.5 log", "valid range"), ("subcenter:k=1..3 log", "use 'integer'"),
            ("all:m=0.1..0.2", "names nothing that can be tuned"),
            ("arcface:learningRate=0..1", "leaves what the parameter may be"),
            ("arcfase:m=0.2..0.4", "arcface"),
        ])
    func badSpaces(_ text: String, _ reason: String) {
        #expect(message(["arcface"], .init(tries: 4, spaces: [text])).contains(reason))
    }

    @Test("Halving spends the same budget in rungs of complete schedules")
    func halving() throws {
        func rungs(_ tries: Int, _ epochs: Int, _ limit: Int = 100) throws -> [[Int]] {
            try TuningSchedule.rungs(tries: tries, epochs: epochs, halving: true, limit: limit)
                .map { [$0.tries, $0.epochs] }
        }
        #expect(try rungs(16, 12) == [[16, 4], [8, 8], [4, 16]])
        #expect(try rungs(4, 2) == [[4, 1], [2, 2]])
        #expect(try rungs(8, 2) == [[8, 1], [4, 2]])
        #expect(try rungs(16, 12, 12) == [[16, 4], [8, 8], [4, 12]])
        #expect(try rungs(9, 5) == [[9, 1], [4, 3], [2, 6]])
        for (tries, epochs) in [(16, 12), (9, 5), (31, 7), (4, 2), (64, 30)] {
            let spent = try rungs(tries, epochs).reduce(0) { $0 + $1[0] * $1[1] }
            #expect(spent <= tries * epochs, "\(tries) tries of \(epochs) epochs")
            #expect(spent * 2 >= tries * epochs, "\(tries) tries of \(epochs) epochs")
        }
        for (tries, epochs) in [(3, 12), (16, 1), (2, 1)] {
            let error = #expect(throws: FaceStudyError.self) { _ = try rungs(tries, epochs) }
            #expect("\(error.map(\.description) ?? "")".contains("too few for halving"))
        }
    }

    private func item(_ index: Int, _ accuracy: Double?) -> TuningTry {
        var item = TuningTry(
            index: index, rung: 0, values: [:], loss: "softmax", learningRate: 0.1,
            weightDecay: 0, seed: 0, epochs: 1, folder: "")
        item.state = accuracy == nil ? .failed : .finished
        item.accuracy = accuracy
        return item
    }

    @Test("The best score is chosen, of equal ones the earlier, and never a failed try")
    func choice() {
        let tries = [nil, 0.7, 0.9, 0.9, 0.8].enumerated().map { item($0, $1) }
        #expect(TuningSchedule.best(of: tries)?.index == 2)
        #expect(TuningSchedule.best(of: tries.reversed())?.index == 2)
        #expect(TuningSchedule.best(of: [item(0, nil)]) == nil)
        #expect(TuningSchedule.survivors(of: tries, count: 3) == [2, 3, 4])
        #expect(TuningSchedule.survivors(of: tries, count: 10) == [1, 2, 3, 4])
    }

    @Test("A budget that makes no sense is refused")
    func badBudgets() {
        #expect(
            message(["softmax"], .init(tries: 1)).contains("one try tests only the default values"))
        #expect(message(["softmax"], .init(tries: 4, epochs: 13)).contains("longer than the runs"))
        #expect(
            message(["softmax"], .init(tries: 3, halving: true)).contains("too few for halving"))
    }

    @Test(
        "What is said of tries where there are none, and of losses that are not tuned, is refused")
    func unused() throws {
        for (tuning, name) in [
            (StudyConfiguration.Tuning(epochs: 3), "--tune-epochs"),
            (.init(halving: true), "--tune-halving"),
            (.init(weightDecay: true), "--tune-weight-decay"),
            (.init(spaces: ["all:learningRate=0.1..0.2"]), "tuning.spaces"),
        ] {
            let text = message(["softmax"], tuning)
            #expect(text.contains(name) && text.contains("add --tune N"), "\(text)")
        }
        let space = StudyConfiguration.Tuning(tries: 4, spaces: ["cosface:m=0.2..0.4"])
        #expect(
            message(["softmax", "arcface"], space).contains(
                "is a range of 'amsoftmax', which this study does not tune; it tunes softmax, arcface"
            )
                || message(["softmax", "arcface"], space).contains("'cosface', which this study"))
        _ = try plan(["arcface+center"], .init(tries: 4, spaces: ["center:weight=1e-4..1e-2"]))
    }

    @Test("No try has a seed of the study")
    func seeds() throws {
        var configuration = configuration(["softmax"], .init(tries: 2))
        #expect(try TuningPlan(configuration).seed == 0)
        configuration.seeds = [0, .max, .max - 2]
        #expect(try TuningPlan(configuration).seed == .max - 1)
    }
}
