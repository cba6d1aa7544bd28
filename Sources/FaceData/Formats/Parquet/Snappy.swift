/// Decompresses Snappy (https://github.com/google/snappy/blob/main/format_description.txt).
enum Snappy {
    /// The decompressed bytes; nil if their number is not `count`, or the input is damaged.
    ///
    /// - Parameter count: The expected size, in bytes.
    static func unpacked(_ packed: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        var position = 0
        // Three bytes expand to at most 64; the check keeps a small file from requesting much
        // memory.
        guard packed.number(at: &position) == count, count <= 22 * packed.count + 64 else {
            return nil
        }
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            isWhole = unpack(packed, from: position, into: UnsafeMutableRawBufferPointer(target))
            filled = isWhole ? count : 0
        }
        return isWhole ? bytes : nil
    }

    /// Decompresses; returns whether the result fills the target exactly.
    private static func unpack(
        _ packed: UnsafeRawBufferPointer, from start: Int,
        into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        var (position, done) = (start, 0)
        while position < packed.count {
            let tag = packed[position]
            position += 1
            guard let element = element(tag, packed, &position) else { return false }
            guard element.count <= target.count - done else { return false }
            if let distance = element.distance {
                guard distance > 0, distance <= done else { return false }
                // Source and destination may overlap.
                for index in done..<done + element.count {
                    target[index] = target[index - distance]
                }
            } else {
                guard element.count <= packed.count - position else { return false }
                let bytes = packed[position..<position + element.count]
                UnsafeMutableRawBufferPointer(rebasing: target[done..<done + element.count])
                    .copyBytes(from: bytes)
                position += element.count
            }
            done += element.count
        }
        return done == target.count
    }

    /// The length of a literal, or length and distance of a copy; nil for truncated input.
    private static func element(
        _ tag: UInt8, _ packed: UnsafeRawBufferPointer, _ position: inout Int
    ) -> (count: Int, distance: Int?)? {
        func number(_ bytes: Int) -> Int? {
            guard bytes <= packed.count - position else { return nil }
            defer { position += bytes }
            return (0..<bytes).reduce(0) { $0 | Int(packed[position + $1]) << (8 * $1) }
        }
        switch tag & 3 {
        case 0:
            let short = Int(tag >> 2)
            guard short >= 60 else { return (short + 1, nil) }
            return number(short - 59).map { ($0 + 1, nil) }
        case 1:
            return number(1).map { (4 + Int(tag >> 2 & 7), Int(tag >> 5) << 8 | $0) }
        case 2: return number(2).map { (1 + Int(tag >> 2), $0) }
        default: return number(4).map { (1 + Int(tag >> 2), $0) }
        }
    }
}
