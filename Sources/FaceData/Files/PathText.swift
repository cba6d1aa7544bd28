/// Splits any path of a list or a pack into its parts.
///
/// `NSString` and `URL` can do the same, but Foundation on Linux traps for some texts with trailing
/// slashes, such as `a.jpg///`.
package struct PathText {
    /// The path without trailing slashes.
    private let parts: Substring

    /// Splits a path.
    package init(_ path: String) {
        var rest = path[...]
        while rest.utf8.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        parts = rest
    }

    /// A path without redundant parts: `.` components, repeated and trailing slashes. A text without
    /// slashes stays unchanged.
    package static func plain(_ path: String) -> String {
        let slash = UInt8(ascii: "/")
        guard path.utf8.contains(slash) else { return path }
        let parts = path.utf8.split(separator: slash).filter {
            !$0.elementsEqual([UInt8(ascii: ".")])
        }
        return (path.utf8.first == slash ? "/" : "")
            + parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }

    /// The part after the last slash.
    package var name: String { String(parts[afterFolder...]) }

    /// The part before the last slash; empty without one.
    package var folder: String {
        var folder = parts[..<afterFolder]
        while folder.utf8.last == UInt8(ascii: "/") { folder = folder.dropLast() }
        return String(folder)
    }

    /// The part after the last point of the name, in lower case; empty if the name has no point
    /// except at its beginning.
    package var ending: String {
        point.map { parts[parts.utf8.index(after: $0)...].lowercased() } ?? ""
    }

    /// The path without the ending and its point.
    package var withoutEnding: String { String(point.map { parts[..<$0] } ?? parts) }

    private var afterFolder: String.Index {
        parts.utf8.lastIndex(of: UInt8(ascii: "/")).map(parts.utf8.index(after:))
            ?? parts.startIndex
    }

    private var point: String.Index? {
        guard let point = parts.utf8.lastIndex(of: UInt8(ascii: ".")), point > afterFolder else {
            return nil
        }
        return point
    }
}
