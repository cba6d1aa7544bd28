/// Bytes in a pickle: their range in the file or, if they are encoded there, the bytes themselves.
enum PickleBytes: Sendable, Hashable {
    case stored(Range<Int>)
    case unpacked([UInt8])

    var count: Int {
        switch self {
        case .stored(let range): range.count
        case .unpacked(let bytes): bytes.count
        }
    }

    /// The bytes, read from the file if necessary.
    func array(in store: any ByteStore) throws(FaceDataError) -> [UInt8] {
        switch self {
        case .stored(let range):
            try store.bytes(at: range.lowerBound, count: range.count)
        case .unpacked(let bytes): bytes
        }
    }
}

/// Functions and classes that a pickle may refer to; they are recognised but never called.
enum PickleGlobal: Sendable, Hashable {
    /// `numpy.core.multiarray._reconstruct`: creates an array whose state follows.
    case arrayReconstruction
    /// `numpy.core.numeric._frombuffer`: an array of protocol 5.
    case arrayFromBuffer
    /// `numpy.core.multiarray.scalar`
    case scalar
    /// `numpy.ndarray`
    case array
    /// `numpy.dtype`
    case elementType
    /// `_codecs.encode`: how Python 3 writes bytes with protocols 0 to 2.
    case encode
    /// `bytes`: how Python 3 writes empty bytes with protocols 0 to 2.
    case bytes

    /// The supported function or class of a module and name; nil for others.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
            self = .arrayReconstruction
        case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"):
            self = .arrayFromBuffer
        case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"):
            self = .scalar
        case ("numpy", "ndarray"): self = .array
        case ("numpy", "dtype"): self = .elementType
        case ("_codecs", "encode"): self = .encode
        case ("__builtin__", "bytes"), ("builtins", "bytes"): self = .bytes
        default: return nil
        }
    }
}

/// A value of a pickle. It refers to other values by index, so that neither nesting depth nor
/// cycles matter.
enum PickleValue: Sendable, Hashable {
    case none
    case boolean(Bool)
    case integer(Int)
    case bytes(PickleBytes)
    /// A text of at most ``PickleReader/maxNameBytes`` bytes.
    case text(String)
    /// The range of the UTF-8 of a longer text, which can only represent bytes.
    case longText(Range<Int>)
    case list([Int])
    case tuple([Int])
    case global(PickleGlobal)
    /// A numpy element type such as `u1`.
    case elementType(String)
    /// An array without its state.
    case emptyArray
    case array(elementType: String, shape: [Int], bytes: PickleBytes)

    /// Its name in a message.
    var kind: String {
        switch self {
        case .none: "None"
        case .boolean: "a bool"
        case .integer: "an int"
        case .bytes: "bytes"
        case .text, .longText: "a str"
        case .list: "a list"
        case .tuple: "a tuple"
        case .global: "a function or class"
        case .elementType: "a dtype"
        case .emptyArray, .array: "an array"
        }
    }
}
