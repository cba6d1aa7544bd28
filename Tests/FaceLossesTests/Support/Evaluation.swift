import FaceLosses
import Testing
import Torch

/// What a loss gives for a sample, with all gradients.
struct Evaluation {
    var loss: Double
    /// By tensor: `embeddings`, and the names of the loss's state. Empty if there is none.
    var gradients: [String: [Double]]
    var logits: [[Double]]
    var marginLogits: [[Double]]
    var state: LossState

    /// Makes the loss, gives it the sample's weights, and takes a backward pass.
    init(
        _ text: String, _ sample: Sample, fraction: Double = 0.99, step: Int = 0,
        type: ElementType = .float64, embeddingType: ElementType? = nil, head: HeadOptions? = nil,
        scope: ElementType = .float32
    ) throws {
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: text), classes: sample.classes, embeddingSize: sample.size,
            initial: InitialWeights(seed: 1, path: "head", type: type), head: head)
        // One number for all classes, which starts at a value of its own.
        let hasOwnBias = loss is SphereFace2Loss || loss is UniFaceLoss
        for entry in loss.state where !(hasOwnBias && entry.name == "bias") {
            sample.assign(to: entry)
        }
        let embeddings = Tensor(
            sample.embeddings.flatMap(\.self), shape: [sample.embeddings.count, sample.size]
        ).to(embeddingType ?? type).withGradient()
        let output = withPrecision(scope, on: .cpu) {
            let output = loss(
                embeddings: embeddings, labels: Tensor(sample.labels),
                progress: LossProgress(fraction: fraction, step: step))
            output.loss.backward()
            return output
        }
        self.init(output, embeddings, loss.state)
    }

    private init(_ output: LossOutput, _ embeddings: Tensor, _ entries: [StateEntry]) {
        loss = output.loss.item()
        state = output.state
        logits = output.logits?.rows ?? []
        marginLogits = output.marginLogits?.rows ?? []
        gradients = ["embeddings": embeddings.gradient?.array() ?? []]
        for entry in entries {
            gradients[entry.name] = entry.tensor.gradient?.array() ?? []
        }
    }

    /// Whether everything is finite.
    var isFinite: Bool {
        loss.isFinite && gradients.values.allSatisfy { $0.allSatisfy(\.isFinite) }
            && (logits + marginLogits).allSatisfy { $0.allSatisfy(\.isFinite) }
    }
}

extension Sample {
    /// Gives class weights, centres and biases their values; what belongs to no class stays.
    ///
    /// Row k of an identity with several class weights has its components moved by k places.
    fileprivate func assign(to entry: StateEntry) {
        let shape = entry.tensor.shape
        if shape == [classes], entry.name == "bias" {
            entry.tensor.assign(Tensor(biases, shape: shape))
        } else if shape.count == 2, shape[1] == size, entry.role == .weight {
            let each = shape[0] / classes
            let rows = weights.flatMap { row in
                (0..<each).flatMap { k in row.indices.map { row[($0 + k) % row.count] } }
            }
            entry.tensor.assign(Tensor(rows, shape: shape))
        }
    }
}

extension Tensor {
    /// The rows of a matrix.
    var rows: [[Double]] {
        let columns = shape[1]
        let values = detached().array(of: Double.self)
        return stride(from: 0, to: values.count, by: columns).map {
            Array(values[$0..<$0 + columns])
        }
    }
}
