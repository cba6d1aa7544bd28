import FaceLosses
import FaceModels
import Torch

/// Details of a step whose loss or gradient was not finite.
public struct StepFailure: Codable, Sendable, Hashable {
    /// Number of preceding steps in the record of a failure.
    static let rememberedSteps = 20

    /// The quantity that was not finite: `loss` or `gradient`.
    public var quantity: String
    /// Number of the step, from 1.
    public var step: Int
    /// Number of its epoch, from 1.
    public var epoch: Int
    /// Index of the step in the epoch, from 0.
    public var stepInEpoch: Int
    /// Learning rate of the step.
    public var learningRate: Double
    /// Images of the batch, if the source knows them.
    public var batch: [BatchImage]
    /// The steps before it, the newest last.
    public var before: [RecentStep]
    /// Outputs, parameters, statistics and gradients at the failure, in the network's order.
    public var tensors: [TensorFacts]
}

/// One of the steps before a failure.
public struct RecentStep: Codable, Sendable, Hashable {
    /// Number of the step, from 1.
    public var step: Int
    /// Loss of the step.
    public var loss: Double
    /// L2 norm of its gradients before clipping.
    public var gradientNorm: Double
    /// Learning rate of the step.
    public var learningRate: Double
}

/// Summary of a tensor.
public struct TensorFacts: Codable, Sendable, Hashable {
    /// Role of a tensor in a step.
    public enum Kind: String, Codable, Sendable {
        /// Gradient of the loss.
        case gradient
        /// Output of the network or the loss.
        case output
        /// Trained values.
        case parameter
        /// Running statistics of normalisations, including the failed step.
        case statistics
    }

    /// Name, e.g. `backbone.conv1.weight`.
    public var name: String
    /// Role of the tensor.
    public var kind: Kind
    /// Number of elements.
    public var count: Int
    /// Number of elements that are infinite or NaN.
    public var notFinite: Int
    /// Largest magnitude of the finite elements.
    public var largest: Double
    /// Root mean square of the finite elements.
    public var rootMeanSquare: Double

    init(_ name: String, _ kind: Kind, _ tensor: Tensor) {
        self.name = name
        self.kind = kind
        let values = tensor.array(of: Float.self)
        var (finite, largest, squares) = (0, 0.0, 0.0)
        for value in values where value.isFinite {
            finite += 1
            largest = max(largest, Double(value.magnitude))
            squares += Double(value) * Double(value)
        }
        count = values.count
        notFinite = values.count - finite
        self.largest = largest
        rootMeanSquare = (squares / Double(max(1, finite))).squareRoot()
    }
}

extension Trainer {
    /// Records a step that failed; nil for an error of another kind.
    func describe(_ error: FaceTrainingError, learningRate: Double) -> StepFailure? {
        guard case .nonFinite(let quantity, let step, let epoch, _, _) = error else { return nil }
        let state = model.state
        let gradients = state.parameters.compactMap { entry in
            // With sampled classes only some rows have a gradient.
            entry.tensor.gradient.map { TensorFacts(entry.name, .gradient, $0.dense()) }
        }
        return StepFailure(
            quantity: quantity, step: step, epoch: epoch, stepInEpoch: position.stepInEpoch,
            learningRate: learningRate,
            batch: source.content(
                epoch: position.epoch, step: position.stepInEpoch, flip: configuration.flip),
            before: recent,
            tensors: outputs.map { TensorFacts($0.name, .output, $0.tensor) }
                + state.map {
                    TensorFacts($0.name, $0.role == .buffer ? .statistics : .parameter, $0.tensor)
                } + gradients)
    }
}

extension LossOutput {
    /// Outputs of the network and the loss in a step, for a failure's record.
    func named(with embeddings: Tensor) -> [(name: String, tensor: Tensor)] {
        [("embeddings", embeddings.detached())]
            + (logits.map { [("logits", $0.detached())] } ?? [])
    }
}
