import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Torch

/// Time of a loss in a training step on this machine, measured with random embeddings.
struct LossTime {
    /// Maximum number of classes that are measured; the time of more is extrapolated proportionally.
    private static let measuredClasses = 16_384

    /// Seconds of a training step: forward, backward and the update of the class weights.
    let step: Double

    /// Measures one step after another that allocates memory.
    ///
    /// - Parameters:
    ///   - classes: Number of identities of the training set.
    ///   - embeddingSize: Components of an embedding.
    init(
        _ specification: LossSpecification, classes: Int, embeddingSize: Int,
        _ configuration: StudyConfiguration, _ compute: ComputeConfiguration
    ) throws {
        let training = configuration.training
        let device = try Device.named(compute.device)
        let initial = InitialWeights(seed: 0, path: "head", device: device)
        let measured = min(classes, Self.measuredClasses)
        let loss = try LossCatalogue.make(
            specification, classes: measured, embeddingSize: embeddingSize, initial: initial,
            head: training.head.supported(by: compute))
        let optimizer = training.makeOptimizer(loss.state.parameters)
        let count = training.batchSize / training.accumulation
        let embeddings = initial.normal(
            "embeddings", [count, embeddingSize], standardDeviation: 1)
        let labels = Tensor((0..<count).map { $0 / 2 % measured }, device: device)
        let clock = ContinuousClock()
        func seconds(_ body: () -> Void) -> Double {
            clock.measure {
                body()
                device.synchronize()
            } / .seconds(1)
        }
        func differentiate() {
            optimizer.clearGradients()
            embeddings.gradient = nil
            compute.withKernels {
                loss(
                    embeddings: embeddings, labels: labels,
                    progress: LossProgress(fraction: 0.5, step: 0))
            }.loss.backward()
        }
        differentiate()
        optimizer.step(learningRate: 1e-6)
        let trained = Double(training.accumulation) * seconds(differentiate)
        let updated = seconds { optimizer.step(learningRate: 1e-6) }
        step = (trained + updated) * Double(classes) / Double(measured)
    }
}

/// Times of losses, each measured once for a number of classes and an embedding size.
struct LossTimes {
    private struct Key: Hashable {
        let loss: LossSpecification
        let classes: Int
        let embeddingSize: Int
    }

    private var known: [Key: LossTime] = [:]

    /// Seconds of a run's loss in a training step.
    mutating func step(
        of run: PlannedRun, _ train: PreparedTrainSet, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration
    ) throws -> Double {
        let key = Key(
            loss: run.loss, classes: train.facts.identities,
            embeddingSize: run.backbone[.embeddingSize])
        let time =
            try known[key]
            ?? LossTime(
                key.loss, classes: key.classes, embeddingSize: key.embeddingSize, configuration,
                compute)
        known[key] = time
        return time.step
    }
}
