public import Foundation

/// Identities and images that are left out of a training set: their names, one a line; what follows
/// a `#` is a remark.
public enum RemovalList {
    /// Reads a list.
    ///
    /// - Throws: ``FaceDataError``.
    public static func read(_ url: URL) throws(FaceDataError) -> Set<String> {
        Set(
            try TextFile.lines(url).map {
                String($0.text.prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces)
            }.filter { !$0.isEmpty })
    }

    /// Writes a list.
    ///
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public static func write(
        _ names: [String], reason: String, to url: URL
    ) throws(FaceDataError) {
        let lines = ["# \(reason)"] + names
        try FileWriter.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: url)
    }
}
