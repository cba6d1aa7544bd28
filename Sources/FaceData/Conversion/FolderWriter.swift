import Foundation

/// Writes images into a folder of identities, each under a name of its own; what is there already
/// is left alone.
struct FolderWriter {
    private let folder: URL
    /// Images that were written.
    private(set) var written = 0
    /// Images that were there already.
    private(set) var kept = 0
    /// The files, relative to the folder; empty for skipped images.
    private(set) var paths: [String] = []
    private var taken = Set<String>()
    private var folders = Set<URL>()

    init(_ folder: URL) {
        self.folder = folder
    }

    /// Passes over an image.
    mutating func skip() {
        paths.append("")
    }

    /// Writes the next image, unless a file of its name with the same bytes is there.
    mutating func write(
        _ bytes: [UInt8], name: String, of identity: String
    ) throws(FaceDataError) {
        let kind = bytes.withUnsafeBytes { ImageKind($0) }
        var path = ImageNames.path(identity: identity, name: name, kind: kind)
        // Two images of one name are told apart by their places.
        if taken.contains(path) {
            path = ImageNames.path(identity: identity, name: "\(paths.count) \(name)", kind: kind)
        }
        taken.insert(path)
        paths.append(path)
        let file = folder.appendingPathComponent(path)
        folders.insert(file.deletingLastPathComponent())
        if holds(file, bytes) {
            kept += 1
        } else {
            try FileWriter.write(bytes, to: file)
            written += 1
        }
    }

    /// Removes what killed processes left in the folders that were written to.
    func removeAbandoned() {
        for folder in folders { FilePart.removeAbandoned(in: folder) }
    }

    private func holds(_ file: URL, _ bytes: [UInt8]) -> Bool {
        guard FileStamp(file).size == bytes.count, let there = try? FileReader(file) else {
            return false
        }
        return (try? there.bytes(at: 0, count: bytes.count)) == bytes
    }
}
