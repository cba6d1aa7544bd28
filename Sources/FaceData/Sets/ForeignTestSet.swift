import Foundation

/// Recognises files that are no verification pack, where one is expected, and says what to give instead.
enum ForeignTestSet {
    /// Rejects a file that does not begin like the pickle of a verification pack.
    ///
    /// - Throws: ``FaceDataError/unknownFormat(path:reason:)``.
    static func refuse(_ file: URL) throws(FaceDataError) {
        guard let store = try? FileReader(file), store.size > 0,
            let start = try? store.bytes(at: 0, count: min(store.size, 4096)),
            !isPickle(start)
        else { return }
        throw .unknownFormat(path: file.path, reason: reason(start))
    }

    /// Whether bytes begin like a pickle: with the protocol from 2 on, and before with a mark or a list.
    private static func isPickle(_ start: [UInt8]) -> Bool {
        start[0] == 0x80 || start[0] == UInt8(ascii: "(") || start[0] == UInt8(ascii: "]")
    }

    private static func reason(_ start: [UInt8]) -> String {
        let instead = "a folder of images and its list of pairs, as IMAGES,PAIRS"
        if [.jpeg, .png, .webp].contains(start.withUnsafeBytes { ImageKind($0) }) {
            return "it is a single image; give \(instead)"
        }
        // The magic number of a record.
        if start.starts(with: [0x0a, 0x23, 0xd7, 0xce]) {
            return "it is a training set, which has no pairs; facet data pairs draws some from it"
        }
        if start.starts(with: Array("PK\u{3}\u{4}".utf8)) {
            return "it is a ZIP archive; unpack it, and give \(instead)"
        }
        if isText(start) {
            return
                "it is a text; for a list of pairs, give the folder of its images first, as "
                + "IMAGES,PAIRS"
        }
        return
            "it is no verification pack (.bin), which is a pickle of Python's; give one, or "
            + instead
    }

    /// Whether bytes are printable text of ASCII, perhaps with names in other scripts.
    private static func isText(_ start: [UInt8]) -> Bool {
        start.allSatisfy { $0 >= 0x20 && $0 != 0x7f || (0x09...0x0d).contains($0) }
    }
}
