import Torch

/// A block of ResNet-50: 1x1, 3x3 and 1x1 convolutions with a shortcut (He et al. 2016, Fig. 5).
///
/// The shortcut is the identity, or a 1x1 convolution if channels or size change (option B). The last
/// normalisation's scale starts at 0 (Goyal et al., "Accurate, Large Minibatch SGD", 2017, section 5.1),
/// so that each block starts as its shortcut. With 1 the gradients of sixteen blocks accumulate at the
/// start: on 500 identities at a learning rate of 0.1 the loss then rises for an epoch, and after six
/// epochs hardly anything has been learnt.
final class Bottleneck {
    /// Ratio of a block's output channels to those of its inner convolutions.
    static let expansion = 4

    let convolutions: [NormalizedConvolution]
    let shortcut: NormalizedConvolution?

    init(
        inputs: Int, channels: Int, stride: Int, on position: ResNet50.StridePosition,
        initial: InitialWeights
    ) {
        let outputs = channels * Self.expansion
        convolutions = [
            NormalizedConvolution(
                "conv1", "bn1", inputs: inputs, outputs: channels, kernel: 1,
                stride: position == .first ? stride : 1, initial: initial),
            NormalizedConvolution(
                "conv2", "bn2", inputs: channels, outputs: channels, kernel: 3,
                stride: position == .middle ? stride : 1, initial: initial),
            NormalizedConvolution(
                "conv3", "bn3", inputs: channels, outputs: outputs, kernel: 1, scale: 0,
                initial: initial),
        ]
        let isIdentity = stride == 1 && inputs == outputs
        shortcut =
            isIdentity
            ? nil
            : NormalizedConvolution(
                "downsample.0", "downsample.1", inputs: inputs, outputs: outputs, kernel: 1,
                stride: stride, initial: initial)
    }

    var state: [StateEntry] {
        convolutions.flatMap(\.state) + (shortcut?.state ?? [])
    }

    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
        let reduced = convolutions[0].rectified(input, training: training)
        let filtered = convolutions[1].rectified(reduced, training: training)
        let residual = shortcut?(input, training: training) ?? input
        return convolutions[2].rectified(filtered, adding: residual, training: training)
    }

    func walk(_ trace: inout LayerTrace) {
        if let shortcut { trace.passBranch(shortcut) }
        for convolution in convolutions { trace.pass(convolution) }
    }
}
