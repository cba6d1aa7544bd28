import Foundation

/// Recognises files of unsupported data set formats by their first bytes, and says what to do
/// instead.
enum ForeignSet {
    /// Rejects a file of such a format.
    ///
    /// - Throws: ``FaceDataError/unknownFormat(path:reason:)``.
    static func refuse(_ file: URL) throws(FaceDataError) {
        guard let store = try? FileReader(file), store.size >= 6,
            let start = try? store.bytes(at: 0, count: min(store.size, 16)),
            let reason = reason(start, file)
        else { return }
        throw .unknownFormat(path: file.path, reason: reason)
    }

    /// Rejects a folder that contains such files.
    static func refuse(folder: URL) throws(FaceDataError) {
        let names = try SystemPath.visibleNames(folder)
        // `datasets` stores its files in a subfolder of this name.
        let inner = names.contains("data") && !names.contains { $0.hasSuffix(".parquet") }
        let location = inner ? folder.appendingPathComponent("data") : folder
        let files = inner ? (try? SystemPath.visibleNames(location)) ?? [] : names
        if let file = files.first(where: { ["parquet", "arrow"].contains(PathText($0).ending) }) {
            try refuse(location.appendingPathComponent(file))
        }
    }

    private static func reason(_ start: [UInt8], _ file: URL) -> String? {
        if [.jpeg, .png, .webp].contains(start.withUnsafeBytes { ImageKind($0) }) {
            return
                "it is a single image; give a folder with a folder of images for each person, or a "
                + "list of images"
        }
        if start.starts(with: Array("PAR1".utf8)) {
            return "it is Parquet; give it a name that ends in .parquet"
        }
        if start.starts(with: Array("ARROW1".utf8)) || start.starts(with: [0xff, 0xff, 0xff, 0xff])
        {
            return
                "it is an Arrow file of Hugging Face's datasets, which is not read; save the set as Parquet with "
                + "push_to_hub() or to_parquet(), which is read"
        }
        let unpacking: [([UInt8], String)] = [
            ([0x1f, 0x8b], "gunzip"), (Array("BZh".utf8), "bunzip2"),
            ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "unxz"), ([0x28, 0xb5, 0x2f, 0xfd], "unzstd"),
        ]
        guard let program = unpacking.first(where: { start.starts(with: $0.0) })?.1 else {
            return nil
        }
        return "it is compressed, so that its images cannot be found at random; run '\(program) "
            + "\(file.lastPathComponent)' first"
    }
}
