public import Foundation
import SafeFiles
import Spelling

/// Qualities of images that another program has found, e.g. SER-FIQ or CR-FIQA: a name and a number in each line,
/// the higher the better.
///
/// Between them are tabs, commas or spaces. The first line may name the columns.
public struct QualityTable: Sendable, Hashable {
    /// Where the file is.
    public let path: String
    /// SHA-256 of the file, in hexadecimal.
    public let contentHash: String
    private let qualities: [String: Double]

    /// Reads a file.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that is no name and number, or a name that
    ///   occurs twice, ``FaceDataError/unreadable(path:reason:)``.
    public static func read(_ file: URL) throws(FaceDataError) -> QualityTable {
        try QualityTable(try FileReader(file))
    }

    init(_ store: any ByteStore) throws(FaceDataError) {
        let lines = try TextFile.lines(of: store)
        var found: [String: Double] = [:]
        for (index, line) in lines.enumerated() {
            let fields = LineFields(line.text, FieldSeparator(of: line.text))
            let number = fields.texts.last.flatMap(Double.init)
            // Of two words that are no numbers the first line may consist, and no other.
            if number == nil, index == 0, fields.count > 1, lines.count > 1 { continue }
            guard let number, number.isFinite, fields.count > 1 else {
                throw .line(
                    path: store.path, line: line.number,
                    reason: "it must be the name of an image and its quality, a number, e.g. "
                        + "Abel/Abel_0001.jpg,0.83")
            }
            let name = fields.text(0...fields.count - 2)
            if found.updateValue(number, forKey: name) != nil {
                throw .line(
                    path: store.path, line: line.number, reason: "'\(name)' is listed twice")
            }
        }
        guard !found.isEmpty else {
            throw .unreadable(path: store.path, reason: "it names no image")
        }
        path = store.path
        contentHash = SHA256.hexDigest(of: try store.bytes(at: 0, count: store.size))
        qualities = found
    }

    /// The quality of each image of a source; nil unless the file has all of them.
    public func qualities(of source: any ImageSource) -> [Double]? {
        let found = (0..<source.count).compactMap { qualities[source.name(of: $0)] }
        return found.count == source.count ? found : nil
    }

    /// Why there are no ``qualities(of:)``, a sentence; nil where there are.
    public func warning(for source: any ImageSource) -> String? {
        let missing = (0..<source.count).map(source.name(of:)).filter { qualities[$0] == nil }
        guard let first = missing.first else { return nil }
        return "no error against rejection by '\(path)': it has no quality of "
            + "\(counted(missing.count, "image")) of the test set, such as '\(first)'"
    }
}
