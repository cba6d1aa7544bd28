/// Reads bytes sequentially with bounds checks.
struct StateCursor {
    /// The program that wrote the file, for messages.
    enum Program {
        case mxnet, pytorch
    }

    let bytes: ArraySlice<UInt8>
    let path: String
    private let program: Program
    /// Offset of the next byte in the file.
    private(set) var offset: Int

    init(_ bytes: ArraySlice<UInt8>, path: String, program: Program = .pytorch) {
        self.bytes = bytes
        self.path = path
        self.program = program
        offset = bytes.startIndex
    }

    func damaged(_ reason: String, at index: Int? = nil) -> ModelFormatsError {
        switch program {
        case .mxnet: .damagedMXNet(path: path, offset: index ?? offset, reason: reason)
        case .pytorch: .damaged(path: path, offset: index ?? offset, reason: reason)
        }
    }

    var isAtEnd: Bool { offset == bytes.endIndex }

    /// Number of remaining bytes.
    var left: Int { bytes.endIndex - offset }

    mutating func byte() throws(ModelFormatsError) -> UInt8 {
        guard offset < bytes.endIndex else { throw damaged("the file ends too early") }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// The next bytes, without a copy.
    mutating func take(_ count: Int) throws(ModelFormatsError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - offset else {
            throw damaged("\(count) bytes should follow, and the file ends before")
        }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// A little-endian unsigned integer of up to 8 bytes.
    mutating func number(_ count: Int) throws(ModelFormatsError) -> UInt64 {
        try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A little-endian length, clamped to `Int`: a larger one is past the end anyway.
    mutating func length(_ count: Int) throws(ModelFormatsError) -> Int {
        Int(clamping: try number(count))
    }

    /// Text up to a line feed, without it.
    mutating func line() throws(ModelFormatsError) -> String {
        let start = offset
        while try byte() != 0x0A {}
        return String(decoding: bytes[start..<offset - 1], as: UTF8.self)
    }
}
