import Torch

/// A block of the residual networks used in face recognition: BN-Conv-BN-PReLU-Conv-BN with a
/// shortcut (Deng et al., "ArcFace", 2019, section 3.1, after Han et al. 2017), where the second
/// convolution has the stride. The sum is not rectified.
final class ImprovedResidualBlock {
    /// The names of the parts, and other differences between the implementations.
    struct Layout {
        /// Batch norm, convolution, batch norm, PReLU, convolution, batch norm.
        let main: [String]
        /// Convolution and batch norm of the shortcut.
        let shortcut: [String]
        /// Name of the squeeze and excitation, if there is one.
        let excitation: String?
        /// Whether a shortcut that changes only the size takes every second pixel instead of
        /// convolving, and is first in the state.
        let subsamples: Bool
        /// Initialisation of the convolutions.
        let start: ConvolutionStart
    }

    private let layout: Layout
    private let normalization: BatchNormalization
    let first: PReLUConvolution
    let second: NormalizedConvolution
    private let excitation: SqueezeExcitation?
    private let shortcut: NormalizedConvolution?
    private let stride: Int

    init(inputs: Int, outputs: Int, stride: Int, _ layout: Layout, initial: InitialWeights) {
        self.layout = layout
        self.stride = stride
        let main = layout.main
        normalization = BatchNormalization(channels: inputs, initial: initial.child(main[0]))
        first = PReLUConvolution(
            main[1], main[2], main[3], inputs: inputs, outputs: outputs, kernel: 3,
            start: layout.start, initial: initial)
        second = NormalizedConvolution(
            main[4], main[5], inputs: outputs, outputs: outputs, kernel: 3, stride: stride,
            start: layout.start, initial: initial)
        excitation = layout.excitation.map {
            SqueezeExcitation(
                channels: outputs, squeezed: max(1, outputs / 16), bias: false,
                start: layout.start, initial: initial.child($0))
        }
        let convolves = inputs != outputs || (stride > 1 && !layout.subsamples)
        shortcut =
            convolves
            ? NormalizedConvolution(
                layout.shortcut[0], layout.shortcut[1], inputs: inputs, outputs: outputs,
                kernel: 1, stride: stride, start: layout.start, initial: initial) : nil
    }

    var state: [StateEntry] {
        let beside = shortcut?.state ?? []
        let squeezed = layout.excitation.flatMap { excitation?.state.prefixed($0) } ?? []
        let main = normalization.state.prefixed(layout.main[0]) + first.state + second.state
        return layout.subsamples ? beside + main + squeezed : main + beside
    }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        let filtered = first(normalization(input, training: training), training: training)
        let residual = residual(input, training: training)
        guard let excitation else {
            return second(filtered, adding: residual, training: training)
        }
        return excitation(second(filtered, training: training)) + residual
    }

    private func residual(_ input: Tensor, training: Bool) -> Tensor {
        if let shortcut { return shortcut(input, training: training) }
        // A window of one pixel selects every second pixel.
        return stride == 1 ? input : input.maxPooled(kernel: 1, stride: stride, padding: 0)
    }

    func walk(_ trace: inout LayerTrace) {
        if let shortcut { trace.passBranch(shortcut) }
        trace.count(normalization.state)
        first.walk(&trace)
        trace.pass(second)
        if let excitation { trace.count(excitation.state, multiplyAdds: excitation.multiplyAdds) }
    }

    /// `[3x3, 64; 3x3, 64] x 3`, of a stage of equal blocks.
    static func filter(_ stage: [ImprovedResidualBlock]) -> String {
        let channels = stage.first?.second.convolution.weight.shape[0] ?? 0
        return "[3x3, \(channels); 3x3, \(channels)] x \(stage.count)"
    }
}
