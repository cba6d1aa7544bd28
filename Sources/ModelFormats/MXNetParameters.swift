public import Foundation

/// Named tensors saved by MXNet: the `model-0000.params` of a checkpoint, or a dictionary written by
/// `mx.nd.save`.
///
/// The file is a magic number (0x112), a list of arrays, each with a magic number for the version of its
/// header, its shape, its type and its elements, and a list of their names. All header versions of
/// `NDArray::Load` in MXNet 1.9 (src/ndarray/ndarray.cc) are read. A checkpoint's names begin with `arg:` for
/// parameters and `aux:` for running statistics; these prefixes are not part of ``StoredTensor/name``.
public struct MXNetParameters {
    /// The magic number of a list of arrays.
    public static let magic: [UInt8] = [0x12, 0x01, 0, 0, 0, 0, 0, 0]

    /// Path of the file, for messages.
    public let path: String
    /// The arrays in the file's order, except those without content.
    public let tensors: [StoredTensor]

    /// Reads a file.
    ///
    /// - Throws: ``ModelFormatsError`` if it cannot be read, is damaged, or its arrays have no
    ///   names.
    public init(_ url: URL) throws(ModelFormatsError) {
        try self.init(WeightBytes.of(url), path: url.path)
    }

    /// Reads the bytes of a file.
    ///
    /// - Parameter path: The file's path, for messages.
    /// - Throws: As ``init(_:)``.
    public init(_ bytes: [UInt8], path: String) throws(ModelFormatsError) {
        self.path = path
        var cursor = StateCursor(bytes[...], path: path, program: .mxnet)
        guard bytes.starts(with: Self.magic) else {
            throw cursor.damaged("it does not begin as a list of arrays does")
        }
        // Eight reserved bytes.
        _ = try cursor.take(16)
        let arrays = try Self.arrays(&cursor)
        let names = try Self.names(&cursor)
        guard cursor.isAtEnd else { throw cursor.damaged("there is more than arrays and names") }
        guard !names.isEmpty else {
            throw .noNames(path: path, count: arrays.count)
        }
        guard names.count == arrays.count else {
            throw cursor.damaged("there are \(arrays.count) arrays and \(names.count) names")
        }
        var storages: [String: Range<Int>] = [:]
        for (index, array) in arrays.enumerated() { storages["\(index)"] = array?.elements }
        let file = TensorFile(path: path, bytes: bytes, storages: storages, isBigEndian: false)
        tensors = zip(names, arrays).enumerated().compactMap { index, pair in
            guard let array = pair.1 else { return nil }
            return StoredTensor(
                name: pair.0,
                layout: .init(
                    storage: StoragePart(key: "\(index)", type: array.type), offset: 0,
                    shape: array.shape, strides: array.strides), file: file)
        }
    }

    /// Names without the prefixes `arg:` and `aux:`.
    private static func names(_ cursor: inout StateCursor) throws(ModelFormatsError) -> [String] {
        let count = try cursor.length(8)
        // Each takes at least the bytes of its length.
        guard count <= cursor.left / 8 else {
            throw cursor.damaged("\(count) names do not fit in the rest of the file")
        }
        var names: [String] = []
        for _ in 0..<count {
            let length = try cursor.length(8)
            let name = String(decoding: try cursor.take(length), as: UTF8.self)
            let kind = ["arg:", "aux:"].first { name.hasPrefix($0) } ?? ""
            names.append(String(name.dropFirst(kind.count)))
        }
        return names
    }

    private static func arrays(
        _ cursor: inout StateCursor
    ) throws(ModelFormatsError) -> [MXNetArray?] {
        let count = try cursor.length(8)
        // Each takes at least the bytes of its header's version.
        guard count <= cursor.left / 4 else {
            throw cursor.damaged("\(count) arrays do not fit in the rest of the file")
        }
        var arrays: [MXNetArray?] = []
        for _ in 0..<count { arrays.append(try MXNetArray(&cursor)) }
        return arrays
    }
}

/// The shape, element type and position of an MXNet array.
private struct MXNetArray {
    let shape: [Int]
    /// The name of PyTorch's storage of the element type, or a name for messages if the type is not
    /// supported.
    let type: String
    /// The range of its elements' bytes; in a sparse array, of those that are stored.
    let elements: Range<Int>

    /// Strides of the dimensions, in elements.
    var strides: [Int] {
        var strides: [Int] = []
        var step = 1
        for length in shape.reversed() {
            strides.append(step)
            step *= max(length, 1)
        }
        return strides.reversed()
    }

    /// The first number of a header is its version; in the oldest headers, which have no version, it
    /// is the number of dimensions.
    private static let (first, second, third): (UInt64, UInt64, UInt64) = (
        0xF993_FAC8, 0xF993_FAC9, 0xF993_FACA
    )
    private static let maxDimensions = 32

    /// Reads an array; nil if it has no content.
    init?(_ cursor: inout StateCursor) throws(ModelFormatsError) {
        let version = try cursor.number(4)
        var sparse: Sparse?
        let found: [Int]?
        switch version {
        case Self.second, Self.third:
            sparse = try Sparse(&cursor)
            found = try Self.shape(&cursor, of: 8, mayBeScalar: version == Self.third)
        case Self.first: found = try Self.shape(&cursor, of: 8)
        default: found = try Self.lengths(&cursor, count: version, of: 4)
        }
        guard let shape = found, !shape.isEmpty || version == Self.third else { return nil }
        // The device.
        _ = try cursor.take(8)
        let kind = try Kind(&cursor)
        try sparse?.readKinds(&cursor)
        // A sparse array may be larger than its stored elements.
        _ = try Self.bytes(cursor, kind, shape)
        self.shape = shape
        elements = try Self.elements(&cursor, kind, sparse?.shape ?? shape)
        for (kind, shape) in sparse?.indices ?? [] {
            _ = try Self.elements(&cursor, kind, shape)
        }
        type = sparse?.name ?? kind.name
    }

    /// The additional fields of a sparse array.
    private struct Sparse {
        let name: String
        /// The shape of the stored elements.
        let shape: [Int]
        /// The index arrays.
        private(set) var indices: [(Kind, [Int])] = []
        private let count: Int

        /// Reads the storage type; nil for a dense array.
        init?(_ cursor: inout StateCursor) throws(ModelFormatsError) {
            let start = cursor.offset
            switch try cursor.number(4) {
            case 0: return nil
            case 1: (name, count) = ("row_sparse", 1)
            case 2: (name, count) = ("csr", 2)
            case let other:
                throw cursor.damaged(
                    "an array is stored in a way (\(other)) that is none", at: start)
            }
            shape = try MXNetArray.shape(&cursor, of: 8) ?? []
        }

        mutating func readKinds(_ cursor: inout StateCursor) throws(ModelFormatsError) {
            for _ in 0..<count {
                let kind = try Kind(&cursor)
                indices.append((kind, try MXNetArray.shape(&cursor, of: 8) ?? []))
            }
        }
    }

    /// Element types by number.
    private struct Kind {
        let name: String
        let size: Int

        /// The name of PyTorch's storage if the type is supported, and the size of an element in
        /// bytes.
        private static let all: [(String, Int)] = [
            ("FloatStorage", 4), ("DoubleStorage", 8), ("HalfStorage", 2), ("ByteStorage", 1),
            ("int32", 4), ("int8", 1), ("LongStorage", 8), ("BoolStorage", 1), ("int16", 2),
            ("uint16", 2), ("uint32", 4), ("uint64", 8), ("BFloat16Storage", 2),
        ]

        init(_ cursor: inout StateCursor) throws(ModelFormatsError) {
            let start = cursor.offset
            let number = try cursor.length(4)
            guard number < Self.all.count else {
                throw cursor.damaged(
                    "an array has elements of a type (\(number)) that is none", at: start)
            }
            (name, size) = Self.all[number]
        }
    }

    /// The number of dimensions and their lengths; nil if the shape is unknown.
    private static func shape(
        _ cursor: inout StateCursor, of size: Int, mayBeScalar: Bool = false
    ) throws(ModelFormatsError) -> [Int]? {
        let count = try cursor.number(4)
        // -1 if the format distinguishes arrays without dimensions.
        if mayBeScalar, count == UInt64(UInt32.max) { return nil }
        return try lengths(&cursor, count: count, of: size)
    }

    private static func lengths(
        _ cursor: inout StateCursor, count: UInt64, of size: Int
    ) throws(ModelFormatsError) -> [Int] {
        guard count <= maxDimensions else {
            throw cursor.damaged("an array has \(count) dimensions", at: cursor.offset - 4)
        }
        var shape: [Int] = []
        for _ in 0..<count { shape.append(try cursor.length(size)) }
        return shape
    }

    private static func tooLarge(
        _ shape: [Int], _ cursor: StateCursor
    ) -> ModelFormatsError {
        cursor.damaged("an array of shape \(shape) is larger than the file")
    }

    /// The size of an array in bytes, with dimensions of length 0 counted as 1: strides must not overflow even
    /// if there are no elements.
    private static func bytes(
        _ cursor: StateCursor, _ kind: Kind, _ shape: [Int]
    ) throws(ModelFormatsError) -> Int {
        var bytes = kind.size
        for length in shape {
            let product = bytes.multipliedReportingOverflow(by: max(length, 1))
            guard !product.overflow else { throw tooLarge(shape, cursor) }
            bytes = product.partialValue
        }
        return bytes
    }

    private static func elements(
        _ cursor: inout StateCursor, _ kind: Kind, _ shape: [Int]
    ) throws(ModelFormatsError) -> Range<Int> {
        var bytes = try bytes(cursor, kind, shape)
        if shape.contains(0) { bytes = 0 }
        guard bytes <= cursor.left else { throw tooLarge(shape, cursor) }
        let taken = try cursor.take(bytes)
        return taken.startIndex..<taken.endIndex
    }
}
