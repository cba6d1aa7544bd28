public import Foundation
import Spelling

extension LabelledImageSet {
    /// Reads a list of images with their labels: lines `path label`, `label path`,
    /// `index label path` as in lists of MXNet's `im2rec`, or `aligned path label` as in
    /// insightface's, separated by tabs, commas or spaces. A label is any text, see ``ListLabels``.
    ///
    /// The first line decides the form. If it names three or more columns, including those of the path and the
    /// label (``ListColumns``), these two are read in any position. Lines that begin with `#` and a space are
    /// comments, and a first line without an image is a header. A path may contain spaces or commas if it has
    /// the ending of an image.
    ///
    /// - Parameters:
    ///   - root: The folder that paths are relative to; nil for that of the list.
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for an invalid line.
    public static func list(_ file: URL, images root: URL? = nil) throws(FaceDataError)
        -> LabelledImageSet
    {
        let root = root ?? file.deletingLastPathComponent()
        var lines = TextFile.withoutComments(try TextFile.lines(file))
        var form =
            try lines.first.map { line throws(FaceDataError) in
                try ListForm(of: line, file, root)
            } ?? nil
        if form == nil, lines.count > 1 {
            if let columns = ListColumns(lines[0].text) {
                return try table(lines.dropFirst(), columns, file, root)
            }
            form = try ListForm.below(lines[0], lines[1], file, root)
            lines.removeFirst()
        }
        var paths: [String] = []
        var names: [String] = []
        for line in lines {
            guard let form else { throw ListForm.refusal(file, line.number) }
            let (path, label) = try form.entry(line)
            paths.append(path)
            names.append(label)
        }
        guard let form, !paths.isEmpty else {
            throw .line(path: file.path, line: 1, reason: "the list has no images")
        }
        return listed(paths, ListLabels(names, fromIm2rec: form.isIm2rec), file, root)
    }
}

extension LabelledImageSet {
    /// Reads a table whose first line names its columns.
    private static func table(
        _ lines: ArraySlice<TextFile.Line>, _ columns: ListColumns, _ file: URL, _ root: URL
    ) throws(FaceDataError) -> LabelledImageSet {
        var paths: [String] = []
        var names = [[String]](repeating: [], count: columns.labels.count)
        for line in lines {
            let (path, labels) = try columns.entry(line, of: file)
            paths.append(path)
            for (index, label) in labels.enumerated() { names[index].append(label) }
        }
        let (chosen, warning) = columns.choice(of: names)
        if let (line, _) = zip(lines, names[chosen]).first(where: { $0.1.isEmpty }) {
            throw .line(
                path: file.path, line: line.number,
                reason: "it has no label in the column \(quoted: columns.labels[chosen])")
        }
        return listed(
            paths, ListLabels(names[chosen]), file, root, warnings: warning.map { [$0] } ?? [])
    }

    /// The set of a list's images.
    private static func listed(
        _ paths: [String], _ labels: ListLabels, _ file: URL, _ root: URL, warnings: [String] = []
    ) -> LabelledImageSet {
        let (found, respelt) = ImageFinder.found(paths, of: file, in: root)
        return LabelledImageSet(
            source: ImageFiles(found, in: root), identities: labels.identities,
            labels: labels.labels,
            warnings: labels.warnings + warnings + (respelt.map { [$0] } ?? []))
    }
}

/// The positions of path and label in the lines of a list.
private struct ListForm {
    private enum Kind {
        case pathLabel
        case labelPath
        /// `index label ... path`; only the first label is used.
        case indexLabelPath
        /// `aligned path label ...`
        case alignedPathLabel
    }

    private let kind: Kind
    private let separator: FieldSeparator
    /// Number of fields of the first line.
    private let fields: Int
    /// Number of fields of the first line after path and label.
    private let further: Int
    private let file: URL
    private let root: URL

    var isIm2rec: Bool { kind == .indexLabelPath }

    static func refusal(_ file: URL, _ line: Int) -> FaceDataError {
        .line(
            path: file.path, line: line,
            reason: "expected a path and a label, as 'a/1.jpg 0', or an index, a label and a path"
        )
    }

    // MARK: The first line

    /// Determines the form from a list's first line; nil if it has none.
    init?(of line: TextFile.Line, _ file: URL, _ root: URL) throws(FaceDataError) {
        (self.file, self.root) = (file, root)
        let fields = LineFields(line.text)
        (separator, self.fields) = (fields.separator, fields.count)
        guard Self.mayBeForm(fields.texts),
            let last = fields.texts.lastIndex(where: LabelledImageSet.isImage)
        else { return nil }
        func exists(_ range: ClosedRange<Int>) -> Bool { Self.exists(fields.text(range), root) }
        let isLast = last == fields.count - 1
        kind = isLast ? Self.imageLast(fields, exists) : Self.imageInside(fields, last, exists)
        further = isLast ? 0 : fields.count - last - 2
        guard !Self.namesTwo(fields, last, kind, exists) else {
            throw .line(
                path: file.path, line: line.number,
                reason: "it names two images; a list of pairs is a test set, given as IMAGES,PAIRS")
        }
    }

    /// The form of the second line, below a first line without an image.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a first line that is not a header, or is one
    ///   of more than two columns, which does not say which of them has the labels.
    static func below(
        _ header: TextFile.Line, _ second: TextFile.Line, _ file: URL, _ root: URL
    ) throws(FaceDataError) -> ListForm? {
        guard ListColumns.areTitles(header.text, images: root) else {
            throw refusal(file, header.number)
        }
        guard LandmarkFields.of(header.text).count < 3 else {
            throw ListColumns.refusal(header, of: file)
        }
        return try ListForm(of: second, file, root)
    }

    /// Whether a line has an image other than that of its path.
    private static func namesTwo(
        _ fields: LineFields, _ last: Int, _ kind: Kind, _ exists: (ClosedRange<Int>) -> Bool
    ) -> Bool {
        let path =
            switch kind {
            case .pathLabel: 0...last
            case .labelPath, .alignedPathLabel: 1...last
            case .indexLabelPath: last...last
            }
        let others = fields.texts.indices.filter {
            $0 != last && LabelledImageSet.isImage(fields.texts[$0])
        }
        return !others.isEmpty && !(others.allSatisfy(path.contains) && exists(path))
    }

    private static func mayBeForm(_ texts: [String]) -> Bool {
        texts.count >= 2 && texts.contains(where: LabelledImageSet.isImage)
    }

    private static func exists(_ path: String, _ root: URL) -> Bool {
        SystemPath.exists(ImageFiles([path], in: root).path(of: 0))
    }

    private static func imageLast(
        _ fields: LineFields, _ exists: (ClosedRange<Int>) -> Bool
    ) -> Kind {
        let last = fields.count - 1
        guard last > 1, isNumber(fields.texts[0]) else { return .labelPath }
        // `7 van dyke/0.jpg` may be an index, a label and a path, or only a label and a path.
        return !exists(last...last) && exists(1...last) ? .labelPath : .indexLabelPath
    }

    private static func imageInside(
        _ fields: LineFields, _ last: Int, _ exists: (ClosedRange<Int>) -> Bool
    ) -> Kind {
        guard last > 0, Int(fields.texts[0]) != nil else { return .pathLabel }
        if last == 1 { return !exists(1...1) && exists(0...1) ? .pathLabel : .alignedPathLabel }
        return exists(1...last) ? .alignedPathLabel : .pathLabel
    }

    private static func isNumber(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x2b...0x39).contains($0) && $0 != 0x2f } && Double(text) != nil
    }

    // MARK: All lines

    /// A line's path and label.
    func entry(_ line: TextFile.Line) throws(FaceDataError) -> (path: String, label: String) {
        let separator = line.text.contains("\t") ? .tab : separator
        let fields = LineFields(line.text, separator)
        let image = fields.texts.lastIndex(where: LabelledImageSet.isImage)
        guard fields.count >= (isIm2rec || kind == .alignedPathLabel ? 3 : 2) else {
            throw Self.refusal(file, line.number)
        }
        switch kind {
        case .labelPath:
            try require(image == fields.count - 1 || fields.count == 2, fields, line)
            return (fields.text(1...fields.count - 1), fields.texts[0])
        case .indexLabelPath:
            try require(image == fields.count - 1 || fields.count == self.fields, fields, line)
            return (fields.text(pathStart(fields)...fields.count - 1), fields.texts[1])
        case .alignedPathLabel:
            let end = image ?? 1
            try require(
                end >= 1 && end + 1 < fields.count
                    && (image != nil || fields.count == self.fields), fields, line)
            return (fields.text(1...end), fields.texts[end + 1])
        case .pathLabel:
            let end = image ?? 0
            let further = fields.count - end - 2
            try require(
                (0...max(0, self.further)).contains(further)
                    && (image != nil || fields.count <= self.fields)
                    && (end == 0 || !LabelledImageSet.isImage(fields.texts[0])
                        || Self.exists(fields.text(0...end), root)),
                fields, line)
            return (fields.text(0...end), fields.texts[end + 1])
        }
    }

    /// The first field of the path of an `im2rec` line: after the numbers, unless the path begins
    /// with one.
    private func pathStart(_ fields: LineFields) -> Int {
        let last = fields.count - 1
        let start = fields.texts[2...].firstIndex { !Self.isNumber($0) } ?? last
        guard separator == .space, fields.count != self.fields, start > 2 else { return start }
        return (2...start).last { Self.exists(fields.text($0...last), root) } ?? start
    }

    private func require(
        _ condition: Bool, _ fields: LineFields, _ line: TextFile.Line
    ) throws(FaceDataError) {
        guard !condition else { return }
        throw .line(
            path: file.path, line: line.number,
            reason: "path and label cannot be separated (\(counted(fields.count, "field")), where "
                + "the first line has \(self.fields)); separate them by tabs")
    }
}
