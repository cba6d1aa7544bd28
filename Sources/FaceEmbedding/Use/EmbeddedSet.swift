public import FaceData
import Foundation
import SafeFiles

/// Opens what is to be embedded or searched for faces, whatever it is: only images and names matter.
public enum EmbeddedSet {
    /// The images of a folder with all folders inside of it, of a set in any other format, of a test set, of a
    /// list with labels, or of a list of nothing but paths.
    ///
    /// - Parameters:
    ///   - source: A path, or two with a comma between them for the formats that have two.
    ///   - threads: Workers that read labels.
    ///   - told: Told what is odd about a set's files.
    /// - Throws: `FaceDataError`.
    public static func open(
        _ source: String, threads: Int = 1, told: (String) -> Void = { _ in }
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
                    // It may hold a database or files of many pictures each; an empty one has the first error.
                    guard let set = try? ImageCollection.open(source, threads: threads) else {
                        throw error
                    }
                    set.warnings.forEach(told)
                    return set.source
                }
            }
        } else if exists, let paths = try paths(in: url) {
            return ImageFiles(paths, in: url.deletingLastPathComponent())
        }
        let set = try ImageCollection.open(source, threads: threads)
        set.warnings.forEach(told)
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
