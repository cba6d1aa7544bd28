import FaceConfiguration
import FaceModels
import FaceTraining
import Foundation
import Testing
import Torch

@testable import FaceStudy

@Suite("Recipes")
struct RecipeTests {
    /// A recipe's settings with what a study needs besides.
    private func plan(_ recipe: Recipe) throws -> StudyConfiguration {
        var configuration = try recipe.configuration()
        configuration.train = [.init(name: "t", images: "x")]
        configuration.test = [.init(name: "v", images: "y")]
        if configuration.backbones.isEmpty { configuration.backbones = ["iresnet18"] }
        _ = try StudyPlan(configuration)
        return configuration
    }

    @Test("Each is a study file that is complete and valid", arguments: Recipe.all)
    func valid(_ recipe: Recipe) throws {
        let configuration = try plan(recipe)
        #expect(configuration.recipe == recipe.name && !configuration.losses.isEmpty)
        #expect(configuration.backbones == recipe.backbones || recipe.backbones.isEmpty)
        #expect(recipe.studyFile.contains("// Source: "))
        // What is printed is read again as what it is, also from a file.
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).json5")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(recipe.studyFile.utf8).write(to: file)
        #expect(try StudyConfiguration.read(file) == recipe.configuration())
        let lines = recipe.studyFile.split(separator: "\n").filter { $0.hasPrefix("//") }
        #expect(lines.allSatisfy { $0.count <= 130 })
        for sentence in recipe.limits {
            let first = sentence.split(separator: " ").prefix(6).joined(separator: " ")
            #expect(recipe.studyFile.contains(first), "\(sentence)")
        }
    }

    @Test("Names are found in any case, and others with advice")
    func names() throws {
        #expect(Set(Recipe.all.map(\.name)).count == Recipe.all.count)
        #expect(try Recipe.named("ArcFace-CASIA-R50").name == "arcface-casia-r50")
        let error = #expect(throws: FaceConfigurationError.self) {
            try Recipe.named("arcface-casia-r5")
        }
        #expect(error?.description.contains("arcface-casia-r50") == true, "\(error as Any)")
        var configuration = StudyConfiguration()
        #expect(StudyConfiguration.keys.fault(in: configuration) == nil)
        configuration.recipe = "nobody's"
        #expect(StudyConfiguration.keys.fault(in: configuration)?.path == "recipe")
    }

    @Test("ArcFace's rate is divided by 10 after epochs 20 and 28 of 32")
    func arcFace() throws {
        let configuration = try plan(try Recipe.named("arcface-casia-r50"))
        let training = configuration.training
        #expect(configuration.backbones == ["iresnet50"])
        #expect(configuration.losses == ["arcface-paper"])
        #expect((training.epochs, training.batchSize) == (32, 512))
        #expect((training.optimizer.momentum, training.optimizer.weightDecay) == (0.9, 5e-4))
        let each = 958
        func rate(_ epoch: Int, _ step: Int) -> Double {
            training.schedule.rate(step: epoch * each + step, of: 32 * each)
        }
        #expect(rate(0, 0) == 0.1 && rate(19, each - 1) == 0.1)
        #expect((rate(20, 0) - 0.01).magnitude < 1e-15 && rate(27, each - 1) == rate(20, 0))
        #expect((rate(28, 0) - 0.001).magnitude < 1e-15 && rate(31, each - 1) == rate(28, 0))
    }

    @Test("Milestones that are no short fractions fall on their epochs as well")
    func milestones() throws {
        for (name, epochs) in [
            ("adaface-casia-r50", [12, 20, 24]), ("facexzoo-mobilefacenet", [10, 13, 16]),
        ] {
            let training = try Recipe.named(name).configuration().training
            for each in [1, 7, 958, 6407] {
                for epoch in epochs {
                    let steps = training.epochs * each
                    let (before, after) = (
                        training.schedule.rate(step: epoch * each - 1, of: steps),
                        training.schedule.rate(step: epoch * each, of: steps)
                    )
                    #expect((before / after - 10).magnitude < 1e-9, "\(name) \(epoch) \(each)")
                }
            }
        }
    }

    @Test("Rates fall at the published steps, and biases decay where those of the source do")
    func published() throws {
        let steps: [(name: String, milestones: [Double], of: Double, decaysAll: Bool)] = [
            ("arcface-casia-r50", [20, 28], 32, true),
            ("sphereface-20", [16_000, 24_000], 28_000, false),
            ("amsoftmax-casia", [16_000, 24_000, 28_000], 30_000, false),
            ("cosface-casia", [16_000, 24_000, 28_000], 30_000, false),
            ("adaface-casia-r50", [12, 20, 24], 26, false),
            ("facexzoo-mobilefacenet", [10, 13, 16], 18, true),
        ]
        for (name, milestones, whole, decaysAll) in steps {
            let training = try Recipe.named(name).configuration().training
            let schedule = training.schedule
            #expect(schedule.milestones == milestones.map { $0 / whole }, "\(name)")
            #expect(schedule.shape == .step && schedule.factor == 0.1 && schedule.warmup == 0)
            #expect(schedule.peak == 0.1 && training.gradientClip == 0)
            #expect(training.optimizer.decaysBiasAndNormalization == decaysAll, "\(name)")
        }
    }

    @Test("insightface's rate is the polynomial of its logs, or of its code", arguments: [2, 1])
    func insightFace(power: Int) throws {
        for short in ["r50", "mbf"] {
            let name = "insightface-ms1mv2-\(short)" + (power == 1 ? "-power1" : "")
            let training = try plan(try Recipe.named(name)).training
            #expect(training.epochs == (short == "r50" ? 20 : 40))
            #expect(training.optimizer.weightDecay == (short == "r50" ? 5e-4 : 1e-4))
            let steps = training.epochs * 5686
            for step in [0, 1, steps / 20, steps / 2, steps - 1] {
                let rest = 1 - Double(step) / Double(steps)
                let expected = 0.1 * (power == 2 ? rest * rest : rest)
                let rate = training.schedule.rate(step: step, of: steps)
                #expect((rate - expected).magnitude < 1e-15)
            }
        }
    }

    @Test("A network that the catalogue lacks is named, and never replaced")
    func networks() throws {
        for recipe in Recipe.all {
            let known = recipe.backbones
            for network in recipe.networks where !known.contains(network) {
                #expect(recipe.limits.contains { $0.contains("'\(network)' is not among") })
            }
            #expect(try recipe.configuration().backbones == known)
        }
    }
}
