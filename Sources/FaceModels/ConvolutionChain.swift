import Torch

/// A sequence of convolutions, each with normalisation and rectifier: a branch of an
/// Inception module (Szegedy et al., "Going Deeper with Convolutions", 2015).
final class ConvolutionChain {
    /// One convolution of a chain.
    struct Step {
        let name: String
        let outputs: Int
        let window: RectangularConvolution.Extent
        let stride: Int
        let padding: RectangularConvolution.Extent

        /// A square window.
        ///
        /// - Parameter padding: Half of the window by default.
        init(_ name: String, _ outputs: Int, _ kernel: Int, stride: Int = 1, padding: Int? = nil) {
            let half = padding ?? kernel / 2
            self.name = name
            self.outputs = outputs
            window = .init(kernel, kernel)
            self.stride = stride
            self.padding = .init(half, half)
        }

        /// A rectangular window, padded by half its size.
        init(_ name: String, _ outputs: Int, _ height: Int, by width: Int) {
            self.name = name
            self.outputs = outputs
            window = .init(height, width)
            stride = 1
            padding = .init(height / 2, width / 2)
        }
    }

    private let bricks: [Brick]
    let outputs: Int

    /// Creates a chain whose parts are named `name.conv` and `name.bn`.
    init(inputs: Int, _ steps: [Step], epsilon: Double, initial: InitialWeights) {
        var channels = inputs
        bricks = steps.map { step in
            defer { channels = step.outputs }
            return Brick(
                step, inputs: channels, epsilon: epsilon, initial: initial.child(step.name))
        }
        outputs = channels
    }

    /// A normalisation through which every batch passes, for counting batches.
    var counter: BatchNormalization { bricks[0].normalization }

    var state: [StateEntry] { bricks.flatMap(\.state) }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        bricks.reduce(input) { $1($0, training: training) }
    }

    func walk(_ trace: inout LayerTrace) {
        for brick in bricks { brick.walk(&trace) }
    }

    /// `1x1, 96; 3x3, 128`.
    var filter: String { bricks.map(\.filter).joined(separator: "; ") }
}

/// A convolution, its normalisation and a rectifier.
private final class Brick {
    private enum Layer {
        /// A square window; the normalisation can be folded into the convolution.
        case square(NormalizedConvolution)
        case rectangular(RectangularConvolution, BatchNormalization)
    }

    private let name: String
    private let layer: Layer

    init(
        _ step: ConvolutionChain.Step, inputs: Int, epsilon: Double, initial: InitialWeights
    ) {
        name = step.name
        if step.window.height == step.window.width {
            layer = .square(
                NormalizedConvolution(
                    "conv", "bn", inputs: inputs, outputs: step.outputs,
                    kernel: step.window.height, stride: step.stride,
                    padding: step.padding.height, epsilon: epsilon, initial: initial))
        } else {
            layer = .rectangular(
                RectangularConvolution(
                    inputs: inputs, outputs: step.outputs, window: step.window,
                    stride: step.stride, padding: step.padding, bias: false,
                    initial: initial.child("conv")),
                BatchNormalization(
                    channels: step.outputs, epsilon: epsilon, initial: initial.child("bn")))
        }
    }

    var normalization: BatchNormalization {
        switch layer {
        case .square(let convolution): convolution.normalization
        case .rectangular(_, let normalization): normalization
        }
    }

    var state: [StateEntry] {
        switch layer {
        case .square(let convolution): convolution.state.prefixed(name)
        case .rectangular(let convolution, let normalization):
            (convolution.state.prefixed("conv") + normalization.state.prefixed("bn"))
                .prefixed(name)
        }
    }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        switch layer {
        case .square(let convolution): convolution.rectified(input, training: training)
        case .rectangular(let convolution, let normalization):
            normalization.rectified(convolution(input, training: training), training: training)
        }
    }

    func walk(_ trace: inout LayerTrace) {
        switch layer {
        case .square(let convolution): trace.pass(convolution)
        case .rectangular(let convolution, let normalization):
            trace.pass(convolution)
            trace.count(normalization.state)
        }
    }

    var filter: String {
        let shape =
            switch layer {
            case .square(let convolution): convolution.convolution.weight.shape
            case .rectangular(let convolution, _): convolution.weight.shape
            }
        return "\(shape[2])x\(shape[3]), \(shape[0])"
    }
}
