import Foundation
import SafeFiles

/// A record of the faces aligned into a folder and of their sources: one line per face in the folder's hidden
/// file `.alignment`.
///
/// Lines are flushed to disk before the files that they describe, so whenever a process stops, the
/// record lists every file that an alignment wrote. The file is locked while in use: only one process
/// at a time can align into a folder.
final class AlignmentRecord: @unchecked Sendable {
    /// The source of a face, and its handling.
    struct Entry: Hashable {
        /// Digest of the picture's bytes, its points and the alignment settings.
        var origin: String
        /// Digest of the bytes that were written.
        var face: String
    }

    // `@unchecked` is sound because both are accessed only while `lock` is held.
    private let log: LineLog
    private var entries: [String: Entry] = [:]
    private let lock = NSLock()

    /// Opens the record of a folder, creating both if they are missing.
    ///
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``, also while another process has it
    ///   open.
    init(_ folder: URL) throws(FaceDataError) {
        let url = folder.appendingPathComponent(".alignment")
        do {
            log = try LineLog(url)
        } catch .busy {
            throw .cannotWrite(
                path: folder.path, reason: "another process is aligning into it; wait until it ends"
            )
        } catch {
            throw FaceDataError(error)
        }
        for line in log.lines {
            let fields = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard fields.count == 3, fields[0].count == Self.digits,
                fields[1].count == Self.digits
            else { throw .unreadable(path: url.path, reason: "it is not an alignment record") }
            entries[fields[2]] = Entry(origin: fields[0], face: fields[1])
        }
    }

    /// The record of a file, named relative to the folder; nil if there is none.
    subscript(name: String) -> Entry? { lock.withLock { entries[name] } }

    /// Adds lines and flushes them to disk.
    func add(_ added: [(name: String, entry: Entry)]) throws(FaceDataError) {
        guard !added.isEmpty else { return }
        lock.lock()
        defer { lock.unlock() }
        try FaceDataError.storing { () throws(SafeFilesError) in
            try log.append(added.map { "\($0.entry.origin) \($0.entry.face) \($0.name)" })
        }
        for (name, entry) in added { entries[name] = entry }
    }

    /// The digest of everything that an aligned face is made from.
    ///
    /// - Parameters:
    ///   - faces: The points of all faces of the picture, one of which was chosen.
    static func origin(
        _ picture: [UInt8], _ faces: [FacePoints], _ choice: FaceChoice, _ template: FaceTemplate,
        quality: Int?
    ) -> String {
        let numbers = faces.flatMap(\.points).map { "\($0.x) \($0.y)" }.joined(separator: " ")
        let chosen = faces.count == 1 ? "" : " \(choice.rawValue)"
        return origin(picture, of: numbers, chosen, template, quality)
    }

    /// The digest of everything that an aligned face found by a search is made from.
    static func origin(
        _ picture: [UInt8], _ search: FaceSearch, _ template: FaceTemplate, quality: Int?
    ) -> String {
        origin(picture, of: search.identity, "", template, quality)
    }

    private static func origin(
        _ picture: [UInt8], of points: String, _ chosen: String, _ template: FaceTemplate,
        _ quality: Int?
    ) -> String {
        var hash = SHA256()
        hash.update(picture)
        // The first number is a version, increased when the same bytes and points give another
        // result: 2 since pictures of all formats are decoded by one rule.
        let name = template.name == "insightface" ? "" : " \(template.name)"
        hash.update(
            Array("\n2 \(points) \(template.height)\(name) \(quality ?? 0)\(chosen)".utf8))
        return String(hash.hexDigest().prefix(digits))
    }

    /// The digest of a face's file.
    static func digest(_ bytes: [UInt8]) -> String {
        String(SHA256.hexDigest(of: bytes).prefix(digits))
    }

    /// Hexadecimal digits of a digest: 128 bits are enough to distinguish any two contents.
    private static let digits = 32
}
