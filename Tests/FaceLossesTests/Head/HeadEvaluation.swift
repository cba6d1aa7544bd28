import FaceLosses
import Testing
import Torch

/// What a loss gives for a batch, computed by a head or, without options, composed of tensors.
struct HeadEvaluation {
    var loss: Double
    var gradients: [String: [Double]]
    var correct: Int
    var correctWithMargin: Int
    var state: LossState
    var buffers: [String: [Double]]
}

extension HeadEvaluation {
    /// Takes a forward and a backward pass.
    init(
        _ text: String, _ sample: Sample, _ head: HeadOptions?, fraction: Double = 0.99,
        step: Int = 0, type: ElementType, on device: Device = .cpu
    ) throws {
        let loss = try Self.make(text, sample, head, type: type, on: device)
        self.init(loss, sample, fraction: fraction, step: step, type: type, on: device)
    }

    /// A loss with the sample's weights.
    static func make(
        _ text: String, _ sample: Sample, _ head: HeadOptions?, type: ElementType,
        on device: Device = .cpu
    ) throws -> any FaceLoss {
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: text), classes: sample.classes, embeddingSize: sample.size,
            initial: InitialWeights(seed: 1, path: "head", device: device, type: type), head: head)
        if let weight = loss.state.first?.tensor, weight.shape == [sample.classes, sample.size] {
            weight.assign(Tensor(sample.weights.flatMap(\.self), shape: weight.shape))
        }
        return loss
    }

    /// Takes a forward and a backward pass with a loss, whose gradients are added to.
    init(
        _ loss: any FaceLoss, _ sample: Sample, fraction: Double = 0.99, step: Int = 0,
        type: ElementType, on device: Device = .cpu
    ) {
        let embeddings = Tensor(
            sample.embeddings.flatMap(\.self), shape: [sample.embeddings.count, sample.size],
            device: device
        ).to(type).withGradient()
        let labels = Tensor(sample.labels, device: device)
        let output = loss(
            embeddings: embeddings, labels: labels,
            progress: LossProgress(fraction: fraction, step: step))
        output.loss.backward()
        self.init(output, loss, embeddings, labels)
    }

    /// What a loss has given, when it has been differentiated.
    init(_ output: LossOutput, _ loss: any FaceLoss, _ embeddings: Tensor, _ labels: Tensor) {
        self.init(
            loss: output.loss.item(), gradients: ["embeddings": embeddings.gradient?.array() ?? []],
            correct: output.correctCount(labels: labels, withMargin: false),
            correctWithMargin: output.correctCount(labels: labels, withMargin: true),
            state: output.state, buffers: [:])
        for entry in loss.state {
            gradients[entry.name] = entry.tensor.gradient?.dense().array() ?? []
            if entry.role == .buffer { buffers[entry.name] = entry.tensor.array() }
        }
    }
}

/// Length of the difference of two vectors; the second may be missing.
private func distance(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices {
        let difference = a[i] - (i < b.count ? b[i] : 0)
        sum += difference * difference
    }
    return sum.squareRoot()
}

extension HeadEvaluation {
    /// Length of the error of a gradient, as a fraction of the gradient's.
    func error(of key: String, from expected: HeadEvaluation) -> Double {
        let gradient = expected.gradients[key] ?? []
        return distance(gradients[key] ?? [], gradient) / max(1e-300, distance(gradient, []))
    }
}

/// Expects a head's numbers to be those of the composed loss.
///
/// - Parameter tolerance: Of the loss, relative, and of the length of a gradient's error as a
///   fraction of the gradient's.
func expectSame(
    _ found: HeadEvaluation, _ expected: HeadEvaluation, tolerance: Double,
    _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    expectClose(
        found.loss, expected.loss, tolerance: tolerance, "\(name): loss",
        sourceLocation: sourceLocation)
    for (key, gradient) in expected.gradients {
        #expect(
            found.gradients[key]?.count == gradient.count, "\(name)",
            sourceLocation: sourceLocation)
        #expect(
            found.error(of: key, from: expected) <= tolerance, "\(name): gradient of \(key)",
            sourceLocation: sourceLocation)
    }
    for (key, value) in expected.state.record {
        expectClose(
            found.state.record[key] ?? .nan, value, tolerance: tolerance, "\(name): \(key)",
            sourceLocation: sourceLocation)
    }
    for (key, value) in expected.buffers {
        expectClose(
            found.buffers[key] ?? [], value, tolerance: tolerance, "\(name): \(key)",
            sourceLocation: sourceLocation)
    }
    #expect(found.correct == expected.correct, "\(name)", sourceLocation: sourceLocation)
    #expect(
        found.correctWithMargin == expected.correctWithMargin, "\(name)",
        sourceLocation: sourceLocation)
}
