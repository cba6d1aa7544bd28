import CTorch

/// The type of a tensor's elements.
public enum ElementType: String, Sendable, CaseIterable, Codable {
    case bool
    /// 16-bit floating point with the range of `float32`.
    case bfloat16
    case float32
    case float64
    /// 64-bit integers: labels and indices.
    case int64
    case uint8

    /// Size of one element, in bytes.
    public var size: Int {
        switch self {
        case .bool, .uint8: 1
        case .bfloat16: 2
        case .float32: 4
        case .float64, .int64: 8
        }
    }

    var handle: ct_dtype {
        switch self {
        case .bool: CT_BOOL
        case .bfloat16: CT_BFLOAT16
        case .float32: CT_FLOAT32
        case .float64: CT_FLOAT64
        case .int64: CT_INT64
        case .uint8: CT_UINT8
        }
    }

    init(_ handle: ct_dtype) {
        switch handle {
        case CT_BOOL: self = .bool
        case CT_BFLOAT16: self = .bfloat16
        case CT_FLOAT64: self = .float64
        case CT_INT64: self = .int64
        case CT_UINT8: self = .uint8
        default: self = .float32
        }
    }
}

/// A Swift type that can be converted to and from the elements of a tensor.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The element type of its tensors.
    static var elementType: ElementType { get }
    /// The initial value of an array that will be overwritten.
    static var zero: Self { get }
}

extension Double: TensorElement {
    /// `float64`, the element type for `Double`.
    public static var elementType: ElementType { .float64 }
}
extension Float: TensorElement {
    /// `float32`, the element type for `Float`.
    public static var elementType: ElementType { .float32 }
}
extension Int: TensorElement {
    /// `int64`, the element type for `Int`.
    public static var elementType: ElementType { .int64 }
}
extension UInt8: TensorElement {
    /// `uint8`, the element type for `UInt8`.
    public static var elementType: ElementType { .uint8 }
}

/// The order in which an image batch `[n, c, h, w]` is stored in memory.
public enum MemoryFormat: String, Sendable, CaseIterable, Codable {
    /// Channels vary fastest, which is best for vectorised convolutions.
    case channelsLast
    /// Columns vary fastest.
    case contiguous

    var handle: ct_memory_format {
        switch self {
        case .channelsLast: CT_CHANNELS_LAST
        case .contiguous: CT_CONTIGUOUS
        }
    }
}
