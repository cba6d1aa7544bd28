import Foundation
import SafeNumbers
import Spelling

/// A face to be enrolled.
public struct EnrolledFace: Sendable, Hashable {
    /// SHA-256 of the picture's file, in hexadecimal.
    public var image: String
    /// The picture's name in messages.
    public var name: String
    /// The embedding, of length 1.
    public var embedding: [Float]
    /// L2 norm of the embedding before it was normalised.
    public var norm: Double

    /// Creates a face; `norm` is that of the embedding before normalisation.
    public init(image: String, name: String, embedding: [Float], norm: Double) {
        (self.image, self.name, self.embedding, self.norm) = (image, name, embedding, norm)
    }
}

extension FaceGallery {
    /// The name a picture is enrolled under; nil if it is not enrolled.
    ///
    /// - Parameter image: SHA-256 of the picture's file, in hexadecimal.
    public func owner(of image: String) throws -> String? {
        let row = try database.prepare(
            "SELECT name FROM faces JOIN people ON people.id = person WHERE image = ?")
        try row.bind([.text(image)])
        return try row.next() ? row.text(0) : nil
    }

    /// Enrols faces of a person, all of them or none. Pictures that are already enrolled for that person stay
    /// as they are.
    ///
    /// - Returns: The number of new pictures.
    /// - Throws: ``FaceGalleryError/enrolledAs(image:person:other:)``, and errors of writing the file.
    public func enrol(_ faces: [EnrolledFace], as person: String) throws -> Int {
        guard !faces.isEmpty else { return 0 }
        return try database.transaction {
            try requireLength(faces)
            try database.prepare("INSERT OR IGNORE INTO people (name) VALUES (?)").run(
                .text(person))
            let insert = try database.prepare(
                "INSERT INTO faces (person, image, embedding, norm, added) "
                    + "SELECT id, ?2, ?3, ?4, ?5 FROM people WHERE name = ?1")
            let now = ISO8601DateFormatter().string(from: Date())
            var added = 0
            for face in faces {
                if let other = try owner(of: face.image) {
                    guard other == person else {
                        throw FaceGalleryError.enrolledAs(
                            image: face.name, person: person, other: other)
                    }
                    continue
                }
                try insert.run(
                    .text(person), .text(face.image), .blob(Self.bytes(face.embedding)),
                    .real(face.norm), .text(now))
                added += 1
            }
            return added
        }
    }

    /// All embeddings of a gallery have the same length.
    private func requireLength(_ faces: [EnrolledFace]) throws {
        let known = try database.number("SELECT length(embedding) / 4 FROM faces LIMIT 1")
        let length = known ?? faces.first?.embedding.count ?? 0
        if let other = faces.first(where: { $0.embedding.count != length }) {
            throw FaceGalleryError.unusable(
                path: url.path,
                reason:
                    "the embedding of \(quoted: other.name) has \(other.embedding.count) numbers, "
                    + "and those in it "
                    + "have \(length)")
        }
    }

    /// Removes a person and erases the embeddings from the gallery's files.
    ///
    /// The rows are overwritten with zeros, the file is rewritten without them, and the write-ahead log is
    /// emptied. Earlier states of the file on the disk or in a backup are not erased.
    ///
    /// - Returns: The number of pictures the person had.
    /// - Throws: ``FaceGalleryError/unknownPerson(path:name:hint:)``, and
    ///   ``FaceGalleryError/notForgotten(path:person:reason:)`` if the person was removed from the tables but
    ///   traces may be left; the next removal of any person erases them.
    public func remove(_ person: String) throws -> Int {
        let pictures: Int? = try database.transaction {
            let row = try database.prepare(
                "SELECT count(faces.id) FROM people LEFT JOIN faces ON person = people.id "
                    + "WHERE name = ? GROUP BY people.id")
            try row.bind([.text(person)])
            guard try row.next() else { return nil }
            let count = row.integer(0)
            _ = try row.next()
            try database.prepare("DELETE FROM people WHERE name = ?").run(.text(person))
            try database.execute("UPDATE gallery SET purge = 1")
            return count
        }
        let isPending = try database.number("SELECT purge FROM gallery") == 1
        if isPending { try purge(after: person) }
        guard let pictures else {
            // A repeated attempt after a removal that left traces.
            if isPending { return 0 }
            let names = try people().map(\.name)
            throw FaceGalleryError.unknownPerson(
                path: url.path, name: person, hint: Spelling.hint(for: person, among: names))
        }
        return pictures
    }

    /// Rewrites the file without deleted rows, and empties the log.
    private func purge(after person: String) throws {
        do {
            try database.execute("VACUUM")
            try truncateLog()
            try database.execute("UPDATE gallery SET purge = 0")
            try truncateLog()
        } catch let error as FaceGalleryError {
            let reason =
                switch error {
                case .busy: "another process is using it"
                case .noSpace: "the disk is full"
                default: "\(error)"
                }
            throw FaceGalleryError.notForgotten(path: url.path, person: person, reason: reason)
        }
    }

    private func truncateLog() throws {
        // The first column is 1 if readers blocked the checkpoint.
        if try database.number("PRAGMA wal_checkpoint(TRUNCATE)") != 0 {
            throw FaceGalleryError.busy(path: url.path)
        }
    }

    /// The stored form of numbers: single precision, little-endian.
    static func bytes(_ values: [Float]) -> [UInt8] {
        [UInt8](littleEndian: values)
    }

    /// The numbers in stored bytes; nil if the length is not a multiple of 4, or a number is not
    /// finite.
    static func values(_ bytes: UnsafeRawBufferPointer) -> [Float]? {
        guard bytes.count % 4 == 0, bytes.count > 0 else { return nil }
        let values = [Float](littleEndian: bytes)
        return values.allSatisfy(\.isFinite) ? values : nil
    }
}
