import Foundation
import SafeFiles
import Spelling

/// Writes images into a folder, each under a unique name; existing ones are kept.
///
/// A hidden file beside the folder, `.NAME.conversion`, identifies what is written into it, so that it is not
/// mixed with another set, or with the same one in another size: a folder with other images is refused, and a
/// file with other bytes is replaced only if the same conversion was begun before.
struct FolderWriter {
    private let folder: URL
    private let plan: String
    /// The names, with the endings of the images that were written.
    private(set) var names: WrittenNames
    /// Whether this conversion was begun here before, so that files with other bytes are its own,
    /// damaged ones.
    private let isBegun: Bool
    /// Images that were written.
    private(set) var written = 0
    /// Images that already existed unchanged.
    private(set) var kept = 0
    /// The files, relative to the folder; empty for skipped images.
    private(set) var paths: [String] = []
    private var folders = Set<URL>()

    /// Checks the folder and marks it as begun.
    ///
    /// - Parameters:
    ///   - plan: Identifies the conversion, except for the images' bytes.
    ///   - further: Names of other files that will be written into the folder.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)`` if the folder contains other images, or a link
    ///   or a pipe where a file is to be written.
    init(
        _ folder: URL, _ names: WrittenNames, plan: String, further: [String] = []
    ) throws(FaceDataError) {
        (self.folder, self.names, self.plan) = (folder, names, plan)
        try Self.requirePlain(names.paths + further, in: folder)
        let found = try Self.images(in: folder)
        let mark = ((try? PlainFile.read(Self.mark(folder))) ?? nil).map {
            String(decoding: $0, as: UTF8.self)
        }
        isBegun = found.isEmpty || mark == plan
        if let foreign = found.first(where: { [isOwn = names.recogniser()] in !isOwn($0) }) {
            throw .cannotWrite(
                path: folder.path,
                reason:
                    "it contains \(quoted: foreign), which is not an image of this set; choose another folder, "
                    + "or remove what another command or an earlier version wrote")
        }
    }

    /// Skips the next image.
    mutating func skip() {
        paths.append("")
    }

    /// Writes the next image, unless a file of its name with the same bytes exists.
    mutating func write(_ bytes: [UInt8]) throws(FaceDataError) {
        let kind = bytes.withUnsafeBytes { ImageKind($0) }
        let path = names.path(of: paths.count, kind: kind)
        paths.append(path)
        // The ending is only known now, and the folder may have changed since the start.
        try Self.requirePlain([path], in: folder)
        let file = folder.appendingPathComponent(path)
        folders.insert(file.deletingLastPathComponent())
        if holds(file, bytes) {
            kept += 1
            return
        }
        guard isBegun || FileStamp(file).size < 0 else {
            throw .cannotWrite(
                path: file.path,
                reason:
                    "it already exists with other content, which this command did not write; choose "
                    + "another folder, or remove it")
        }
        // Before the first file, so that a process that goes on recognises it; and not earlier, so that what fails
        // before leaves nothing.
        if isBegun, written == 0 { writeMark() }
        try FaceDataError.storing { () throws(SafeFilesError) in
            try FileWriter.write(bytes, to: file)
        }
        written += 1
    }

    /// Removes what killed processes left in the folders that were written to.
    func finish() {
        for folder in folders { PartialFile.removeStale(in: folder) }
        writeMark()
    }

    private static func requirePlain(
        _ names: [String], in folder: URL
    ) throws(FaceDataError) {
        try FaceDataError.storing { () throws(SafeFilesError) in
            try PlainFile.require(names, in: folder)
        }
    }

    private static func mark(_ folder: URL) -> URL {
        folder.deletingLastPathComponent().appendingPathComponent(
            ".\(folder.lastPathComponent).conversion")
    }

    /// Failures, as beside a mount point, are ignored: they only mean that damaged files are not
    /// replaced.
    private func writeMark() {
        try? FileWriter.write(Array(plan.utf8), to: Self.mark(folder))
    }

    /// The paths of images in a folder and its subfolders, relative to it; empty if there is no
    /// folder.
    private static func images(in folder: URL) throws(FaceDataError) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
            isFolder.boolValue
        else { return [] }
        var images: [String] = []
        for name in try LabelledImageSet.visibleNames(folder) {
            if LabelledImageSet.isImage(name) { images.append(name) }
            // If it cannot be listed, it is not a folder.
            let inner = try? LabelledImageSet.visibleNames(folder.appendingPathComponent(name))
            images += (inner ?? []).filter(LabelledImageSet.isImage).map { "\(name)/\($0)" }
        }
        return images
    }

    private func holds(_ file: URL, _ bytes: [UInt8]) -> Bool {
        guard FileStamp(file).size == bytes.count, let there = try? FileReader(file) else {
            return false
        }
        return (try? there.bytes(at: 0, count: bytes.count)) == bytes
    }
}
