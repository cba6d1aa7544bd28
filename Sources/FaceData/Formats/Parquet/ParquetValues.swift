/// The values of a page.
struct ParquetValues {
    /// The bytes that contain the values: the page's own, or those of the dictionary.
    let bytes: [UInt8]
    /// The range of each row's value in ``bytes``; nil if it has none.
    let ranges: [Range<Int>?]

    /// Decodes a page.
    ///
    /// - Parameters:
    ///   - content: The page's bytes in the file.
    ///   - dictionary: The values of the page's dictionary.
    /// - Returns: nil for invalid bytes.
    init?(
        _ content: UnsafeRawBufferPointer, _ page: ParquetPage, _ column: ParquetFile.Column,
        codec: Int, dictionary: ParquetValues?
    ) {
        guard let (levels, values) = Self.parts(content, page, column, codec: codec) else {
            return nil
        }
        let present = levels.map { $0.map { $0 == column.maxDefinition } }
        let count = present?.count { $0 } ?? page.count
        guard present?.count ?? page.count == page.count else { return nil }
        var found: [Range<Int>]
        switch page.encoding {
        case 0:
            bytes = values
            guard let plain = Self.plain(values, count, column.type) else { return nil }
            found = plain
        case 2, 8:
            guard let dictionary,
                let indices = values.withUnsafeBytes({ bytes -> [Int]? in
                    guard let width = bytes.first, width <= 32 else {
                        return count == 0 ? [] : nil
                    }
                    return RunLengths.values(
                        UnsafeRawBufferPointer(rebasing: bytes[1...]), count, width: Int(width))
                })
            else { return nil }
            bytes = dictionary.bytes
            found = []
            found.reserveCapacity(count)
            for index in indices {
                guard dictionary.ranges.indices.contains(index),
                    let range = dictionary.ranges[index]
                else { return nil }
                found.append(range)
            }
        default: return nil
        }
        guard let present else {
            ranges = found
            return
        }
        var next = found[...]
        ranges = present.map { $0 ? next.popFirst() : nil }
    }

    /// A value as a whole number.
    func number(_ row: Int) -> Int? {
        ranges[row].map { range in
            let value = bytes[range].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return range.count == 4
                ? Int(Int32(truncatingIfNeeded: value)) : Int(truncatingIfNeeded: value)
        }
    }

    /// A value as text.
    func text(_ row: Int) -> String? {
        ranges[row].map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// The definition levels, if values may be missing, and the values' bytes.
    private static func parts(
        _ content: UnsafeRawBufferPointer, _ page: ParquetPage, _ column: ParquetFile.Column,
        codec: Int
    ) -> (levels: [Int]?, values: [UInt8])? {
        func unpacked(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> [UInt8]? {
            ParquetCodec(rawValue: codec)?.unpacked(bytes, count: count)
        }
        let width =
            column.maxDefinition == 0 ? 0 : Int.bitWidth - column.maxDefinition.leadingZeroBitCount
        if let second = page.second {
            let levels = UnsafeRawBufferPointer(rebasing: content[..<second.levels])
            let rest = UnsafeRawBufferPointer(rebasing: content[second.levels...])
            let count = page.unpackedSize - second.levels
            guard count >= 0, let values = second.isPacked ? unpacked(rest, count) : Array(rest)
            else { return nil }
            guard width > 0 else { return (nil, values) }
            return RunLengths.values(levels, page.count, width: width).map { ($0, values) }
        }
        guard let all = unpacked(content, page.unpackedSize) else { return nil }
        guard width > 0, !page.isDictionary else { return (nil, all) }
        guard all.count >= 4 else { return nil }
        let length = all[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= all.count - 4 else { return nil }
        let levels = all.withUnsafeBytes {
            RunLengths.values(
                UnsafeRawBufferPointer(rebasing: $0[4..<4 + length]), page.count, width: width)
        }
        return levels.map { ($0, Array(all[(4 + length)...])) }
    }

    /// The ranges of plain values; nil if they are truncated.
    private static func plain(
        _ values: [UInt8], _ count: Int, _ type: ParquetFile.Kind
    ) -> [Range<Int>]? {
        let fixed = type == .int32 ? 4 : 8
        // Each value has at least four bytes.
        guard count <= values.count / 4 else { return nil }
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(count)
        var position = 0
        for _ in 0..<count {
            var length = fixed
            if type == .bytes {
                guard values.count - position >= 4 else { return nil }
                length = values[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
                position += 4
            }
            guard length <= values.count - position else { return nil }
            ranges.append(position..<position + length)
            position += length
        }
        return ranges
    }
}

/// Parquet's hybrid of run-length encoding and bit packing.
private enum RunLengths {
    /// Decodes `count` values of `width` bits; nil for truncated bytes.
    static func values(_ bytes: UnsafeRawBufferPointer, _ count: Int, width: Int) -> [Int]? {
        var values: [Int] = []
        var position = 0
        while values.count < count {
            guard let head = bytes.number(at: &position) else { return nil }
            let wanted = count - values.count
            if head & 1 == 0 {
                let size = (width + 7) / 8
                guard head > 0, size <= bytes.count - position else { return nil }
                let value = (0..<size).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
                position += size
                values += repeatElement(value, count: min(head >> 1, wanted))
            } else {
                // Bit-packed groups of eight values.
                let groups = head >> 1
                guard groups > 0, width == 0 || groups <= (bytes.count - position) / width else {
                    return nil
                }
                for index in 0..<min(groups * 8, wanted) {
                    values.append(packed(bytes, position, index * width, width))
                }
                position += groups * width
            }
        }
        return values
    }

    private static func packed(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ bit: Int, _ width: Int
    ) -> Int {
        (0..<width).reduce(0) { value, index in
            let position = bit + index
            return value | Int(bytes[start + position >> 3] >> UInt8(position & 7) & 1) << index
        }
    }
}
