import FaceLosses
import Testing
import Torch

/// What a loss gives for a sample, with all gradients.
struct Evaluation {
    var loss: Double
    /// By tensor: `embeddings`, and the names of the loss's state. Empty where there is none.
    var gradients: [String: [Double]]
    var logits: [[Double]]
    var marginLogits: [[Double]]
    var state: [String: Double]

    /// Makes the loss, gives it the sample's weights, and takes a backward pass.
    init(
        _ text: String, _ sample: Sample, fraction: Double = 0.99, step: Int = 0,
        type: ElementType = .float64, embeddingType: ElementType? = nil
    ) throws {
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: text), classes: sample.classes, embeddingSize: sample.size,
            initial: InitialWeights(seed: 1, path: "head", type: type))
        for entry in loss.state {
            let isBias = entry.role == .bias
            entry.tensor.assign(
                Tensor(
                    isBias ? sample.biases : sample.weights.flatMap(\.self),
                    shape: entry.tensor.shape))
        }
        let embeddings = Tensor(
            sample.embeddings.flatMap(\.self), shape: [sample.embeddings.count, sample.size]
        ).to(embeddingType ?? type).withGradient()
        let output = loss(
            embeddings: embeddings, labels: Tensor(sample.labels),
            progress: LossProgress(fraction: fraction, step: step))
        output.loss.backward()
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
