import Foundation
import Spelling

/// Reads a folder of identity folders.
struct FolderReader {
    let root: URL
    private var empty: [String] = []
    private var identities: [String] = []
    private var paths: [String] = []
    private var labels: [Int] = []
    private var skippedFiles = SkippedFiles()

    /// Folders deeper than this below an identity are not listed.
    private static let maxDepth = 16

    init(root: URL) {
        self.root = root
    }

    mutating func read() throws(FaceDataError) -> LabelledImageSet {
        for name in try SystemPath.visibleNames(root) {
            let folder = root.appendingPathComponent(name)
            guard let kind = SystemPath.kind(folder.path) else {
                // An inaccessible identity must not go unnoticed.
                throw .unreadable(
                    path: folder.path,
                    reason: FileReader.obstacle(to: folder) ?? "it cannot be found")
            }
            if kind == .folder {
                try read(identity: name, folder)
            } else {
                skippedFiles.add(file: name)
            }
        }
        guard !identities.isEmpty else { throw .noIdentities(path: root.path) }
        var set = LabelledImageSet(
            source: ImageFiles(paths, in: root), identities: identities, labels: labels,
            warnings: warnings)
        set.skippedFiles = skippedFiles
        return set
    }

    private mutating func read(identity: String, _ folder: URL) throws(FaceDataError) {
        var files: [String] = []
        for name in try SystemPath.visibleNames(folder) {
            let path = "\(identity)/\(name)"
            if LabelledImageSet.isImage(name) {
                files.append(path)
            } else if SystemPath.kind(folder.appendingPathComponent(name).path) == .folder {
                passOver(folder.appendingPathComponent(name), path, depth: 1)
            } else {
                skippedFiles.add(file: path)
            }
        }
        guard !files.isEmpty else {
            empty.append(identity)
            return
        }
        paths += files
        labels += repeatElement(identities.count, count: files.count)
        identities.append(identity)
    }

    /// Records all files in a subfolder of an identity as skipped. Links to folders are not followed,
    /// since they may form cycles.
    private mutating func passOver(_ folder: URL, _ path: String, depth: Int) {
        guard !SystemPath.isLink(folder.path) else {
            return skippedFiles.add(folder: path, "linked")
        }
        guard depth < Self.maxDepth, let names = try? SystemPath.visibleNames(folder) else {
            return skippedFiles.add(folder: path, "unread")
        }
        guard !names.isEmpty else { return skippedFiles.add(folder: path, "empty") }
        for name in names {
            let file = folder.appendingPathComponent(name)
            if SystemPath.kind(file.path) == .folder {
                passOver(file, "\(path)/\(name)", depth: depth + 1)
            } else {
                skippedFiles.add(nested: "\(path)/\(name)")
            }
        }
    }

    private var warnings: [String] {
        var warnings: [String] = []
        if !empty.isEmpty {
            warnings.append(
                counted(empty.count, "identity has", "identities have") + " no image: "
                    + empty.someJoined())
        }
        if let sentence = skippedFiles.sentence { warnings.append(sentence) }
        let others = identities.filter(ByteText.isEscaped)
        let files = paths.count { ByteText.isEscaped(PathText($0).name) }
        if let first = others.first ?? paths.first(where: ByteText.isEscaped) {
            warnings.append(
                counted(others.count + files, "name is", "names are")
                    + " not UTF-8 and shown as bytes, as in \(quoted: first); rename with 'convmv "
                    + "-r -f gbk -t utf-8 "
                    + "--notest' or similar")
        }
        return warnings
    }
}
