import Foundation
import Spelling

/// Encodes the records of a run folder as JSON, and decodes them.
///
/// Keys are sorted and numbers are the shortest that read back to the same value, so equal
/// records are equal bytes.
package enum JSONRecord {
    /// A record as a whole file: indented, with a newline at its end.
    static func file(_ record: some Encodable, path: String) throws(FaceRunsError) -> Data {
        try encode(record, path: path, formatting: [.prettyPrinted])
    }

    /// A record as one line, including its newline.
    static func line(_ record: some Encodable, path: String) throws(FaceRunsError) -> Data {
        try encode(record, path: path, formatting: [])
    }

    /// Reads a record, and checks its numbers. `line` is the line of the bytes in the file, if they are
    /// only one line of it.
    static func decode<Record: Decodable>(
        _ type: Record.Type, from data: Data, path: String, line: Int? = nil
    ) throws(FaceRunsError) -> Record {
        do {
            let record = try JSONDecoder().decode(type, from: data)
            try (record as? any CheckedRecord)?.check()
            return record
        } catch let fault as RecordFault {
            throw .damagedFile(path: path, line: line, reason: fault.reason)
        } catch let error as DecodingError {
            throw .damagedFile(path: path, line: line, reason: reason(error, of: data))
        } catch {
            throw .damagedFile(path: path, line: line, reason: "not the JSON of a record")
        }
    }

    /// The format version that a record states.
    static func format(of data: Data, path: String) throws(FaceRunsError) -> Int {
        try decode(FormatOnly.self, from: data, path: path).format
    }

    /// The one field that every format of a record has.
    private struct FormatOnly: Decodable {
        var format: Int
    }

    private static func encode(
        _ record: some Encodable, path: String, formatting: JSONEncoder.OutputFormatting
    ) throws(FaceRunsError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
        do {
            return try encoder.encode(record) + Data("\n".utf8)
        } catch EncodingError.invalidValue(_, let context) {
            throw .nonFiniteNumber(path: path, field: field(context.codingPath))
        } catch {
            throw .unwritable(path: path, reason: "the record cannot be encoded as JSON")
        }
    }

    /// The error in the JSON of a record. A number that does not fit its type makes the decoder call the whole text
    /// invalid, without the value's path.
    private static func reason(_ error: DecodingError, of data: Data) -> String {
        guard case .dataCorrupted(let context) = error, context.codingPath.isEmpty,
            (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil
        else { return reason(error) }
        return "a number in it is out of range, or not a whole one"
    }

    /// The error in the JSON of a record, with the path of the value.
    package static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "\(quoted: field(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context) where context.codingPath.isEmpty,
            .valueNotFound(_, let context) where context.codingPath.isEmpty:
            "it is not an object, with its keys in braces"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(quoted: field(context.codingPath)) has the wrong type"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            "not valid JSON"
        case .dataCorrupted(let context):
            "\(quoted: field(context.codingPath)) has an invalid value"
        @unknown default:
            "not the JSON of a record"
        }
    }

    private static func field(_ path: [any CodingKey]) -> String {
        path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
