public import Foundation

extension LabelledImageSet {
    /// Reads a list of images with their labels: lines `path label`, `index label path` as MXNet's
    /// `im2rec` has them, or `aligned path label` as insightface does, with tabs, commas or spaces
    /// between. A label is a number or a name.
    ///
    /// Identities are in the order of their numbers, or of their names when one is no number.
    ///
    /// - Parameters:
    ///   - root: The folder that paths are relative to; the list's own when nil.
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that cannot be understood.
    public static func list(_ file: URL, images root: URL? = nil) throws(FaceDataError)
        -> LabelledImageSet
    {
        let lines = try TextFile.lines(file)
        var paths: [String] = []
        var names: [String] = []
        let order = lines.first.flatMap { ListOrder(of: TextFile.fields($0.text)) }
        for line in lines {
            let fields = TextFile.fields(line.text)
            guard let order, fields.count >= order.fields else {
                throw .line(
                    path: file.path, line: line.number,
                    reason: "it must be a path and a label, as 'a/1.jpg 0', or an index, a label "
                        + "and a path")
            }
            paths.append(fields[order.path < 0 ? fields.count - 1 : order.path])
            names.append(try label(fields[order.label], file, line))
        }
        guard !paths.isEmpty else {
            throw .line(path: file.path, line: 1, reason: "the list has no images")
        }
        let identities = ordered(Set(names))
        let place = Dictionary(uniqueKeysWithValues: zip(identities, identities.indices))
        return LabelledImageSet(
            source: ImageFiles(paths, in: root ?? file.deletingLastPathComponent()),
            identities: identities, labels: names.map { place[$0, default: 0] })
    }

    /// A label as written, or as a whole number where it is one with a point, as `im2rec` writes it.
    private static func label(
        _ text: String, _ file: URL, _ line: TextFile.Line
    ) throws(FaceDataError) -> String {
        guard let number = Double(text) else { return text }
        guard number.isFinite, number >= 0, number.rounded() == number, number < 1e15 else {
            throw .line(
                path: file.path, line: line.number,
                reason: "'\(text)' is no label: it must be a whole number from 0 on, or a name")
        }
        return String(Int(number))
    }

    /// Identities by their numbers, or by their names' bytes when one is no number.
    private static func ordered(_ names: Set<String>) -> [String] {
        if names.allSatisfy({ Int($0) != nil }) {
            return names.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// In which fields of a line a list has path and label.
private struct ListOrder {
    let path: Int
    let label: Int
    let fields: Int

    /// Finds the order from a list's first line; nil when it has none.
    init?(of first: [String]) {
        func isImage(_ field: String) -> Bool { LabelledImageSet.isImage(field) }
        guard first.count >= 2 else { return nil }
        if isImage(first[0]) {
            (path, label, fields) = (0, 1, 2)
        } else if first.count == 2, isImage(first[1]) {
            // `label path`
            (path, label, fields) = (1, 0, 2)
        } else if first.count >= 3, isImage(first[1]) {
            // insightface: `aligned path label ...`
            (path, label, fields) = (1, 2, 3)
        } else if isImage(first[first.count - 1]) {
            // im2rec: `index label ... path`; only the first label counts.
            (path, label, fields) = (-1, 1, 3)
        } else {
            return nil
        }
    }
}
