import Foundation
import Spelling

/// The list (`.lst`) that a pack was made from, which contains names and exact labels.
///
/// A line is `key label ... path`, as written by `im2rec`, or insightface's `aligned path label`,
/// whose key is the line's number. Records are matched to lines by their keys, in any order. The list
/// is used only if all of the pack's labels are those of the list, rounded to the pack's 32-bit
/// floats.
struct RecordList {
    /// The list's entry for a record.
    struct Entry: Sendable {
        var label: String
        var path: String
    }

    /// Larger lists, in bytes, are read only if the labels cannot be had otherwise: their names would
    /// take more memory than the images' indices.
    static let maxBytes = 1 << 26

    let file: URL
    private var entries: [Int: Entry] = [:]
    /// Keys that occur in two lines.
    private var duplicates: [Int] = []

    /// The path that the list of a pack would have.
    static func url(beside pack: RecordPack) -> URL {
        pack.location.deletingPathExtension().appendingPathExtension("lst")
    }

    /// Reads a list.
    ///
    /// - Throws: ``FaceDataError``, also for a line of another form.
    init(_ file: URL, _ store: any ByteStore) throws(FaceDataError) {
        self.file = file
        for (index, line) in try TextFile.lines(of: store).enumerated() {
            let fields = line.text.split(separator: "\t").map(String.init)
            guard fields.count >= 3, let first = Int(fields[0]) else {
                throw Self.refusal(file, line)
            }
            if Float(fields[1]) != nil {
                add(first, Entry(label: fields[1], path: fields[fields.count - 1]))
            } else if Float(fields[2]) != nil {
                add(index + 1, Entry(label: fields[2], path: fields[1]))
            } else {
                throw Self.refusal(file, line)
            }
        }
    }

    private mutating func add(_ key: Int, _ entry: Entry) {
        if entries.updateValue(entry, forKey: key) != nil { duplicates.append(key) }
    }

    private static func refusal(_ file: URL, _ line: TextFile.Line) -> FaceDataError {
        .line(
            path: file.path, line: line.number,
            reason: "expected a key, a label and a path, separated by tabs")
    }

    /// The entries of records, in their order.
    ///
    /// - Parameters:
    ///   - keys: The records' keys.
    ///   - labels: Their labels in the pack.
    /// - Returns: One entry per record, or a sentence about how the list contradicts the pack.
    func entries(
        of keys: [Int], labels: [Int]
    ) -> (entries: [Entry], contradiction: String?) {
        var found: [Entry] = []
        var wrong = duplicates.map { "key \($0) occurs twice in the list" }
        for (key, label) in zip(keys, labels) {
            guard let entry = entries[key] else {
                wrong.append("key \(key) is not in the list, and has label \(label) in the pack")
                continue
            }
            if Float(entry.label) != Float(label) {
                wrong.append(
                    "key \(key) has label \(ListLabels.withoutFraction(entry.label) ?? entry.label) "
                        + "in the list and \(label) in the pack")
            }
            found.append(entry)
        }
        guard !wrong.isEmpty else { return (found, nil) }
        return (
            [],
            "\(quoted: file.lastPathComponent) contradicts the pack in "
                + counted(wrong.count, "key") + ": "
                + wrong.prefix(3).map(\.shortened).joined(separator: "; ")
                + (wrong.count > 3 ? "; ..." : "")
        )
    }
}
