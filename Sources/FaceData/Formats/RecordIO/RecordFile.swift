/// Reads the records of a RecordIO file by their offsets.
///
/// A record consists of a magic number, a word with a 3-bit flag and a 29-bit length, and the
/// payload, padded to a multiple of four bytes. A payload that contains the magic number at a
/// multiple of four bytes is split there into parts (flags 1, 2, ... and 3); the number is inserted
/// between them again when the record is read (dmlc-core, `recordio.h`).
struct RecordFile: Sendable {
    /// Magic number at the start of each part.
    static let magic: UInt32 = 0xced7_230a
    /// The largest part, in bytes.
    static let maxPartBytes = 1 << 29 - 1

    let store: any ByteStore

    /// A part of a record.
    private struct Part {
        /// 0 whole, 1 first, 2 middle, 3 last.
        var flag: UInt32
        /// Range of the payload.
        var payload: Range<Int>
        /// Offset of the next part.
        var end: Int { (payload.upperBound + 3) & ~3 }
    }

    /// Reads a record's payload into a buffer.
    ///
    /// - Parameters:
    ///   - record: Its number, for messages.
    ///   - extent: Where the record ends, if known; then it is read with a single call.
    func read(
        _ record: Int, at offset: Int, extent: Int? = nil, into buffer: ReadBuffer
    ) throws(FaceDataError) {
        try store.requireUnchanged()
        if let extent, extent - offset >= 8, extent - offset <= ImageDecoder.maxBytes,
            extent <= store.size
        {
            try store.read(at: offset, count: extent - offset, into: buffer)
            let part = try part(record, at: offset, buffer.bytes)
            if part.flag == 0, part.payload.upperBound <= extent {
                return buffer.narrow(to: 8..<8 + part.payload.count)
            }
        }
        try assemble(record, at: offset, into: buffer)
    }

    /// End of the record that begins at an offset.
    func end(_ record: Int, at offset: Int) throws(FaceDataError) -> Int {
        try parts(record, at: offset).end
    }

    /// Reads the first bytes of a record's payload, as many as requested and available.
    func readStart(
        _ record: Int, at offset: Int, count: Int, into buffer: ReadBuffer
    ) throws(FaceDataError) {
        let available = min(8 + count, store.size - offset)
        guard available >= 8 else { throw refusal(record, offset, "it is truncated") }
        try store.read(at: offset, count: available, into: buffer)
        let part = try part(record, at: offset, buffer.bytes)
        if part.flag == 0 || part.payload.count >= count {
            return buffer.narrow(to: 8..<8 + min(part.payload.count, available - 8))
        }
        try assemble(record, at: offset, into: buffer)
    }

    func refusal(_ record: Int, _ offset: Int, _ reason: String) -> FaceDataError {
        .badRecord(path: store.path, record: record, offset: offset, reason: reason)
    }

    private func assemble(
        _ record: Int, at offset: Int, into buffer: ReadBuffer
    ) throws(FaceDataError) {
        let parts = try parts(record, at: offset).ranges
        let total = parts.reduce(4 * (parts.count - 1)) { $0 + $1.count }
        guard total <= ImageDecoder.maxBytes else {
            throw refusal(
                record, offset, "\(total) bytes are more than \(ImageDecoder.maxBytes)")
        }
        try buffer.fill(total) { (target) throws(FaceDataError) in
            var position = 0
            for (index, range) in parts.enumerated() {
                if index > 0 {
                    target.storeBytes(
                        of: Self.magic.littleEndian, toByteOffset: position, as: UInt32.self)
                    position += 4
                }
                try store.read(
                    at: range.lowerBound,
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: target[position..<position + range.count]))
                position += range.count
            }
        }
    }

    /// The payloads of all parts of a record, and where it ends.
    private func parts(
        _ record: Int, at offset: Int
    ) throws(FaceDataError) -> (ranges: [Range<Int>], end: Int) {
        let head = ReadBuffer(capacity: 8)
        var ranges: [Range<Int>] = []
        var position = offset
        while true {
            guard position >= 0, position <= store.size - 8 else {
                throw refusal(record, offset, "it is truncated or past the end of the file")
            }
            try store.read(at: position, count: 8, into: head)
            let part = try part(record, at: position, head.bytes)
            guard part.flag == 0 || (part.flag == 1) == ranges.isEmpty,
                part.flag != 0 || ranges.isEmpty
            else {
                throw refusal(record, offset, "its parts are out of order (flag \(part.flag))")
            }
            ranges.append(part.payload)
            position = part.end
            // Some writers omit the padding of the last record.
            if part.flag == 0 || part.flag == 3 { return (ranges, min(position, store.size)) }
        }
    }

    /// Parses the header of the part at an offset.
    private func part(
        _ record: Int, at offset: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(FaceDataError) -> Part {
        let magic = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        guard magic == Self.magic else {
            throw refusal(
                record, offset,
                "no record starts here (0x\(String(magic, radix: 16)) is not the magic number)")
        }
        let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let (flag, length) = (word >> 29, Int(word & (1 << 29 - 1)))
        guard flag <= 3 else { throw refusal(record, offset, "its flag is \(flag), not 0 to 3") }
        guard length <= store.size - offset - 8 else {
            throw refusal(
                record, offset,
                "it is truncated: \(length) bytes should follow, but the file has "
                    + "\(store.size - offset - 8)")
        }
        return Part(flag: flag, payload: offset + 8..<offset + 8 + length)
    }
}
