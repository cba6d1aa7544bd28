#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads the lines of a text file one at a time, with little memory for any number of lines.
public struct LineReader: ~Copyable {
    private let file: any ByteStore
    private let buffer = ReadBuffer()
    /// The longest line that is accepted, in bytes.
    private let maxLength: Int
    /// Offset in the file of the buffer's first byte.
    private var start = 0
    /// Bytes of the buffer that were consumed.
    private var used = 0
    /// Number of the last returned line, from 1; 0 before the first.
    public private(set) var number = 0
    /// Offset in the file of the last returned line.
    public private(set) var offset = 0

    /// Starts at the first line.
    ///
    /// - Parameter maxLength: Longer lines are rejected, in bytes; this bounds the memory used for
    ///   a binary file.
    public init(_ file: any ByteStore, maxLength: Int = 1 << 16) {
        self.file = file
        self.maxLength = maxLength
    }

    /// Passes the next line's bytes, without its line break, to a closure and returns its result;
    /// nil after the last line.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that is too long.
    public mutating func next<Result>(
        _ body: (UnsafeRawBufferPointer) throws(FaceDataError) -> Result
    ) throws(FaceDataError) -> Result? {
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: buffer.bytes[used...])
            let isLast = start + buffer.count == file.size
            if let end = Self.lineFeed(in: rest) {
                return try hand(rest, end, skip: end + 1, body)
            }
            if isLast {
                return rest.isEmpty ? nil : try hand(rest, rest.count, skip: rest.count, body)
            }
            guard rest.count <= maxLength else {
                throw .line(
                    path: file.path, line: number + 1,
                    reason: "it is longer than \(maxLength) bytes: is this a text file?")
            }
            try refill(keeping: rest.count)
        }
    }

    private mutating func hand<Result>(
        _ rest: UnsafeRawBufferPointer, _ end: Int, skip: Int,
        _ body: (UnsafeRawBufferPointer) throws(FaceDataError) -> Result
    ) throws(FaceDataError) -> Result {
        offset = start + used
        number += 1
        used += skip
        let isCarriageReturn = end > 0 && rest[end - 1] == 0x0d
        return try body(
            UnsafeRawBufferPointer(rebasing: rest[..<(isCarriageReturn ? end - 1 : end)]))
    }

    /// Moves the unconsumed bytes to the buffer's start and reads more after them.
    private mutating func refill(keeping kept: Int) throws(FaceDataError) {
        let from = start + buffer.count
        let count = min(1 << 20, file.size - from)
        let file = file
        let used = used
        let total = buffer.count
        try buffer.fill(max(total, kept + count), keeping: total) {
            (target) throws(FaceDataError) in
            guard let base = target.baseAddress else { return }
            if kept > 0 { base.copyMemory(from: base + used, byteCount: kept) }
            try file.read(
                at: from, into: UnsafeMutableRawBufferPointer(rebasing: target[kept..<kept + count])
            )
        }
        buffer.narrow(to: 0..<kept + count)
        start = from - kept
        self.used = 0
    }

    private static func lineFeed(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, !bytes.isEmpty,
            let found = memchr(base, 0x0a, bytes.count)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
