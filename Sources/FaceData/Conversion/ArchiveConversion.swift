public import Foundation
import SafeFiles

extension SetConversion {
    /// Writes a training set as one tar archive of `<identity>/<image>`, as `tar` would archive a
    /// folder; an interrupted conversion starts over.
    ///
    /// - Throws: ``FaceDataError``.
    public func write(
        _ set: LabelledImageSet, toTar url: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let file = try FaceDataError.storing { () throws(SafeFilesError) in try FileWriter(url) }
        return try archive(set, progress) { (name, bytes) throws(SafeFilesError) in
            try TarWriter(file).append(name, bytes)
        } end: { () throws(SafeFilesError) in
            try TarWriter(file).end()
            try file.finish()
        }
    }

    /// Writes a training set as one ZIP archive of `<identity>/<image>` with uncompressed members; an
    /// interrupted conversion starts over.
    ///
    /// - Throws: ``FaceDataError``.
    public func write(
        _ set: LabelledImageSet, toZip url: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let writer = try FaceDataError.storing { () throws(SafeFilesError) in try ZipWriter(url) }
        return try archive(set, progress) { (name, bytes) throws(SafeFilesError) in
            try writer.append(name, bytes)
        } end: { () throws(SafeFilesError) in
            try writer.finish()
        }
    }

    /// Appends all images to an archive under the unique names that they would have in a folder.
    private func archive(
        _ set: LabelledImageSet, _ progress: Progress,
        add: (String, [UInt8]) throws(SafeFilesError) -> Void,
        end: () throws(SafeFilesError) -> Void
    ) throws -> Outcome {
        var names = WrittenNames(of: set, ending: recoding.ending)
        // Readers skip a folder of this name, which Macs add to archives.
        let top = names.folders.contains("__MACOSX") ? "set/" : ""
        var outcome = try writeAll(set, progress) { bytes, index in
            let kind = bytes.withUnsafeBytes { ImageKind($0) }
            let name = top + names.path(of: index, kind: kind)
            try FaceDataError.storing { () throws(SafeFilesError) in try add(name, bytes) }
        }
        guard outcome.written > 0 else { return outcome }
        try FaceDataError.storing(end)
        outcome.listRenamed(by: names, of: set.source)
        return outcome
    }
}
