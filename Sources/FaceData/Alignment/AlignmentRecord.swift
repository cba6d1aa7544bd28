import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What was aligned into a folder, and from what: a line a face in the folder's hidden file
/// `.alignment`.
///
/// Lines are brought to the disk before the files they speak of, so that whatever is stopped when,
/// no file that an alignment wrote is unknown. The file is locked while it is used: one process at a
/// time aligns into a folder.
final class AlignmentRecord: @unchecked Sendable {
    /// Where a face comes from, and what was made of it.
    struct Entry: Hashable {
        /// Digest of the picture's bytes, its points and how they are aligned.
        var origin: String
        /// Digest of the bytes that were written.
        var face: String
    }

    private let url: URL
    private let descriptor: Int32
    // Sound because `entries` is reached only while `lock` is held.
    private let lock = NSLock()
    private var entries: [String: Entry] = [:]

    /// Opens the record of a folder, and makes both where they are missing.
    ///
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``, also while another process has it.
    init(_ folder: URL) throws(FaceDataError) {
        url = folder.appendingPathComponent(".alignment")
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: folder.path, reason: "the folder cannot be made")
        }
        descriptor = open(
            url.path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw .cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
        }
        guard FilePart.isPlain(descriptor) else {
            close(descriptor)
            throw .cannotWrite(path: url.path, reason: "it is a pipe or a device; remove it")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            close(descriptor)
            throw .cannotWrite(
                path: folder.path,
                reason: isHeld
                    ? "another process aligns into it; wait until it ends" : "it cannot be locked")
        }
        try read()
    }

    deinit { close(descriptor) }

    /// What is known of a file, named relative to the folder.
    subscript(name: String) -> Entry? { lock.withLock { entries[name] } }

    /// Adds lines and brings them to the disk.
    func add(_ added: [(name: String, entry: Entry)]) throws(FaceDataError) {
        guard !added.isEmpty else { return }
        let text = added.map { "\($0.entry.origin) \($0.entry.face) \($0.name)\n" }.joined()
        lock.lock()
        defer { lock.unlock() }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count == 0 || errno != EINTR {
                throw failure()
            }
        }
        guard fsync(descriptor) == 0 else { throw failure() }
        for (name, entry) in added { entries[name] = entry }
    }

    /// The digest of what a face is made of.
    ///
    /// - Parameters:
    ///   - faces: The points of all faces of the picture, of which one was chosen.
    static func origin(
        _ picture: [UInt8], _ faces: [FacePoints], _ choice: FaceChoice, side: Int, quality: Int?
    ) -> String {
        var hash = SHA256()
        hash.update(picture)
        let numbers = faces.flatMap(\.points).map { "\($0.x) \($0.y)" }.joined(separator: " ")
        let chosen = faces.count == 1 ? "" : " \(choice.rawValue)"
        // The first number changes with what the same bytes and points become: 2 since pictures are
        // decoded by one rule for all formats.
        hash.update(Array("\n2 \(numbers) \(side) \(quality ?? 0)\(chosen)".utf8))
        return String(hash.hexDigest().prefix(digits))
    }

    /// The digest of a face's file.
    static func digest(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return String(hash.hexDigest().prefix(digits))
    }

    /// 128 bits are enough to tell any two contents apart.
    private static let digits = 32

    /// Reads whole lines; what a killed process left of one is cut off.
    private func read() throws(FaceDataError) {
        guard let data = try? Data(contentsOf: url) else {
            throw .unreadable(path: url.path, reason: "it cannot be read")
        }
        let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        guard ftruncate(descriptor, off_t(end)) == 0 else { throw failure() }
        for line in String(decoding: data.prefix(end), as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard fields.count == 3, fields[0].count == Self.digits,
                fields[1].count == Self.digits
            else { throw .unreadable(path: url.path, reason: "it is no record of an alignment") }
            entries[fields[2]] = Entry(origin: fields[0], face: fields[1])
        }
    }

    private func failure() -> FaceDataError {
        .cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
    }
}
