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

    init(_ folder: URL) {
        self.folder = folder
    }

    /// Passes over an image.
    mutating func skip() {
        paths.append("")
    }

    /// Writes the next image, unless a file of its name and size is there.
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
        if size(of: file) == bytes.count {
            kept += 1
        } else {
            try FileWriter.write(bytes, to: file)
            written += 1
        }
    }

    private func size(of file: URL) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: file.path))?[.size] as? Int
    }
}
