import FaceConfiguration
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Testing
import Torch

@testable import FaceStudy

@Suite("Where a study says nothing")
struct StudyDefaultsTests {
    private let configuration = StudyConfiguration(
        train: [.init(name: "a", images: "A")], test: [.init(name: "t", images: "T")],
        backbones: ["mobilenetv1"], losses: ["arcface"], precision: "float32", device: "cpu")

    @Test("Nothing is tuned, held out, normalised or stopped, and a checkpoint a minute is saved")
    func defaults() {
        let control = StudyControl()
        #expect(control.saveInterval == .seconds(60) && control.commit == "unknown")
        #expect(!control.shouldStop() && control.team == nil)
        #expect(StudyConfiguration.Input().normalization == .standard)
        let tuning = StudyConfiguration.Tuning()
        #expect(!tuning.isOn && tuning.tries == 0 && tuning.epochs == 0)
        #expect(!tuning.halving && !tuning.weightDecay && tuning.spaces.isEmpty)
        let validation = StudyConfiguration.Validation()
        #expect(validation.identities == 0 && validation.pairs == 2000)
        let evaluation = StudyConfiguration.Evaluation()
        #expect(evaluation.pairsEachEpoch == 0 && evaluation.batchSize == 128)
        #expect(evaluation.scoreNorm == "none" && evaluation.templateWeights == "norm+detector")
        #expect(evaluation.failures == "refuse" && evaluation.cohort.isEmpty)
    }

    @Test("The processor's instructions choose the precision, and its cores the threads")
    func compute() throws {
        var asked = configuration
        asked.precision = "auto"
        let found = try asked.resolvedCompute()
        #expect(found.device == "cpu" && found.memoryFormat == .channelsLast)
        #expect(found.precision == (LibTorch.hasBFloat16Instructions ? .bfloat16 : .float32))
        #expect(found.threads == AvailableThreads.count && found.kernels == nil)
        for (name, type) in [
            ("float32", ElementType.float32), ("fp32", .float32), ("bfloat16", .bfloat16),
            ("bf16", .bfloat16),
        ] {
            asked.precision = name
            #expect(try asked.resolvedCompute().precision == type)
        }
        // Several processes use several cores, and their sums must not depend on how many.
        asked.training.microBatches = 4
        #expect(try asked.resolvedCompute().threads == 1)
        asked.threads = 3
        #expect(try asked.resolvedCompute().threads == 3)
        asked.precision = "float16"
        #expect(
            throws: FaceStudyError.unknownValue(
                key: "precision", value: "float16", allowed: ["auto", "float32", "bfloat16"])
        ) { try asked.resolvedCompute() }
        asked.precision = "float32"
        asked.kernels = "none of these"
        #expect(throws: FaceStudyError.self) { try asked.resolvedCompute() }
    }

    @Test("What all losses are tuned by is tried around the study's own values")
    func ranges() {
        #expect(
            SharedParameters.learningRates(around: 0.1)
                == SearchRange(0.1 / 8, 0.1 * 4, .logarithmic))
        #expect(
            SharedParameters.weightDecays(around: 5e-4)
                == SearchRange(5e-4 / 10, 5e-4 * 10, .logarithmic))
        let none = SharedParameters.weightDecays(around: 0)
        #expect(none != nil && none == SearchRange(1e-5, 1e-3, .logarithmic))
    }

    @Test("The standard error of an accuracy on independent pairs")
    func standardError() {
        let found = TuningValidation.standardError(accuracy: 0.9, pairs: 2000)
        #expect(abs(found - 0.006_708_203_932_499_369) < 1e-15)
        #expect(TuningValidation.standardError(accuracy: 0.5, pairs: 1) == 0.5)
        #expect(TuningValidation.standardError(accuracy: 0.5, pairs: 0) == 0.5)
        #expect(TuningValidation.standardError(accuracy: 1, pairs: 9) == 0)
    }

    @Test("Processes of one study tell what their settings differ in")
    func traits() throws {
        func traits(_ configuration: StudyConfiguration) throws -> [String: String] {
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("facet-traits-\(UUID().uuidString)")
            return try Study(configuration, folder: folder).traits
        }
        let mine = try traits(configuration)
        #expect(mine["version of Facet"] == FacetVersion.number)
        #expect(mine["LibTorch"] == LibTorch.version && mine["precision"] == "float32")
        var other = configuration
        other.training.batchSize = 64
        other.training.schedule.peak = 0.05
        let theirs = try traits(other)
        let keys = Set(mine.keys).union(theirs.keys).filter { mine[$0] != theirs[$0] }
        #expect(keys == ["training.batchSize", "training.schedule.peak"])
        #expect(theirs["training.batchSize"] == "64" && mine["training.schedule.peak"] == "0.1")
        #expect(try traits(configuration) == mine)
    }
}
