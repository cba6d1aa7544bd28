/// Element types of tensors, with ONNX's numbers.
public enum ONNXElementType: Int, Sendable {
    case float32 = 1
    /// Unsigned bytes.
    case uint8 = 2
    /// Signed bytes, as in quantised networks.
    case int8 = 3
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case float64 = 11
    case bfloat16 = 16
}
