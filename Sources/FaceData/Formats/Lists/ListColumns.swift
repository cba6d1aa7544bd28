import Foundation
import Spelling

/// The columns of path and label in a table whose first line names its columns.
///
/// Tables of two columns need no names: see ``LabelledImageSet/list(_:images:)``.
struct ListColumns {
    /// Titles of the column of paths, in order of preference.
    static let pathTitles = [
        "path", "image_path", "img_path", "filepath", "file_path", "file_name", "filename", "file",
        "image", "img", "image_id", "image_name", "img_name", "image_file",
    ]
    /// Titles of the column of labels, in order of preference.
    static let labelTitles = [
        "label", "identity", "identity_id", "person", "person_id", "subject", "subject_id", "class",
        "class_id", "target", "name", "person_name",
    ]

    /// The titles of the columns that may have the labels, in order of preference.
    let labels: [String]
    private let path: Int
    private let labelColumns: [Int]
    private let count: Int

    /// Parses a first line; nil if it does not name both columns and at least one more.
    init?(_ header: String) {
        let titles = LandmarkFields.titles(of: header)
        func columns(_ known: [String]) -> [Int] { known.compactMap { titles.firstIndex(of: $0) } }
        guard titles.count > 2, let path = columns(Self.pathTitles).first else { return nil }
        labelColumns = columns(Self.labelTitles)
        guard !labelColumns.isEmpty else { return nil }
        labels = labelColumns.map { titles[$0] }
        (self.path, count) = (path, titles.count)
    }

    /// The column that has the labels, of those that ``labels`` names, and a warning if another one groups the
    /// images differently.
    ///
    /// The first one has them unless it is the same in all lines, as a `class` that says `face`, and another is not.
    ///
    /// - Parameter values: The values of each column.
    func choice(of values: [[String]]) -> (index: Int, warning: String?) {
        let distinct = values.map { Set($0).count }
        let chosen = distinct.firstIndex { $0 > 1 } ?? 0
        // A value of its own in each line is no identity.
        let other = values.indices.first {
            $0 != chosen && (2..<max(2, values[$0].count)).contains(distinct[$0])
                && !Self.groupAlike(values[$0], values[chosen])
        }
        if let other {
            return (
                chosen,
                "the columns \(quoted: labels[chosen]) and \(quoted: labels[other]) group the images differently; "
                    + "\(quoted: labels[chosen]) is used"
            )
        }
        guard chosen > 0 else { return (chosen, nil) }
        return (
            chosen,
            "the column \(quoted: labels[0]) is the same in all lines; \(quoted: labels[chosen]) is used instead"
        )
    }

    /// Whether two columns have equal values in the same lines.
    private static func groupAlike(_ first: [String], _ second: [String]) -> Bool {
        var partners: [String: String] = [:]
        for (one, other) in zip(first, second) {
            guard partners.updateValue(other, forKey: one).map({ $0 == other }) ?? true else {
                return false
            }
        }
        return Set(partners.values).count == partners.count
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

    /// A line's path, and its value in each of the columns that may have the label.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)``.
    func entry(
        _ line: TextFile.Line, of file: URL
    ) throws(FaceDataError) -> (path: String, labels: [String]) {
        let fields = LandmarkFields.of(line.text)
        guard fields.count == count else {
            throw .line(
                path: file.path, line: line.number,
                reason:
                    "it has \(counted(fields.count, "column")), not \(count) as the first line names"
            )
        }
        guard !fields[path].isEmpty else {
            throw .line(path: file.path, line: line.number, reason: "it has no path")
        }
        return (fields[path], labelColumns.map { fields[$0] })
    }
}
