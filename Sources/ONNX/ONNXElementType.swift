/// Types of a tensor's elements, by ONNX's numbers.
public enum ONNXElementType: Int, Sendable {
    /// float32.
    case float32 = 1
    /// Bytes.
    case uint8 = 2
    /// Signed bytes, as in quantised networks.
    case int8 = 3
    /// 32-bit whole numbers.
    case int32 = 6
    /// 64-bit whole numbers.
    case int64 = 7
    /// Truth values.
    case bool = 9
    /// float16.
    case float16 = 10
    /// float64.
    case float64 = 11
    /// bfloat16.
    case bfloat16 = 16
}
