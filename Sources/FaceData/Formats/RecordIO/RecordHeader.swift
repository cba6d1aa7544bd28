/// The header before an image in a record: MXNet's `IRHeader`, 24 bytes, and further labels.
struct RecordHeader: Sendable, Hashable {
    /// 0 for one label, otherwise the number of labels that follow the header.
    var flag: UInt32
    /// The label; meaningless if labels follow.
    var label: Float
    /// The record's number according to its writer.
    var id: UInt64
    /// The labels that follow the header.
    var labels: [Float]

    /// Size of the header without further labels, in bytes.
    static let size = 24

    /// A header with one label.
    init(label: Float, id: Int) {
        (flag, self.label, self.id, labels) = (0, label, UInt64(id), [])
    }

    /// A header with several labels.
    init(labels: [Float], id: Int) {
        (flag, label, self.id, self.labels) = (UInt32(labels.count), 0, UInt64(id), labels)
    }

    /// Reads a header; nil if the payload is too short.
    init?(_ payload: UnsafeRawBufferPointer) {
        guard payload.count >= Self.size else { return nil }
        func word(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: payload.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        flag = word(0)
        label = Float(bitPattern: word(4))
        id = UInt64(word(8)) | UInt64(word(12)) << 32
        guard Int(flag) <= (payload.count - Self.size) / 4 else { return nil }
        labels = (0..<Int(flag)).map { Float(bitPattern: word(Self.size + 4 * $0)) }
    }

    /// Size of the header with its labels, in bytes.
    var count: Int { Self.size + 4 * labels.count }

    /// The person's identity: the label, or the first of several.
    var identity: Float { labels.first ?? label }

    var bytes: [UInt8] {
        func four(_ word: UInt32) -> [UInt8] {
            withUnsafeBytes(of: word.littleEndian) { Array($0) }
        }
        return four(flag) + four(label.bitPattern) + four(UInt32(truncatingIfNeeded: id))
            + four(UInt32(id >> 32)) + [UInt8](repeating: 0, count: 8)
            + labels.flatMap { four($0.bitPattern) }
    }
}
