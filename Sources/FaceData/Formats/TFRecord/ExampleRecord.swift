/// A picture in a `tf.train.Example`: the range of its bytes, its label and its name.
struct ExampleRecord {
    /// Range of the picture in the record's bytes.
    private(set) var image: Range<Int>?
    /// The label; nil if it has none.
    private(set) var label: String?
    /// The picture's name; nil if it has none.
    private(set) var name: String?
    private(set) var features: [String] = []

    /// Names of the features for the label, in order of preference: those of TF-Slim and of face
    /// recognition projects.
    static let labels = [
        "image/class/label", "label", "image/label", "class", "class_id", "identity", "person",
        "image/source_id",
    ]
    private static let names = [
        "image/filename", "filename", "file_name", "image/key", "name", "path",
    ]

    private var values: [String: Feature] = [:]

    /// A feature's first value.
    private enum Feature {
        case bytes(Range<Int>)
        case number(Int)
    }

    /// Reads a record; nil if it is not an Example.
    init?(_ bytes: UnsafeRawBufferPointer) {
        do throws(WireReader.Damaged) {
            var example = WireReader(bytes)
            while let (field, value) = try example.next() {
                guard field == 1, case .bytes(let range) = value else { continue }
                var features = WireReader(bytes, range)
                while let (field, value) = try features.next() {
                    guard field == 1, case .bytes(let range) = value else { continue }
                    try readEntry(bytes, range)
                }
            }
        } catch {
            return nil
        }
        image = findImage(bytes)
        label = first(of: Self.labels, bytes)
        name = first(of: Self.names, bytes)
    }

    /// The feature that is an encoded picture; of several, one with a usual name.
    private func findImage(_ bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        var found: [(key: String, range: Range<Int>)] = []
        for key in features {
            guard case .bytes(let range) = values[key] else { continue }
            if ImageKind(UnsafeRawBufferPointer(rebasing: bytes[range])) != .other {
                found.append((key, range))
            }
        }
        let preferred = ["image/encoded", "image", "image_raw", "img", "jpeg", "png"]
        return preferred.lazy.compactMap { key in found.first { $0.key == key } }.first?.range
            ?? found.first?.range
    }

    /// The value of the first feature of some names that exists.
    private func first(of names: [String], _ bytes: UnsafeRawBufferPointer) -> String? {
        names.first { values[$0] != nil }.flatMap { values[$0] }.flatMap { text(bytes, $0) }
    }

    private func text(_ bytes: UnsafeRawBufferPointer, _ feature: Feature) -> String? {
        switch feature {
        case .number(let number): return "\(number)"
        case .bytes(let range):
            let text = ByteText.text(bytes[range])
            return text.isEmpty || text.utf8.contains { $0 < 0x20 } ? nil : text
        }
    }

    /// An entry of the map: a name and a feature.
    private mutating func readEntry(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
    ) throws(WireReader.Damaged) {
        var entry = WireReader(bytes, range)
        var key = ""
        var feature: Feature?
        while let (field, value) = try entry.next() {
            guard case .bytes(let range) = value else { continue }
            if field == 1 { key = String(decoding: bytes[range], as: UTF8.self) }
            if field == 2 { feature = try Self.feature(bytes, range) }
        }
        guard let feature, values[key] == nil else { return }
        values[key] = feature
        features.append(key)
    }

    /// A list of bytes (1), of floats (2) or of whole numbers (3).
    private static func feature(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
    ) throws(WireReader.Damaged) -> Feature? {
        var kinds = WireReader(bytes, range)
        while let (kind, value) = try kinds.next() {
            guard kind == 1 || kind == 3, case .bytes(let range) = value else { continue }
            var list = WireReader(bytes, range)
            while let (field, value) = try list.next() {
                guard field == 1 else { continue }
                switch value {
                case .bytes(let range) where kind == 1: return .bytes(range)
                case .bytes(let range) where !range.isEmpty:
                    var packed = WireReader(bytes, range)
                    return .number(Int(truncatingIfNeeded: try packed.number()))
                case .number(let number): return .number(Int(truncatingIfNeeded: number))
                default: continue
                }
            }
        }
        return nil
    }
}
