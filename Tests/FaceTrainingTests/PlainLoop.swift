import FaceData
import FaceLosses
import FaceModels
import FaceTraining
import Torch

/// Training written out, against which the trainer is held: LibTorch differentiates, and everything
/// else is arithmetic on arrays of `Double`.
struct PlainLoop {
    /// Images and labels as tensors.
    struct Batch {
        let images: Tensor
        let labels: Tensor

        init(_ batch: ImageBatch) {
            images = InputNormalization.standard.images(
                pixels: batch.pixels, count: batch.count, height: batch.height,
                width: batch.width, format: .channelsLast, device: .cpu)
            labels = Tensor(batch.labels)
        }
    }

    /// What a step gives: the mean loss, the gradients' norm before clipping, correct samples.
    struct Numbers {
        var loss = 0.0
        var norm = 0.0
        var correct = 0
        var correctWithMargin = 0
    }

    let model: Model
    let options: SGD.Options
    private(set) var clippedSteps = 0
    private var buffers: [[Double]] = []

    init(_ model: Model, options: SGD.Options) {
        self.model = model
        self.options = options
    }

    mutating func step(
        _ batch: Batch, microBatches: Int, rate: Double, clip: Double,
        progress: (Int) -> LossProgress
    ) -> Numbers {
        let parameters = model.state.parameters.map(\.tensor)
        for parameter in parameters { parameter.gradient = nil }
        var (numbers, total) = forward(batch, microBatches, progress)
        total.backward()
        total = total.detached()
        var gradients = parameters.map { parameter in
            parameter.gradient?.array(of: Float.self).map(Double.init)
                ?? [Double](repeating: 0, count: parameter.count)
        }
        numbers.norm = gradients.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
        if clip > 0, numbers.norm > clip {
            clippedSteps += 1
            let factor = clip / numbers.norm
            gradients = gradients.map { $0.map { $0 * factor } }
        }
        descend(parameters, gradients, rate)
        return numbers
    }

    private func forward(
        _ batch: Batch, _ microBatches: Int, _ progress: (Int) -> LossProgress
    ) -> (Numbers, Tensor) {
        var numbers = Numbers()
        var total: Tensor?
        let size = batch.labels.count / microBatches
        for index in 0..<microBatches {
            let range = index * size..<(index + 1) * size
            let labels = batch.labels.narrowed(0, range)
            let output = model.loss(
                embeddings: model.backbone(batch.images.narrowed(0, range), training: true),
                labels: labels, progress: progress(index))
            numbers.loss += output.loss.item() / Double(microBatches)
            numbers.correct += output.correctCount(labels: labels, withMargin: false)
            numbers.correctWithMargin += output.correctCount(labels: labels, withMargin: true)
            let mean = output.loss / Double(microBatches)
            total = total.map { $0 + mean } ?? mean
        }
        return (numbers, total ?? Tensor([0.0]))
    }

    /// v <- momentum v + (g + decay w), w <- w - rate v; at first v is g + decay w.
    private mutating func descend(
        _ parameters: [Tensor], _ gradients: [[Double]], _ rate: Double
    ) {
        let former = buffers
        for (index, parameter) in parameters.enumerated() {
            var values = parameter.array(of: Float.self).map(Double.init)
            var buffer = zip(gradients[index], values).map { $0 + options.weightDecay * $1 }
            if former.indices.contains(index) {
                buffer = zip(former[index], buffer).map { options.momentum * $0 + $1 }
                buffers[index] = buffer
            } else {
                buffers.append(buffer)
            }
            for index in values.indices { values[index] -= rate * buffer[index] }
            withoutGradients {
                parameter.assign(Tensor(values.map(Float.init), shape: parameter.shape))
            }
        }
    }
}

/// Whether two numbers are equal except for rounding in `float32`.
func isNear(_ found: Double, _ expected: Double) -> Bool {
    abs(found - expected) <= 1e-5 * (1 + abs(expected))
}

/// Whether the parameters of two models are equal except for rounding.
func isNear(_ found: Model, _ expected: Model) -> Bool {
    zip(found.state, expected.state).allSatisfy { one, other in
        zip(one.tensor.array(of: Float.self), other.tensor.array(of: Float.self)).allSatisfy {
            isNear(Double($0), Double($1))
        }
    }
}
