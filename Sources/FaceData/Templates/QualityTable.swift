public import Foundation
import SafeFiles
import Spelling

/// Image qualities computed by another program, e.g. SER-FIQ or CR-FIQA: lines of a name and a number; higher
/// is better.
///
/// Fields are separated by tabs, commas or spaces. The first line may be a header.
public struct QualityTable: Sendable, Hashable {
    /// The file's path.
    public let path: String
    /// SHA-256 of the file, in hexadecimal.
    public let contentHash: String
    private let qualities: [String: Double]

    /// Reads a file.
    ///
    /// - Throws: ``FaceDataError/line(path:line:reason:)`` for a line that is not a name and a number, or a
    ///   repeated name, ``FaceDataError/unreadable(path:reason:)``.
    public static func read(_ file: URL) throws(FaceDataError) -> QualityTable {
        try QualityTable(try FileReader(file))
    }

    init(_ store: any ByteStore) throws(FaceDataError) {
        let lines = try TextFile.lines(of: store)
        var found: [String: Double] = [:]
        for (index, line) in lines.enumerated() {
            let fields = LineFields(line.text)
            let number = fields.texts.last.flatMap(Double.init)
            // Only the first line may have no number: it is a header.
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
                    path: store.path, line: line.number, reason: "\(quoted: name) is listed twice")
            }
        }
        guard !found.isEmpty else {
            throw .unreadable(path: store.path, reason: "it names no image")
        }
        path = store.path
        contentHash = SHA256.hexDigest(of: try store.bytes(at: 0, count: store.size))
        qualities = found
    }

    /// The quality of each image of a source; nil if the file lacks any of them.
    public func qualities(of source: any ImageSource) -> [Double]? {
        let found = (0..<source.count).compactMap { qualities[source.name(of: $0)] }
        return found.count == source.count ? found : nil
    }

    /// A sentence on why ``qualities(of:)`` is nil; nil if it is not.
    public func warning(for source: any ImageSource) -> String? {
        let missing = (0..<source.count).map(source.name(of:)).filter { qualities[$0] == nil }
        guard let first = missing.first else { return nil }
        return "no error against rejection by \(quoted: path): it has no quality of "
            + "\(counted(missing.count, "image")) of the test set, such as \(quoted: first)"
    }
}
