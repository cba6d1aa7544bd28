/// The parts of a path in a list or a pack, whatever it consists of.
///
/// `NSString` and `URL` have the same questions, but Foundation on Linux stops the process for some
/// texts that end with slashes, such as `a.jpg///`.
package struct PathText {
    /// The path without slashes at its end.
    private let parts: Substring

    /// Takes a path apart.
    package init(_ path: String) {
        var rest = path[...]
        while rest.utf8.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        parts = rest
    }

    /// A path without what leads nowhere: points for folders, slashes behind slashes and at the end. A text
    /// without slashes stays what it is.
    package static func plain(_ path: String) -> String {
        let slash = UInt8(ascii: "/")
        guard path.utf8.contains(slash) else { return path }
        let parts = path.utf8.split(separator: slash).filter {
            !$0.elementsEqual([UInt8(ascii: ".")])
        }
        return (path.utf8.first == slash ? "/" : "")
            + parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }

    /// What stands after the last slash.
    package var name: String { String(parts[afterFolder...]) }

    /// The part before the last slash; empty without one.
    package var folder: String {
        var folder = parts[..<afterFolder]
        while folder.utf8.last == UInt8(ascii: "/") { folder = folder.dropLast() }
        return String(folder)
    }

    /// The part after the last dot of the name, in lower case; empty when the name has no
    /// point or only begins with one.
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
