import SafeNumbers

/// Reads the format of dlib's `serialize`, and checks each length before it is used.
///
/// Integers begin with a byte that contains the sign and the number of bytes that follow;
/// floating-point numbers are two such integers, mantissa and exponent; tensors are four lengths
/// followed by little-endian 32-bit IEEE numbers.
struct DlibCursor {
    /// The offset and reason of an invalid byte sequence.
    struct Failure: Error {
        let offset: Int
        let reason: String
    }

    /// A tensor of four dimensions.
    struct Tensor {
        /// Samples, channels, rows and columns.
        var shape: [Int]
        var values: [Float]
    }

    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    func failure(_ reason: String) -> Failure { Failure(offset: offset, reason: reason) }

    private mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
        guard count <= bytes.count - offset else { throw failure("the file ends too early") }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// An integer of up to eight bytes.
    mutating func integer() throws(Failure) -> Int {
        let start = offset
        guard let control = try take(1).first else { throw failure("the file ends too early") }
        let count = Int(control & 0x0F)
        guard control & 0x70 == 0, (1...8).contains(count) else {
            offset = start
            throw failure("there is no integer")
        }
        let magnitude = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard magnitude <= UInt64(Int64.max) else {
            offset = start
            throw failure("an integer is out of range")
        }
        return control & 0x80 == 0 ? Int(magnitude) : -Int(magnitude)
    }

    /// An integer within bounds.
    mutating func integer(in range: ClosedRange<Int>, _ what: String) throws(Failure) -> Int {
        let start = offset
        let value = try integer()
        guard range.contains(value) else {
            offset = start
            throw failure("\(what) is \(value)")
        }
        return value
    }

    /// Exponents that mark infinities and NaN.
    private static let exponents = -31_999...31_999

    /// A finite floating-point number.
    mutating func number() throws(Failure) -> Double {
        let start = offset
        let mantissa = try integer()
        let exponent = try integer()
        guard Self.exponents.contains(exponent) else {
            offset = start
            throw failure("a number is not finite")
        }
        let value = Double(sign: .plus, exponent: exponent, significand: Double(mantissa))
        guard value.isFinite else {
            offset = start
            throw failure("a number is not finite")
        }
        return value
    }

    /// A Boolean, stored as a digit.
    mutating func flag() throws(Failure) -> Bool {
        let start = offset
        let digit = try take(1).first
        guard digit == 0x30 || digit == 0x31 else {
            offset = start
            throw failure("there is no truth value")
        }
        return digit == 0x31
    }

    /// A string after its length.
    mutating func text(count: Int) throws(Failure) -> String {
        guard (1...64).contains(count) else { throw failure("a name has \(count) bytes") }
        let characters = try take(count)
        guard characters.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            offset -= count
            throw failure("a name is not a string")
        }
        return String(decoding: characters, as: UTF8.self)
    }

    mutating func text() throws(Failure) -> String { try text(count: try integer()) }

    private mutating func shape() throws(Failure) -> [Int] {
        var shape: [Int] = []
        for _ in 0..<4 {
            shape.append(try integer(in: 0...Int(Int32.max), "the length of a dimension"))
        }
        return shape
    }

    /// A tensor's shape and elements.
    mutating func tensor() throws(Failure) -> Tensor {
        _ = try integer(in: 2...2, "the version of a tensor")
        let shape = try shape()
        var count = 1
        for length in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: length)
            guard !overflows, product <= (bytes.count - offset) / 4 || product == 0 else {
                throw failure("a tensor of shape \(shape) is larger than the file")
            }
            count = product
        }
        return Tensor(
            shape: shape, values: [Float](littleEndian: [UInt8](try take(4 * count))))
    }

    /// The shape of a view of a tensor.
    mutating func part() throws(Failure) -> [Int] {
        _ = try integer(in: 1...1, "the version of a tensor's part")
        return try shape()
    }
}
