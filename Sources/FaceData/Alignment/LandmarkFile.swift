public import Foundation
import Spelling

/// The five points of many faces, keyed by their pictures' names.
///
/// | lines | written by |
/// |---|---|
/// | a header that names the columns | CelebA's and VGGFace2's CSV files, tables of any program |
/// | `path x1 y1 ... x5 y5` | most detectors' lists, CelebA's `list_landmarks_celeba.txt` |
/// | `aligned path label x1 y1 x2 y2 x1 ... x5 y1 ... y5` | insightface's `.lst`, five x before five y |
///
/// Up to two lines at the beginning that consist of words or of a single number are the header; the number is that
/// of the lines that follow. Lines
/// without numbers, as for a picture in which no face was found, are ignored.
public struct LandmarkFile: Sendable {
    /// The file.
    public let path: String
    /// Faces by their pictures' names, in the file's order.
    private var faces: [String: [FacePoints]] = [:]
    /// The names by their stems; nil if several have the same stem.
    private var stems: [String: String?] = [:]

    /// Warnings about the file, such as fewer lines than it announces.
    public private(set) var warnings: [String] = []

    /// Number of pictures with at least one face.
    public var count: Int { faces.count }

    /// Reads a file.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that cannot be understood.
    public init(_ url: URL) throws(FaceDataError) {
        path = url.path
        var header: [String]?
        var columns: LandmarkColumns?
        var announced: Int?
        let lines = try TextFile.lines(url)
        var first = 0
        for (index, line) in lines.enumerated() {
            let fields = LandmarkFields.of(line.text)
            if index < 2, faces.isEmpty, Self.isHeading(fields) {
                header = fields
                announced = announced ?? fields.first.flatMap { Int($0) }
                first = index + 1
                continue
            }
            if let titles = header {
                columns = LandmarkColumns(header: titles, count: fields.count)
                header = nil
            }
            guard let row = Self.row(fields, columns) else {
                throw .line(
                    path: url.path, line: line.number,
                    reason: "expected a path and ten numbers, as 'a/1.jpg x1 y1 ... x5 y5'; a "
                        + "list with other columns must name them in its first line, like "
                        + "'path,lefteye_x,lefteye_y,...'")
            }
            if let points = row.points { add(points, of: Self.plain(row.name)) }
        }
        guard !faces.isEmpty else {
            throw .line(path: url.path, line: 1, reason: "the file has no landmarks")
        }
        if let announced, announced != lines.count - first {
            warnings.append(
                "\(quoted: url.path) announces \(counted(announced, "line")), but "
                    + "\(grouped(lines.count - first)) follow; the file may be truncated")
        }
    }

    private mutating func add(_ points: FacePoints, of name: String) {
        // A repeated line adds no face.
        if faces[name]?.contains(points) ?? false { return }
        faces[name, default: []].append(points)
        let stem = Self.stem(name)
        if let known = stems[stem] {
            if known != name { stems[stem] = .some(nil) }
        } else {
            stems[stem] = name
        }
    }

    /// The faces of an image, in the file's order.
    public func faces(of name: String) -> [FacePoints] {
        entry(of: name).flatMap { faces[$0.name] } ?? []
    }

    /// The name under which the file lists an image, and whether its ending is the same; a name without
    /// an ending, or with another one, is used if only one has the image's stem.
    func entry(of name: String) -> (name: String, isExact: Bool)? {
        let plain = Self.plain(name)
        if faces[plain] != nil { return (plain, true) }
        return stems[Self.stem(plain)].flatMap { $0 }.map { ($0, false) }
    }

    /// The names of pictures other than those in `found`, in ascending order.
    func names(besides found: Set<String>) -> [String] {
        faces.keys.filter { !found.contains($0) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func plain(_ name: String) -> String {
        let plain = SpreadsheetCell.plain(name).replacingOccurrences(of: "\\", with: "/")
        return plain.hasPrefix("./") ? String(plain.dropFirst(2)) : plain
    }

    private static func stem(_ name: String) -> String {
        LabelledImageSet.isImage(name) ? PathText(name).withoutEnding : name
    }

    // MARK: Lines

    /// A line's name and points; the points are nil if it has only a name, and the result is nil
    /// for an invalid line.
    private static func row(
        _ fields: [String], _ columns: LandmarkColumns?
    ) -> (name: String, points: FacePoints?)? {
        if let columns {
            guard fields.count == columns.count else { return nil }
            return row(
                fields[columns.name], columns.x.map { fields[$0] }, columns.y.map { fields[$0] })
        }
        var fields = fields
        // A line may end with a separator.
        while fields.count > 11, fields.last == "" { fields.removeLast() }
        let (before, numbers) = (fields.dropLast(10), Array(fields.suffix(10)))
        guard !before.isEmpty else { return nil }
        if before.count == 7, before.dropFirst(2).allSatisfy({ Double($0) != nil }) {
            return row(fields[1], Array(numbers[..<5]), Array(numbers[5...]))
        }
        // Names may contain spaces, but numbers that belong to no point must not be read as part of
        // a name.
        guard before.dropFirst().allSatisfy({ Double($0) == nil }) else { return nil }
        return row(
            before.joined(separator: " "), (0..<5).map { numbers[2 * $0] },
            (0..<5).map { numbers[2 * $0 + 1] })
    }

    private static func row(
        _ name: String, _ x: [String], _ y: [String]
    ) -> (name: String, points: FacePoints?)? {
        guard !name.isEmpty else { return nil }
        let missing = ["", "nan", "none", "null"]
        if (x + y).allSatisfy({ missing.contains($0.lowercased()) }) { return (name, nil) }
        let points = zip(x, y).compactMap { x, y in
            Double(x).flatMap { x in Double(y).map { FacePoints.Point(x, $0) } }
        }
        return FacePoints(points).map { (name, $0) }
    }

    /// Whether a line consists of a single integer, or has no number at all.
    private static func isHeading(_ fields: [String]) -> Bool {
        (fields.count == 1 && Int(fields[0]) != nil)
            || fields.allSatisfy { Double($0) == nil && !$0.isEmpty }
    }
}
