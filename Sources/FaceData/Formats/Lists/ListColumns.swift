import Foundation
import Spelling

/// The columns of path and label in a table whose first line names its columns.
///
/// Tables of two columns need no names: see ``LabelledImageSet/list(_:images:)``.
struct ListColumns {
    /// Titles of the column of paths, in order of preference.
    static let paths = [
        "path", "image_path", "img_path", "filepath", "file_path", "file_name", "filename", "file",
        "image", "img", "image_id",
    ]
    /// Titles of the column of labels, in order of preference.
    static let labels = [
        "label", "identity", "identity_id", "person", "person_id", "subject", "subject_id", "class",
        "class_id", "target",
    ]

    private let path: Int
    private let label: Int
    private let count: Int

    /// Parses a first line; nil if it does not name both columns and at least one more.
    init?(_ header: String) {
        let titles = LandmarkFields.of(header).map {
            $0.lowercased().replacingOccurrences(of: " ", with: "_")
        }
        func column(_ known: [String]) -> Int? {
            known.lazy.compactMap { titles.firstIndex(of: $0) }.first
        }
        guard titles.count > 2, let path = column(Self.paths), let label = column(Self.labels)
        else {
            return nil
        }
        (self.path, self.label, count) = (path, label, titles.count)
    }

    /// A line's path and label.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)``.
    func entry(
        _ line: TextFile.Line, of file: URL
    ) throws(FaceDataError) -> (path: String, label: String) {
        let fields = LandmarkFields.of(line.text)
        guard fields.count == count else {
            throw .line(
                path: file.path, line: line.number,
                reason:
                    "it has \(counted(fields.count, "column")), not \(count) as the first line names"
            )
        }
        guard !fields[path].isEmpty, !fields[label].isEmpty else {
            throw .line(
                path: file.path, line: line.number,
                reason: fields[path].isEmpty ? "it has no path" : "it has no label")
        }
        return (fields[path], fields[label])
    }
}
