import Foundation
import Spelling

/// The columns of path and label in a table whose first line names its columns.
///
/// Tables of two columns need no names: see ``LabelledImageSet/list(_:images:)``.
struct ListColumns {
    /// Titles of the column of paths, in order of preference.
    static let paths = [
        "path", "image_path", "img_path", "filepath", "file_path", "file_name", "filename", "file",
        "image", "img", "image_id", "image_name", "img_name", "image_file",
    ]
    /// Titles of the column of labels, in order of preference.
    static let labels = [
        "label", "identity", "identity_id", "person", "person_id", "subject", "subject_id", "class",
        "class_id", "target", "name", "person_name",
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

    /// Whether a list's first line has titles of columns, or the number of lines, rather than images that cannot
    /// be recognised as such, which must not be lost.
    static func areTitles(_ line: String, images root: URL) -> Bool {
        let titles = TextFile.fields(line)
        guard titles.count > 1 else { return titles.allSatisfy { Int($0) != nil } }
        return titles.allSatisfy { title in
            // pandas tells two titles apart by a number, as in `image.1`.
            PathText(title).ending.allSatisfy(\.isNumber)
                && !title.contains { "/\\".contains($0) } && Double(title) == nil
                && !SystemPath.exists(ImageFiles([title], in: root).path(of: 0))
        }
    }

    /// The error for titles of more than two columns of which one may be the label.
    static func refusal(_ line: TextFile.Line, of file: URL) -> FaceDataError {
        .line(
            path: file.path, line: line.number,
            reason:
                "the first line names \(LandmarkFields.of(line.text).count) columns, but not which "
                + "of them are the path and the label; call these 'path' and 'label'")
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
