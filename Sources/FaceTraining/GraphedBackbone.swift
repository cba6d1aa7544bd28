import FaceModels
import Torch

/// A backbone's forward and backward pass, each launched on a GPU as one recorded graph.
///
/// A small network has hundreds of kernels that take less time than their launches. The loss is not
/// recorded: its margins change from step to step. What was recorded is used only when it has given
/// what launching one by one gives.
final class GraphedBackbone {
    private let backbone: any Backbone
    private let parameters: [Tensor]
    private let batchCounts: [Tensor]
    private let images: Tensor
    private let embeddings: Tensor
    private let slopes: Tensor
    private let derivatives: [Tensor]
    private let forward: RecordedGraph
    private let backward: RecordedGraph

    /// Records both passes for batches like the given one.
    ///
    /// - Throws: `TorchError` when LibTorch cannot record.
    init(_ backbone: any Backbone, like batch: Tensor, precision: ElementType) throws {
        self.backbone = backbone
        let state = backbone.state
        let parameters = state.parameters.map(\.tensor)
        // They are counted on the processor, which recording does not see.
        batchCounts = state.filter { $0.tensor.device == .cpu && $0.role == .buffer }.map(\.tensor)
        let images = batch.contiguous(.channelsLast).detached()
        let device = batch.device
        let counts = batchCounts.map { $0.array(of: Int.self) }
        var output: Tensor?
        forward = try RecordedGraph(on: device) {
            output = withPrecision(precision, on: device) { backbone(images, training: true) }
        }
        for (tensor, count) in zip(batchCounts, counts) { tensor.fill(Double(count[0])) }
        guard let output else { preconditionFailure("a recorded body was not run") }
        let slopes = output.detached().filled(like: 0)
        var derivatives: [Tensor] = []
        backward = try RecordedGraph(on: device, sharing: forward) {
            derivatives = output.derivatives(of: parameters, slopes: slopes)
        }
        self.parameters = parameters
        self.images = images
        self.slopes = slopes
        self.derivatives = derivatives
        embeddings = output.detached()
    }

    /// Whether the recorded work gives, but for rounding, what launching gives for a batch; its
    /// statistics are left as they were.
    func isFaithful(to batch: Tensor, precision: ElementType) -> Bool {
        let buffers = backbone.state.filter { $0.role == .buffer }.map(\.tensor)
        let former = buffers.map { $0 + 0 }
        defer { for (buffer, value) in zip(buffers, former) { buffer.assign(value) } }
        let launched = withPrecision(precision, on: batch.device) {
            backbone(batch, training: true)
        }
        let slopes = launched.detached()
        let expected = [launched] + launched.derivatives(of: parameters, slopes: slopes)
        let replayed = self(batch)
        self.slopes.assign(slopes)
        backward.replay()
        return zip([replayed] + derivatives, expected).allSatisfy { found, expected in
            let error = (found.detached() - expected.detached()).norm().item()
            return error <= 0.01 * expected.detached().norm().item()
        }
    }

    /// Whether a batch has the shape that was recorded.
    func fits(_ batch: Tensor) -> Bool { batch.shape == images.shape }

    /// The embeddings of a batch, from which a loss can be differentiated.
    ///
    /// They are good until the next batch.
    func callAsFunction(_ batch: Tensor) -> Tensor {
        images.assign(batch)
        forward.replay()
        for count in batchCounts { count.assign(count + 1) }
        return embeddings.detached().withGradient()
    }

    /// Adds to the parameters' gradients what comes of the embeddings'.
    ///
    /// - Parameter isOnly: Whether no other batch adds to them, so that nothing need be copied.
    func differentiate(_ embeddings: Tensor, isOnly: Bool) {
        guard let gradient = embeddings.gradient else { return }
        slopes.assign(gradient)
        backward.replay()
        for (parameter, derivative) in zip(parameters, derivatives) {
            if let former = parameter.gradient {
                parameter.gradient = former + derivative
            } else {
                parameter.gradient = isOnly ? derivative : derivative + 0
            }
        }
    }
}
