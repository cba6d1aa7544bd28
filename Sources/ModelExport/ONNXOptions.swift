public import FaceModels

/// How a network is written as ONNX; what it is given counts for TorchScript too.
public struct ONNXOptions: Hashable, Sendable {
    /// Whether the graph is given bytes from 0 to 255 and prepares them itself.
    public var isRawInput: Bool
    /// The order of the channels that the graph is given, whichever the network was trained on: where they
    /// differ, the graph exchanges them.
    public var colourOrder: ColourOrder
    /// Whether batch normalisations are folded into what is before them.
    public var foldsBatchNorm: Bool
    /// Whether weights and computation are float16; input and output stay float32.
    public var isHalf: Bool

    /// Creates options.
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
