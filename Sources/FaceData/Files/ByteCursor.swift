/// Reads bytes sequentially, with a window of them in memory.
struct ByteCursor: ~Copyable {
    let store: any ByteStore
    /// Offset of the next byte.
    private(set) var offset = 0
    private let window = ReadBuffer()
    private var windowStart = 0
    private static let windowSize = 1 << 16

    init(_ store: any ByteStore) {
        self.store = store
    }

    mutating func byte() throws(FaceDataError) -> UInt8 {
        if offset - windowStart >= window.count || offset < windowStart { try load() }
        defer { offset += 1 }
        return window.bytes[offset - windowStart]
    }

    /// A little-endian number of `bytes` bytes that is used as a length; values beyond `Int` are
    /// rejected.
    mutating func length(bytes: Int) throws(FaceDataError) -> Int {
        var value: UInt64 = 0
        for index in 0..<bytes { value |= UInt64(try byte()) << (8 * UInt64(index)) }
        guard let length = Int(exactly: value) else {
            throw .badStructure(
                path: store.path, offset: offset - bytes,
                reason: "a length of \(value) bytes is too large")
        }
        return length
    }

    /// Skips bytes; returns their range.
    mutating func skip(_ count: Int) throws(FaceDataError) -> Range<Int> {
        guard count >= 0, count <= store.size - offset else {
            throw .badStructure(
                path: store.path, offset: offset,
                reason: "\(count) bytes should follow, but the file has \(store.size - offset)")
        }
        defer { offset += count }
        return offset..<offset + count
    }

    /// The bytes up to the next line feed, without it.
    mutating func lineBytes(maxLength: Int) throws(FaceDataError) -> [UInt8] {
        let start = offset
        var line: [UInt8] = []
        while true {
            let next = try byte()
            if next == 0x0a { return line }
            guard line.count < maxLength else {
                throw .badStructure(
                    path: store.path, offset: start,
                    reason: "a line of more than \(maxLength) bytes begins here")
            }
            line.append(next)
        }
    }

    /// The text up to the next line feed, without it.
    mutating func line(maxLength: Int) throws(FaceDataError) -> String {
        String(decoding: try lineBytes(maxLength: maxLength), as: UTF8.self)
    }

    private mutating func load() throws(FaceDataError) {
        guard offset < store.size else {
            throw .badStructure(
                path: store.path, offset: offset, reason: "the file ends prematurely")
        }
        try store.read(
            at: offset, count: min(Self.windowSize, store.size - offset), into: window)
        windowStart = offset
    }
}
