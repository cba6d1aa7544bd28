import FaceModels
import Torch

/// A backbone's forward and backward pass, each launched on a GPU as one recorded graph.
///
/// A small network has hundreds of kernels that take less time than their launches. The loss is not
/// recorded: its margins change from step to step. The recorded graph is used only if its results equal
/// those of launching kernels one by one.
final class GraphedBackbone {
    private let parameters: [Tensor]
    private let batchCounts: [Tensor]
    private let images: Tensor
    private let embeddings: Tensor
    private let gradOutput: Tensor
    private let derivatives: [Tensor]
    private let forward: RecordedGraph
    private let backward: RecordedGraph

    /// Records both passes for batches like the given one, which has been trained on before; nil if the
    /// graph does not reproduce the results of separate launches, or the passes draw random numbers, which
    /// a graph would repeat.
    ///
    /// - Throws: `TorchError` when LibTorch cannot record.
    init?(_ backbone: any Backbone, like batch: Tensor, precision: ElementType) throws {
        guard !backbone.isRandomInTraining else { return nil }
        let state = backbone.state
        let buffers = Buffers(state.filter { $0.role == .buffer }.map(\.tensor))
        let parameters = state.parameters.map(\.tensor).filter(\.requiresGradient)
        guard !parameters.isEmpty else { return nil }
        let device = batch.device
        let images = batch.copy()
        func pass() -> Tensor {
            withPrecision(precision, on: device) { backbone(images, training: true) }
        }

        // These passes must not change any state: the first is a warm-up, the second is only recorded.
        defer { buffers.restore() }
        var launched: Launched? = Launched(pass(), parameters)
        guard let gradOutput = launched?.gradOutput, let expected = launched?.results else {
            return nil
        }
        launched = nil
        buffers.restore()

        var output: Tensor?
        forward = try RecordedGraph(on: device) { output = pass() }
        guard let output, let counts = buffers.counts() else { return nil }
        buffers.restore()
        var derivatives: [Tensor] = []
        backward = try RecordedGraph(on: device, sharing: forward) {
            derivatives = output.derivatives(of: parameters, gradOutput: gradOutput)
        }
        self.parameters = parameters
        self.images = images
        self.gradOutput = gradOutput
        self.derivatives = derivatives
        batchCounts = counts
        embeddings = output.detached()

        forward.replay()
        backward.replay()
        guard isNear([embeddings] + derivatives, expected) else { return nil }
    }

    /// Whether a batch has the shape that was recorded.
    func fits(_ batch: Tensor) -> Bool { batch.shape == images.shape }

    /// The embeddings of a batch, from which a loss can be differentiated.
    ///
    /// They are valid until the next batch.
    func callAsFunction(_ batch: Tensor) -> Tensor {
        images.assign(batch)
        forward.replay()
        // The counters are on the CPU, where a graph does not capture changes.
        for count in batchCounts { count.assign(count + 1) }
        return embeddings.detached().withGradient()
    }

    /// Propagates the embeddings' gradients and adds to those of the parameters.
    ///
    /// - Parameter isOnly: Whether no other batch adds to them, so that no copy is needed.
    func differentiate(_ embeddings: Tensor, isOnly: Bool) {
        guard let gradient = embeddings.gradient else { return }
        gradOutput.assign(gradient)
        backward.replay()
        for (parameter, derivative) in zip(parameters, derivatives) {
            if let former = parameter.gradient {
                parameter.gradient = former + derivative
            } else {
                parameter.gradient = isOnly ? derivative : derivative.copy()
            }
        }
    }
}

/// Results of launching kernels one by one: embeddings, and gradients for a random output gradient.
private struct Launched {
    let gradOutput: Tensor
    let results: [Tensor]

    init(_ embeddings: Tensor, _ parameters: [Tensor]) {
        // The embeddings themselves cannot serve as gradient: the final normalisation would project it to
        // zero.
        gradOutput = embeddings.detached().filled(like: 0)
        gradOutput.fillNormal(standardDeviation: 1, seed: 1)
        results =
            [embeddings.detached()]
            + embeddings.derivatives(of: parameters, gradOutput: gradOutput).map { $0.detached() }
    }
}

/// Whether tensors are equal up to rounding, jointly: a gradient that is analytically 0 consists only of
/// rounding errors.
private func isNear(_ found: [Tensor], _ expected: [Tensor]) -> Bool {
    func square(_ tensors: [Tensor]) -> Double {
        tensors.reduce(0) { $0 + $1.square().sum().item() }
    }
    return zip(found, expected).allSatisfy { $0.shape == $1.shape }
        && square(zip(found, expected).map { $0 - $1 }) <= 1e-4 * square(expected)
}

/// A copy of a network's buffers.
private struct Buffers {
    private let tensors: [Tensor]
    private let former: [Tensor]

    init(_ tensors: [Tensor]) {
        self.tensors = tensors
        former = tensors.map { $0.copy() }
    }

    func restore() {
        for (tensor, value) in zip(tensors, former) { tensor.assign(value) }
    }

    /// Batch counters on the CPU, after one batch; nil if another buffer on the CPU changes, which a graph
    /// could not reproduce.
    func counts() -> [Tensor]? {
        var counts: [Tensor] = []
        for (tensor, value) in zip(tensors, former) where tensor.device == .cpu {
            let change = (tensor - value).array(of: Double.self)
            if tensor.shape.isEmpty, tensor.type == .int64, change == [1] {
                counts.append(tensor)
            } else if change.contains(where: { $0 != 0 }) {
                return nil
            }
        }
        return counts
    }
}
