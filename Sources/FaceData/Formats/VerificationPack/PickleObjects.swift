/// The functions that pickles of arrays and bytes refer to, interpreted as data.
enum PickleObjects {
    /// The value that a function would return for its arguments.
    static func made(
        by global: PickleGlobal, _ arguments: [PickleValue], _ reader: inout PickleReader
    ) throws(FaceDataError) -> PickleValue {
        switch global {
        case .arrayReconstruction: return .emptyArray
        case .elementType:
            guard let name = try text(arguments.first, reader) else {
                throw reader.refusal("a dtype has no name")
            }
            return .elementType(name)
        case .arrayFromBuffer: return try arrayFromBuffer(arguments, reader)
        case .scalar: return try scalar(arguments, reader)
        case .encode: return try encoded(arguments, &reader)
        case .bytes where arguments.isEmpty: return .bytes(.unpacked([]))
        case .array, .bytes:
            throw reader.refusal(
                "the pickle constructs an object in a way that a list of images never needs")
        }
    }

    /// A value with the state that the pickle sets.
    static func built(
        _ value: PickleValue, _ state: PickleValue, _ reader: borrowing PickleReader
    ) throws(FaceDataError) -> PickleValue {
        guard case .tuple(let elements) = state else {
            throw reader.refusal("\(value.kind) has \(state.kind) as its state")
        }
        switch value {
        case .elementType: return value
        case .emptyArray: break
        default: throw reader.refusal("\(value.kind) has a state")
        }
        // (version, shape, dtype, whether in Fortran order, bytes)
        let fields = elements.map { reader.values[$0] }
        guard fields.count == 5, case .elementType(let type) = fields[2],
            let bytes = bytes(fields[4])
        else { throw reader.refusal("an array's state is not numpy's") }
        return .array(elementType: type, shape: try shape(fields[1], reader), bytes: bytes)
    }

    /// `_frombuffer(bytes, dtype, shape, order)`
    private static func arrayFromBuffer(
        _ arguments: [PickleValue], _ reader: borrowing PickleReader
    ) throws(FaceDataError) -> PickleValue {
        guard arguments.count == 4, let bytes = bytes(arguments[0]),
            case .elementType(let type) = arguments[1]
        else { throw reader.refusal("an array's parts are not numpy's") }
        return .array(elementType: type, shape: try shape(arguments[2], reader), bytes: bytes)
    }

    /// `scalar(dtype, bytes)`
    private static func scalar(
        _ arguments: [PickleValue], _ reader: borrowing PickleReader
    ) throws(FaceDataError) -> PickleValue {
        guard arguments.count == 2, case .elementType(let type) = arguments[0],
            let bytes = bytes(arguments[1])
        else { throw reader.refusal("a number's parts are not numpy's") }
        return .array(elementType: type, shape: [], bytes: bytes)
    }

    /// `encode(text, 'latin1')`: each character is a byte.
    private static func encoded(
        _ arguments: [PickleValue], _ reader: inout PickleReader
    ) throws(FaceDataError) -> PickleValue {
        guard arguments.count == 2, let encoding = try text(arguments[1], reader),
            ["latin1", "latin-1"].contains(encoding)
        else { throw reader.refusal("bytes are not encoded as latin1") }
        switch arguments[0] {
        case .text(let text):
            guard let bytes = latin1(Array(text.utf8)) else { break }
            try reader.requireUnpacked(bytes.count)
            return .bytes(.unpacked(bytes))
        case .longText(let range):
            try reader.requireUnpacked(range.count / 2)
            guard
                let bytes = latin1(
                    try reader.cursor.store.bytes(at: range.lowerBound, count: range.count))
            else { break }
            return .bytes(.unpacked(bytes))
        case .bytes: return arguments[0]
        default: break
        }
        throw reader.refusal("bytes contain characters above 255")
    }

    /// Converts UTF-8 to Latin-1; nil if it contains characters above 255.
    private static func latin1(_ utf8: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count)
        var index = 0
        while index < utf8.count {
            let byte = utf8[index]
            if byte < 0x80 {
                result.append(byte)
                index += 1
            } else {
                guard byte & 0xfe == 0xc2, index + 1 < utf8.count, utf8[index + 1] & 0xc0 == 0x80
                else { return nil }
                result.append((byte & 0x03) << 6 | utf8[index + 1] & 0x3f)
                index += 2
            }
        }
        return result
    }

    private static func shape(
        _ value: PickleValue, _ reader: borrowing PickleReader
    ) throws(FaceDataError) -> [Int] {
        guard case .tuple(let elements) = value, elements.count <= 32 else {
            throw reader.refusal("an array's shape is not a tuple")
        }
        var shape: [Int] = []
        for index in elements {
            guard case .integer(let length) = reader.values[index], length >= 0 else {
                throw reader.refusal("an array's shape contains something other than lengths")
            }
            shape.append(length)
        }
        return shape
    }

    private static func bytes(_ value: PickleValue) -> PickleBytes? {
        if case .bytes(let bytes) = value { return bytes }
        return nil
    }

    /// A short text, or the bytes of a Python 2 string as one; nil for anything else.
    private static func text(
        _ value: PickleValue?, _ reader: borrowing PickleReader
    ) throws(FaceDataError) -> String? {
        switch value {
        case .text(let text): return text
        case .bytes(let bytes) where bytes.count <= PickleReader.maxNameBytes:
            return String(
                decoding: try bytes.array(in: reader.cursor.store), as: UTF8.self)
        default: return nil
        }
    }
}
