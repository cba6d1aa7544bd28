import FaceData
public import Foundation
import SafeNumbers
import Spelling

/// An array of floating-point numbers in NumPy's file format (`.npy`, versions 1 to 3).
///
/// The format is a magic string, a header that is a Python dictionary literal with `descr`,
/// `fortran_order` and `shape`, and the numbers. The header is read as data; arrays of objects, which
/// would need a pickle, are refused.
public struct NumPyArray: Sendable, Hashable {
    /// Length of each dimension.
    public let shape: [Int]
    /// The numbers in row-major order.
    public let values: [Float]

    /// Creates an array; the number of values must match the shape.
    public init(shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count, "\(values.count) values for \(shape)")
        self.shape = shape
        self.values = values
    }

    /// Reads a file of `float16`, `float32` or `float64`, little-endian, in C order.
    ///
    /// - Throws: ``FaceEvaluationError/malformedArray(path:reason:)``.
    public static func read(_ url: URL) throws -> NumPyArray {
        let data: Data
        do {
            // A pipe is refused, since it may never end.
            _ = try FileReader(url)
            data = try Data(contentsOf: url, options: .mappedIfSafe)
        } catch {
            throw FaceEvaluationError.malformedArray(
                path: url.path, reason: "the file does not exist or cannot be read")
        }
        return try NumPyArray(data, path: url.path)
    }

    /// Parses a file's bytes.
    ///
    /// - Parameter path: The file's path, for the message.
    /// - Throws: ``FaceEvaluationError/malformedArray(path:reason:)``.
    public init(_ data: Data, path: String) throws {
        do {
            let header = try NumPyHeader(data)
            let count = try header.count(in: data.count - header.end)
            shape = header.shape
            values = header.type.numbers(data, from: data.startIndex + header.end, count: count)
        } catch let damage as NumPyHeader.Damage {
            throw FaceEvaluationError.malformedArray(path: path, reason: damage.reason)
        }
    }

    /// The array as a file of `float32`, version 1.
    public var data: Data {
        var data = Self.header(shape: shape)
        data.append(contentsOf: [UInt8](littleEndian: values))
        return data
    }

    /// The header of an array in single precision.
    package static func header(shape: [Int]) -> Data {
        let lengths = shape.map { "\($0)," }.joined(separator: " ")
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(lengths)), }"
        // The numbers begin at a multiple of 64 bytes, after a line feed.
        header += String(repeating: " ", count: (64 - (11 + header.utf8.count) % 64) % 64) + "\n"
        var data = Data(NumPyHeader.magic + [1, 0])
        data.append(contentsOf: [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)])
        data.append(contentsOf: header.utf8)
        return data
    }
}

/// The header, parsed.
private struct NumPyHeader {
    struct Damage: Error {
        let reason: String
    }

    enum Number: String, CaseIterable {
        case half = "<f2"
        case single = "<f4"
        case double = "<f8"

        var size: Int {
            switch self {
            case .half: 2
            case .single: 4
            case .double: 8
            }
        }

        func numbers(_ data: Data, from start: Int, count: Int) -> [Float] {
            data[start..<start + count * size].withUnsafeBytes { bytes in
                (0..<count).map { position in
                    let offset = position * size
                    switch self {
                    case .half:
                        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
                        return Self.widened(UInt16(littleEndian: bits))
                    case .single:
                        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                        return Float(bitPattern: UInt32(littleEndian: bits))
                    case .double:
                        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                        return Float(Double(bitPattern: UInt64(littleEndian: bits)))
                    }
                }
            }
        }

        /// Converts IEEE 754 binary16 by integer arithmetic, since `Float16` is not available on every
        /// machine.
        private static func widened(_ bits: UInt16) -> Float {
            let sign: Float = bits >> 15 == 0 ? 1 : -1
            let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
            switch exponent {
            case 0: return sign * fraction * 0x1p-24
            case 31: return fraction == 0 ? sign * .infinity : .nan
            default:
                return sign
                    * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
            }
        }
    }

    static let magic = [0x93] + Array("NUMPY".utf8)

    let type: Number
    let shape: [Int]
    /// Offset of the numbers.
    let end: Int

    init(_ data: Data) throws {
        guard data.prefix(6).elementsEqual(Self.magic) else {
            throw Damage(reason: "it does not start like a .npy file")
        }
        let bytes = [UInt8](data.dropFirst(6).prefix(6))
        guard bytes.count == 6, (1...3).contains(bytes[0]) else {
            throw Damage(reason: "it is truncated, or of an unknown version")
        }
        let wide = bytes[0] > 1
        let length =
            Int(bytes[2]) | Int(bytes[3]) << 8
            | (wide ? Int(bytes[4]) << 16 | Int(bytes[5]) << 24 : 0)
        let start = wide ? 12 : 10
        guard length <= data.count - start else {
            throw Damage(reason: "its header is longer than the file")
        }
        end = start + length
        var parser = DictionaryParser(
            Array(data[data.startIndex + start..<data.startIndex + end]))
        let members = try parser.members()
        guard case .text(let name) = members["descr"] else {
            throw Damage(reason: "its header does not name a single type")
        }
        guard let type = Number(rawValue: name.replacing("=", with: "<")) else {
            throw Damage(
                reason: "its numbers are \(quoted: name); save float32, with array.astype('<f4')")
        }
        self.type = type
        guard case .flag(false) = members["fortran_order"] else {
            throw Damage(
                reason: "it is in Fortran order; save numpy.ascontiguousarray(array)")
        }
        guard case .numbers(let shape) = members["shape"] else {
            throw Damage(reason: "its header does not state the shape")
        }
        self.shape = shape
    }

    /// The number of elements, which must match the number of bytes.
    func count(in bytes: Int) throws -> Int {
        var count = 1
        for length in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow else { throw Damage(reason: "its shape \(shape) is impossible") }
            count = product
        }
        let (size, overflow) = count.multipliedReportingOverflow(by: type.size)
        guard !overflow, size == bytes else {
            throw Damage(
                reason: "its shape \(shape) does not match the \(bytes) bytes of data")
        }
        return count
    }
}

/// Reads the header's dictionary: strings, truth values and tuples of whole numbers.
private struct DictionaryParser {
    enum Value {
        case flag(Bool)
        case numbers([Int])
        case text(String)
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func members() throws -> [String: Value] {
        var members: [String: Value] = [:]
        try expect("{")
        while !takes("}") {
            guard case .text(let key) = try value() else { throw damage }
            try expect(":")
            members[key] = try value()
            if !takes(",") {
                try expect("}")
                break
            }
        }
        skipBlanks()
        guard position == bytes.count else { throw damage }
        return members
    }

    private var damage: NumPyHeader.Damage { .init(reason: "its header cannot be understood") }

    private mutating func value() throws -> Value {
        skipBlanks()
        guard position < bytes.count else { throw damage }
        switch bytes[position] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "("): return .numbers(try numbers())
        default:
            if takes("True") { return .flag(true) }
            if takes("False") { return .flag(false) }
            throw damage
        }
    }

    private mutating func text() throws -> String {
        let quote = bytes[position]
        guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { throw damage }
        defer { position = end + 1 }
        return String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
    }

    private mutating func numbers() throws -> [Int] {
        var numbers: [Int] = []
        try expect("(")
        while !takes(")") {
            skipBlanks()
            let digits = bytes[position...].prefix { (48...57).contains($0) }
            guard let number = Int(String(decoding: digits, as: UTF8.self)) else { throw damage }
            numbers.append(number)
            position += digits.count
            _ = takes("L")
            if !takes(",") {
                try expect(")")
                break
            }
        }
        return numbers
    }

    private mutating func takes(_ word: String) -> Bool {
        skipBlanks()
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func expect(_ word: String) throws {
        guard takes(word) else { throw damage }
    }

    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0A {
            position += 1
        }
    }
}
