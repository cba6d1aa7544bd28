import FaceData
import FaceEvaluation
import Foundation
import Spelling

/// A candidate for the identity of a face.
public struct GalleryCandidate: Codable, Sendable, Hashable {
    /// The person's name.
    public var person: String
    /// Cosine similarity of the face and the person's most similar picture.
    public var similarity: Double
}

extension FaceGallery {
    /// Finds the people most similar to each face, the most similar first.
    ///
    /// A person's similarity is that of the most similar picture; people of equal similarity are sorted by
    /// name.
    ///
    /// - Parameters:
    ///   - probes: Embeddings of length 1, of the gallery's model.
    ///   - top: The number of people returned for each face.
    /// - Throws: ``FaceGalleryError/damaged(path:reason:)`` for an invalid embedding.
    public func candidates(for probes: [[Float]], top: Int) throws -> [[GalleryCandidate]] {
        var best = [[String: Double]](repeating: [:], count: probes.count)
        try forEachBlock { people, values in
            guard let length = probes.first?.count else { return }
            guard values.count == people.count * length, probes.allSatisfy({ $0.count == length })
            else {
                throw FaceGalleryError.damaged(
                    path: url.path, reason: "its embeddings have not as many numbers as the model's"
                )
            }
            let table = try EmbeddingTable(
                count: probes.count + people.count, dimension: length,
                values: probes.flatMap { $0 } + values)
            for probe in probes.indices {
                let pairs = people.indices.map {
                    VerificationPair(first: probe, second: probes.count + $0, same: true, fold: 0)
                }
                for (person, score) in zip(people, try table.scores(of: pairs)) {
                    best[probe][person] = max(best[probe][person] ?? -.infinity, score.cosine)
                }
            }
        }
        return best.map { scores in
            scores.map { GalleryCandidate(person: $0.key, similarity: $0.value) }
                .sorted { ($1.similarity, $0.person) < ($0.similarity, $1.person) }
                .prefix(top).map { $0 }
        }
    }

    /// Reads all embeddings in blocks.
    private func forEachBlock(_ body: ([String], [Float]) throws -> Void) throws {
        let rows = try database.prepare(
            "SELECT name, embedding FROM faces JOIN people ON people.id = person ORDER BY faces.id")
        var (people, values) = ([String](), [Float]())
        while try rows.next() {
            guard let row = Self.values(rows.blob(1)) else {
                throw FaceGalleryError.damaged(
                    path: url.path,
                    reason: "an embedding of \(quoted: rows.text(0) ?? "") is not of finite numbers"
                )
            }
            people.append(rows.text(0) ?? "")
            values += row
            if people.count == Self.block {
                try body(people, values)
                (people, values) = ([], [])
            }
        }
        if !people.isEmpty { try body(people, values) }
    }

    private static let block = 1024

    /// Writes the gallery as comma-separated values: person, hash of the picture's file, norm, time of
    /// enrolment, and the numbers of the embedding, sorted by name and order of enrolment.
    ///
    /// - Parameter line: Receives the lines one by one, without line ends.
    public func export(_ line: (String) throws -> Void) throws {
        let rows = try database.prepare(
            "SELECT name, image, norm, added, embedding FROM faces JOIN people ON people.id = person "
                + "ORDER BY name, faces.id")
        var isFirst = true
        while try rows.next() {
            let values = Self.values(rows.blob(4)) ?? []
            if isFirst {
                try line(
                    (["person", "image_sha256", "norm", "enrolled"]
                        + values.indices.map { "e\($0)" })
                        .joined(separator: ","))
                isFirst = false
            }
            let fields =
                [
                    Self.field(rows.text(0) ?? ""), rows.text(1) ?? "", "\(rows.real(2))",
                    rows.text(3) ?? "",
                ] + values.map { "\($0)" }
            try line(fields.joined(separator: ","))
        }
        if isFirst { try line("person,image_sha256,norm,enrolled") }
    }

    /// A text as a field of comma-separated values (RFC 4180).
    private static func field(_ text: String) -> String {
        // Unicode scalars, because a carriage return followed by a line feed is a single character.
        let special = ",\"\n\r".unicodeScalars
        guard text.unicodeScalars.contains(where: special.contains) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
