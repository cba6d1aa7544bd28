import FaceLosses
import FaceModels
import Foundation
import Processes
import SeededRandom
import TestTeams
import Testing
import Torch

@testable import FaceTraining

/// A backbone that normalises by the batch, as real ones do.
private final class NormalizingBackbone: Backbone {
    let specification = BackboneSpecification.standard(MobileNetV1.descriptor)
    let linear: Linear
    let normalization: BatchNormalization

    init() {
        let initial = InitialWeights(seed: 1)
        linear = Linear(inputs: 48, outputs: 8, initial: initial.child("linear"))
        normalization = BatchNormalization(channels: 8, initial: initial.child("bn"))
    }

    var state: [StateEntry] {
        linear.state.prefixed("linear") + normalization.state.prefixed("bn")
    }

    func layerTable(height: Int, width: Int) -> LayerTable {
        ToyBackbone().layerTable(height: height, width: width)
    }

    func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
        normalization(
            linear(images.contiguous().reshaped([images.shape[0], 48]), training: training),
            training: training)
    }
}

@Suite("A batch that is divided", .serialized)
struct MicroBatchTests {
    private static let progress = LossProgress(fraction: 0, step: 0)

    private static func images(_ count: Int) -> Tensor {
        let images = Tensor.zeros([count, 3, 4, 4])
        images.fillNormal(standardDeviation: 1, seed: 3)
        return images
    }

    private static func step(_ model: Model, _ microBatches: Int) -> MicroBatchedStep {
        MicroBatchedStep(
            model: model, optimizer: SGD(model.state.parameters, options: SGD.Options()),
            precision: .float32, device: .cpu, microBatches: microBatches, team: nil)
    }

    @Test("has the gradients of the whole where nothing is normalised by it", arguments: [2, 3, 6])
    func likeTheWhole(_ microBatches: Int) throws {
        let labels = [0, 1, 2, 1, 0, 2, 0, 1, 2, 2, 1, 0]
        let images = Self.images(12)
        func model() throws -> Model {
            Model(backbone: ToyBackbone(), loss: try ToyParts.head(nil))
        }
        let (whole, divided) = (try model(), try model())
        let optimizer = SGD(whole.state.parameters, options: SGD.Options())
        let step = TrainingStep(
            model: whole, optimizer: optimizer, precision: .float32, device: .cpu)
        let parts = Self.step(divided, microBatches)
        for _ in 0..<3 {
            let expected = step.launch(
                images: images, labels: Tensor(labels), learningRate: 0.1, gradientClip: 5
            ) { _ in Self.progress }.read()
            let found = try parts.take(
                images: images, labels: labels, learningRate: 0.1, gradientClip: 5,
                progress: Self.progress)
            #expect(abs(found.sums.loss - expected.sums.loss) < 1e-4)
            #expect(abs(found.gradientNorm - expected.gradientNorm) < 1e-4 * expected.gradientNorm)
            #expect(found.sums.correct == expected.sums.correct)
        }
        for (mine, theirs) in zip(divided.state, whole.state) {
            let difference = (mine.tensor - theirs.tensor).to(.float64).abs().max().item()
            #expect(difference < 1e-5, "\(mine.name)")
        }
    }

    @Test("moves running statistics once, by the mean of its parts; they are counted one by one")
    func statistics() throws {
        let backbone = NormalizingBackbone()
        let model = Model(backbone: backbone, loss: ToyLoss())
        let images = Self.images(12)
        // By the formula, with the weights that the step begins with.
        let outputs = withoutGradients {
            (0..<3).map { part in
                backbone.linear(
                    images.narrowed(0, part * 4..<part * 4 + 4).reshaped([4, 48]), training: true
                ).to(.float64)
            }
        }
        let means = outputs.map { $0.mean(0) }
        let variances = zip(outputs, means).map { ($0 - $1).square().sum(0) / 3 }
        let mean = means.dropFirst().reduce(means[0], +) / 3 * 0.1
        let variance = variances.dropFirst().reduce(variances[0], +) / 3 * 0.1 + 0.9
        _ = try Self.step(model, 3).take(
            images: images, labels: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], learningRate: 0.1,
            gradientClip: 0, progress: Self.progress)
        let normalization = backbone.normalization
        #expect((normalization.runningMean.to(.float64) - mean).abs().max().item() < 1e-6)
        #expect((normalization.runningVariance.to(.float64) - variance).abs().max().item() < 1e-6)
        #expect(normalization.batchesTracked.array(of: Int.self) == [3])
    }

    @Test("leaves frozen statistics alone, to the bit")
    func frozen() throws {
        let backbone = NormalizingBackbone()
        backbone.normalization.isFrozen = true
        backbone.normalization.runningMean.fill(0.1)
        let before = backbone.normalization.runningMean.array(of: Float.self)
        _ = try Self.step(Model(backbone: backbone, loss: ToyLoss()), 3).take(
            images: Self.images(12), labels: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2],
            learningRate: 0.1, gradientClip: 0, progress: Self.progress)
        #expect(backbone.normalization.runningMean.array(of: Float.self) == before)
    }

    @Test("changes nothing when its loss or gradient is not finite", arguments: [false, true])
    func notFinite(_ failsInGradient: Bool) throws {
        let model = Model(
            backbone: ToyBackbone(),
            loss: ToyLoss(failingAtStep: 0, failsInGradient: failsInGradient))
        let before = model.state.parameters.map { $0.tensor.array(of: Float.self) }
        let numbers = try Self.step(model, 2).take(
            images: Self.images(4), labels: [0, 1, 2, 0], learningRate: 0.1, gradientClip: 5,
            progress: Self.progress)
        #expect(numbers.sums.loss.isFinite == failsInGradient && !numbers.gradientNorm.isFinite)
        #expect(model.state.parameters.map { $0.tensor.array(of: Float.self) } == before)
    }

    private static let labels = [0, 1, 2, 1, 0, 2, 0, 1, 2, 2, 1, 0]

    /// Three steps of six micro-batches by one of several processes, or by this one alone: all numbers of the
    /// model, and each step's loss.
    private static func numbers(_ team: ProcessTeam?, labels: [Int] = labels) throws -> [[Double]] {
        let model = Model(backbone: NormalizingBackbone(), loss: try ToyParts.head(nil))
        let step = MicroBatchedStep(
            model: model, optimizer: SGD(model.state.parameters, options: SGD.Options()),
            precision: .float32, device: .cpu, microBatches: 6, team: team)
        let own = images(12).narrowed(
            0, step.localMicroBatches.lowerBound * 2..<step.localMicroBatches.upperBound * 2)
        let losses = try (0..<3).map { _ in
            try step.take(
                images: own, labels: labels, learningRate: 0.1, gradientClip: 5, progress: progress
            ).sums.loss
        }
        return model.state.map { $0.tensor.array(of: Double.self) } + [losses]
    }

    @Test("ends with the same bytes, however many processes share it", arguments: [2, 3, 4])
    func shared(_ size: Int) throws {
        let alone = try Self.numbers(nil)
        for result in try together(size, { try Self.numbers($0) }) {
            #expect(try result.get() == alone)
        }
    }

    @Test("ends with the process's name where processes come to other losses")
    func different() throws {
        let results = try together(2) { team in
            try Self.numbers(team, labels: team.leads ? Self.labels : Self.labels.reversed())
        }
        for result in results {
            guard case .different(let what, let members, let step)? = result.processError else {
                Issue.record("\(result)")
                continue
            }
            #expect(what == "loss" && step == 1)
            #expect(members.count == 1 && members[0].hasPrefix("rank 1 "))
        }
    }

    @Test("cannot be shared by more processes than it has parts")
    func tooMany() throws {
        let results = try together(3) { team -> String in
            var configuration = TrainingConfiguration(batchSize: 4)
            configuration.microBatches = 2
            do {
                _ = try Trainer(
                    model: Model(backbone: ToyBackbone(), loss: ToyLoss()),
                    source: ToySource(imageCount: 12, batchSize: 4), configuration: configuration,
                    compute: ComputeConfiguration(
                        device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
                    checkpoint: FileManager.default.temporaryDirectory, fingerprint: "toy",
                    team: team)
                return ""
            } catch { return "\(error)" }
        }
        for result in results {
            #expect(try result.get().contains("microBatches"))
        }
    }

    @Test(
        "must leave parts of two images, and gradients that do not accumulate",
        arguments: [(12, 8, 1), (12, 12, 1), (12, 3, 2)])
    func configuration(_ batchSize: Int, _ microBatches: Int, _ accumulation: Int) {
        var configuration = TrainingConfiguration(
            batchSize: batchSize, accumulation: accumulation)
        configuration.microBatches = microBatches
        #expect {
            try configuration.validate()
        } throws: { error in
            guard case .configuration("microBatches", _)? = error as? FaceTrainingError else {
                return false
            }
            return true
        }
    }
}
