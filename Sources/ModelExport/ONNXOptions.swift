/// How a network is written as ONNX.
public struct ONNXOptions: Hashable, Sendable {
    /// Whether the graph is given bytes from 0 to 255 and prepares them itself.
    public var isRawInput: Bool
    /// Whether batch normalisations are folded into what is before them.
    public var foldsBatchNorm: Bool
    /// Whether weights and computation are float16; input and output stay float32.
    public var isHalf: Bool

    /// Creates options; by default the input is prepared and all values are float32.
    public init(isRawInput: Bool = false, foldsBatchNorm: Bool = true, isHalf: Bool = false) {
        self.isRawInput = isRawInput
        self.foldsBatchNorm = foldsBatchNorm
        self.isHalf = isHalf
    }
}
