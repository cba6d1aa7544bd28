public import FaceData
import Foundation
import SafeFiles

/// Opens a set of any kind to be embedded or searched for faces: only images and names matter.
public enum EmbeddedSet {
    /// The images of a folder and its subfolders, of a set in any other format, of a test set, of a list
    /// with labels, or of a list of paths only.
    ///
    /// - Parameters:
    ///   - source: A path, or two separated by a comma for formats that have two.
    ///   - threads: Number of threads that read labels.
    ///   - warn: Receives warnings about a set's files.
    /// - Throws: `FaceDataError`.
    public static func open(
        _ source: String, threads: Int = 1, warn: (String) -> Void = { _ in }
    ) throws -> any ImageSource {
        let url = URL(fileURLWithPath: source)
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        guard !PlainFile.isSpecial(url) else {
            throw FaceDataError.unreadable(path: url.path, reason: PlainFile.notReadable)
        }
        if exists, isFolder.boolValue {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
            if !names.contains(where: { $0.hasSuffix(".rec") }) {
                do {
                    return try folder(url)
                } catch {
                    // It may contain a database, or files with many pictures each; for an empty one the
                    // first error is thrown.
                    guard let set = try? ImageCollection.open(source, threads: threads) else {
                        throw error
                    }
                    set.warnings.forEach(warn)
                    return set.source
                }
            }
        } else if exists, let paths = try paths(in: url) {
            return ImageFiles(paths, in: url.deletingLastPathComponent())
        }
        let set = try ImageCollection.open(source, threads: threads)
        set.warnings.forEach(warn)
        return set.source
    }

    private static func folder(_ root: URL) throws -> any ImageSource {
        let depth = root.standardizedFileURL.path.utf8.count + 1
        let names = try PictureFiles.find(root).map {
            String(decoding: $0.standardizedFileURL.path.utf8.dropFirst(depth), as: UTF8.self)
        }
        return ImageFiles(names, in: root)
    }

    /// The lines of a file of paths only; nil for a file of another kind.
    private static func paths(in file: URL) throws -> [String]? {
        let binary: Set = ["rec", "bin", "tsv", "idx", "mdb", "parquet", "tar", "tfrecord", "zip"]
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
