public import FaceData
import Foundation
import SafeFiles

/// Opens what is to be embedded, whatever it is: only images and names matter.
public enum EmbeddedSet {
    /// The images of a folder with all folders inside of it, of a pack, of a test set's `.bin`, of a list with
    /// labels, or of a list of nothing but paths.
    ///
    /// - Parameters:
    ///   - source: A path, or two with a comma between them for the formats that have two.
    ///   - threads: Workers that read labels.
    /// - Throws: `FaceDataError`.
    public static func open(_ source: String, threads: Int = 1) throws -> any ImageSource {
        let url = URL(fileURLWithPath: source)
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        guard !PlainFile.isSpecial(url) else {
            throw FaceDataError.unreadable(path: url.path, reason: PlainFile.notReadable)
        }
        if exists, isFolder.boolValue {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
            if !names.contains(where: { $0.hasSuffix(".rec") }) { return try folder(url) }
        } else if exists, let paths = try paths(in: url) {
            return ImageFiles(paths, in: url.deletingLastPathComponent())
        }
        return try ImageCollection.open(source, threads: threads).source
    }

    private static func folder(_ root: URL) throws -> any ImageSource {
        let depth = root.standardizedFileURL.path.utf8.count + 1
        let names = try PictureFiles.find(root).map {
            String(decoding: $0.standardizedFileURL.path.utf8.dropFirst(depth), as: UTF8.self)
        }
        return ImageFiles(names, in: root)
    }

    /// The lines of a file of nothing but paths; nil for a file of another kind.
    private static func paths(in file: URL) throws -> [String]? {
        let binary: Set = ["rec", "bin", "tsv", "idx"]
        guard !binary.contains(file.pathExtension.lowercased()),
            let text = try? String(contentsOf: file, encoding: .utf8)
        else { return nil }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
            .filter { !$0.hasPrefix("# ") }
        let isPlain = lines.allSatisfy { line in
            let isImage = LabelledImageSet.endings.contains(
                line.split(separator: ".").last.map { $0.lowercased() } ?? "")
            return isImage && !line.contains("\t")
        }
        return isPlain && !lines.isEmpty ? lines : nil
    }
}
