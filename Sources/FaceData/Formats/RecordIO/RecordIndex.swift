import Foundation

/// The offsets of a file's records, and their keys.
struct RecordIndex: Sendable {
    /// The keys of the records.
    enum Keys: Sendable, Equatable {
        /// 0, 1, 2, ...
        case indices
        case listed([Int])
    }

    /// The records' offsets, in the order of the index.
    private(set) var offsets: [Int] = []
    private(set) var keys = Keys.indices

    var count: Int { offsets.count }

    func key(of index: Int) -> Int {
        switch keys {
        case .indices: index
        case .listed(let keys): keys[index]
        }
    }

    /// Upper bound of the end of a record; nil if the next record of the index does not begin after it.
    func extent(of index: Int, size: Int) -> Int? {
        let next = index + 1 < offsets.count ? offsets[index + 1] : size
        return next > offsets[index] ? next : nil
    }

    /// Reads an `.idx` file: lines of a key, a tab and an offset.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)``.
    init(reading store: any ByteStore) throws(FaceDataError) {
        // A rough estimate of 12 bytes per line.
        offsets.reserveCapacity(min(store.size / 12, 1 << 26))
        var reader = LineReader(store, maxLength: 256)
        var listed: [Int]?
        while true {
            let line = reader.number + 1
            let entry = try reader.next { (bytes) throws(FaceDataError) -> (Int, Int)? in
                if bytes.isEmpty { return nil }
                guard let entry = Self.entry(bytes) else {
                    throw .line(
                        path: store.path, line: line,
                        reason: "expected a key and an offset, as '0\t0'")
                }
                return entry
            }
            guard let entry else { break }
            guard let (key, offset) = entry else { continue }
            if listed == nil, key != offsets.count { listed = Array(0..<offsets.count) }
            listed?.append(key)
            offsets.append(offset)
        }
        if let listed { keys = .listed(listed) }
    }

    private static func entry(_ bytes: UnsafeRawBufferPointer) -> (Int, Int)? {
        var index = 0
        guard let key = number(bytes, &index), index < bytes.count, isSpace(bytes[index]) else {
            return nil
        }
        while index < bytes.count, isSpace(bytes[index]) { index += 1 }
        guard let offset = number(bytes, &index) else { return nil }
        while index < bytes.count, isSpace(bytes[index]) { index += 1 }
        return index == bytes.count ? (key, offset) : nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x09 || byte == 0x20 }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Int? {
        let start = index
        var value = 0
        while index < bytes.count, index - start < 18, (0x30...0x39).contains(bytes[index]) {
            value = value * 10 + Int(bytes[index] &- 0x30)
            index += 1
        }
        return index > start ? value : nil
    }

    /// Finds the records by scanning the file.
    ///
    /// - Throws: ``FaceDataError/badRecord(path:record:offset:reason:)`` where no valid record
    ///   follows.
    init(scanning file: RecordFile) throws(FaceDataError) {
        var index = 0
        while index < file.store.size {
            offsets.append(index)
            index = try file.end(offsets.count - 1, at: index)
        }
    }

    /// Evidence that this is not the index of a file; nil if there is none.
    ///
    /// All offsets are compared with the file's size; about 64 records are checked to begin where
    /// the index says and to end where the next one begins.
    func mistake(in file: RecordFile) -> String? {
        guard !offsets.isEmpty else { return "it is empty" }
        let size = file.store.size
        for (index, offset) in offsets.enumerated() where offset > size - 8 || offset & 3 != 0 {
            return "record \(key(of: index)) would begin at byte \(offset) of \(size)"
        }
        if case .listed(let keys) = keys {
            // Sorting takes a fraction of the memory of a set.
            let sorted = keys.sorted()
            if zip(sorted, sorted.dropFirst()).contains(where: ==) { return "a key occurs twice" }
        }
        let step = max(1, count / 64)
        for index in Array(stride(from: 0, to: count, by: step)) + [count - 1] {
            guard let end = try? file.end(index, at: offsets[index]) else {
                return "no record starts at byte \(offsets[index])"
            }
            if let extent = extent(of: index, size: size), end != extent {
                return "a record ends at byte \(end) but the next should start at \(extent)"
            }
        }
        return offsets.min() == 0 ? nil : "the first record is missing"
    }

    /// The records in the order of their keys if these are 0, 1, 2, ...; otherwise nil.
    func sortedByKey() -> RecordIndex? {
        guard case .listed(let keys) = keys else { return self }
        var sorted = [Int](repeating: -1, count: offsets.count)
        for (key, offset) in zip(keys, offsets) {
            guard sorted.indices.contains(key), sorted[key] < 0 else { return nil }
            sorted[key] = offset
        }
        var result = self
        (result.keys, result.offsets) = (.indices, sorted)
        return result
    }
}
