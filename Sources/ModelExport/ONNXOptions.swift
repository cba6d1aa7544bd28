public import FaceModels

/// How a network is written as ONNX; ``isRawInput`` and ``colourOrder`` apply to TorchScript too.
public struct ONNXOptions: Hashable, Sendable {
    /// Whether the graph's input has values from 0 to 255, which the graph normalises itself.
    public var isRawInput: Bool
    /// Channel order of the graph's input; if the network was trained on the other order, the graph swaps
    /// the channels.
    public var colourOrder: ColourOrder
    /// Whether batch normalisations are folded into the preceding operation.
    public var foldsBatchNorm: Bool
    /// Whether weights and computation are float16; input and output stay float32.
    public var isHalf: Bool

    /// Creates options; by default the graph takes normalised RGB images and all values are float32.
    public init(
        isRawInput: Bool = false, colourOrder: ColourOrder = .rgb, foldsBatchNorm: Bool = true,
        isHalf: Bool = false
    ) {
        self.isRawInput = isRawInput
        self.colourOrder = colourOrder
        self.foldsBatchNorm = foldsBatchNorm
        self.isHalf = isHalf
    }
}
