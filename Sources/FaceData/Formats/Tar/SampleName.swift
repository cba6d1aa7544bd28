/// A member's name, split as by `webdataset`: the key ends at the first point after the last slash, and the
/// kind of the sample's part follows it. Points in folders are part of the key, and the kind is in lower case.
struct SampleName: Sendable, Hashable {
    let key: Substring
    let kind: String

    /// Splits a name; nil for one without a point or with nothing before it, and for what `webdataset`
    /// ignores: `__NAME__` and the contents of folders of such a name.
    init?(_ name: String) {
        let bytes = name.utf8
        let start =
            bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) }
            ?? bytes.startIndex
        guard let point = bytes[start...].firstIndex(of: UInt8(ascii: ".")), point > start,
            !Self.isMeta(name)
        else { return nil }
        key = name[..<point]
        kind = name[bytes.index(after: point)...].lowercased()
    }

    /// Whether the part is a picture.
    var isImage: Bool { LabelledImageSet.isImage("x." + kind) }

    private static func isMeta(_ name: String) -> Bool {
        guard name.hasPrefix("__"), let first = name.split(separator: "/").first else {
            return false
        }
        return first.utf8.count >= 4 && first.hasSuffix("__")
    }
}
