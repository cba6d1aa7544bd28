import Foundation
import SafeFiles

/// The state that a later process needs to resume a pack: written beside it after the pack's files were
/// flushed to disk, and removed when the pack is complete.
struct PackJournal: Codable, Sendable {
    /// The result of scanning all images for bad ones.
    struct Scan: Codable, Sendable {
        /// Digest of the stamps of all images' files, see ``digest(_:of:)``.
        var stamps: String
        /// Images that do not decode.
        var bad: [ImageScan.BadImage]
    }

    /// Digest of the names, labels and settings, see ``plan(_:_:)``.
    var plan: String
    /// nil if bytes are copied without decoding them.
    var scan: Scan?
    /// How far the pack is written.
    var position: RecordPackWriter.Position
    /// Digest of the stamps of the files of the written images.
    var stamps: String

    /// Keys in the file; some are older than the properties' names.
    private enum CodingKeys: String, CodingKey {
        case plan, scan, stamps
        case position = "place"
    }

    /// The journal of a pack.
    static func url(of pack: URL) -> URL {
        pack.deletingLastPathComponent().appendingPathComponent(
            ".\(pack.lastPathComponent).journal")
    }

    /// Reads the journal of a pack; nil if there is none, or one of another plan.
    static func read(of pack: URL, plan: String) -> PackJournal? {
        // `FileReader` only opens regular files: reading a pipe of that name would block forever.
        guard let file = try? FileReader(url(of: pack)),
            let bytes = try? file.bytes(at: 0, count: file.size),
            let journal = try? JSONDecoder().decode(PackJournal.self, from: Data(bytes)),
            journal.plan == plan
        else { return nil }
        return journal
    }

    /// Writes the journal of a pack.
    func write(of pack: URL) throws {
        let bytes = Array(try JSONEncoder().encode(self))
        try FaceDataError.storing { () throws(SafeFilesError) in
            try FileWriter.write(bytes, to: Self.url(of: pack))
        }
    }

    /// A digest of everything that the pack depends on, except for the images' bytes.
    static func plan(_ set: LabelledImageSet, _ conversion: SetConversion) -> String {
        var hash = SHA256()
        let recoding = conversion.recoding
        hash.update(
            Array(
                "2 \(recoding.side ?? 0) \(recoding.quality ?? 0) \(conversion.leavesOutBad)\n"
                    .utf8))
        if !conversion.origin.isEmpty { hash.update(Array("\(conversion.origin)\n".utf8)) }
        for name in [set.location.path] + set.identities { hash.update(Array("\(name)\n".utf8)) }
        for (position, label) in set.labels.enumerated() {
            hash.update(Array("\(label) \(set.source.name(of: position))\n".utf8))
        }
        return hash.hexDigest()
    }

    /// A digest of the stamps of a source's first images.
    static func digest(_ count: Int, of source: any ImageSource) -> String {
        var hash = SHA256()
        for position in 0..<count { hash.update(source.stamp(of: position).bytes) }
        return hash.hexDigest()
    }
}
