import Foundation

/// The text index that TFace writes beside TFRecord files: a line per picture with the data set's name, the
/// file's number, the record's offset and the label, separated by tabs. The files are
/// `NAME/NAME-00000.tfrecord`.
struct TFaceIndex {
    private var files: [String] = []
    private var fileIndices: [String: Int] = [:]
    private var indices: [(offsets: [Int], lines: [Int], labels: [String])] = []

    /// Whether a line has the form of such an index.
    static func isLine(_ text: String) -> Bool { fields(text) != nil }

    private static func fields(
        _ text: String
    ) -> (name: Substring, file: Int, offset: Int, label: Substring)? {
        let fields = text.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count == 4, !fields[0].isEmpty, let file = Int(fields[1]), file >= 0,
            let offset = Int(fields[2]), offset >= 0, !fields[3].isEmpty
        else { return nil }
        return (fields[0], file, offset, fields[3])
    }

    init(_ text: URL) throws(FaceDataError) {
        for line in try TextFile.lines(text) {
            guard let (name, file, offset, label) = Self.fields(line.text),
                TarReader.danger(String(name)) == nil
            else {
                throw .line(
                    path: text.path, line: line.number,
                    reason:
                        "expected a name, a file's number, an offset and a label, with tabs between"
                )
            }
            let digits = String(file)
            let path =
                "\(name)/\(name)-" + String(repeating: "0", count: max(0, 5 - digits.count))
                + digits
                + ".tfrecord"
            let fileIndex = fileIndices[path, default: files.count]
            if fileIndex == files.count {
                fileIndices[path] = fileIndex
                files.append(path)
                indices.append(([], [], []))
            }
            indices[fileIndex].offsets.append(offset)
            indices[fileIndex].lines.append(line.number)
            indices[fileIndex].labels.append(String(label))
        }
    }

    /// The indexed pictures, file by file.
    ///
    /// - Throws: ``FaceDataError`` for a record that is not where the index says.
    func set(_ folder: URL, _ text: URL) throws(FaceDataError) -> LabelledImageSet {
        let urls = files.map(folder.appendingPathComponent)
        var parts: [PartIndex] = []
        for (url, index) in zip(urls, indices) {
            let file = TFRecordFile(try FileReader(url))
            var part = PartIndex()
            for (record, offset) in index.offsets.enumerated() {
                let range: Range<Int>
                do {
                    range = try file.record(record, at: offset)
                } catch {
                    throw .line(
                        path: text.path, line: index.lines[record],
                        reason: "no record begins there: \(error)")
                }
                part.append(
                    "record at \(offset)", at: range.lowerBound,
                    size: range.count + TFRecordFile.tailBytes, label: index.labels[record])
            }
            parts.append(part)
        }
        return try .stored(folder, urls.map(FilePool.File.init), parts, RecordedExample())
    }
}
