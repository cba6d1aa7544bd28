import Foundation

/// Removes absolute paths from a report's text: reports are shared, and where their authors keep files is
/// private. Only the last component of a path is kept, after an ellipsis.
package struct PathShortener: Sendable {
    /// Known paths, which may contain any characters, the longest first, with their replacements.
    private let known: [(path: String, text: String)]

    /// A shortener without known paths, which recognises absolute paths by their form.
    package init() {
        known = []
    }

    /// A shortener with known paths.
    ///
    /// - Parameters:
    ///   - folders: Folders whose names are left out of the paths that begin with them.
    ///   - files: Texts; those that are entirely paths are shortened.
    package init(folders: [String], files: [String]) {
        let folders = folders.filter(Self.isPath).map {
            (path: $0.hasSuffix("/") ? $0 : $0 + "/", text: "")
        }
        let files = files.filter(Self.isPath).map { (path: $0, text: Self.shortened($0)) }
        known = (folders + files).sorted { $0.path.utf8.count > $1.path.utf8.count }
    }

    /// A sentence or a command with its absolute paths shortened.
    package func text(_ text: String) -> String {
        let replaced = known.reduce(text) { $0.replacing($1.path, with: $1.text) }
        return Self.shortenedAll(replaced.replacing("file:///", with: "/"))
    }

    /// A name that may be an absolute path as a whole.
    package static func name(_ name: String) -> String {
        isPath(name) ? shortened(name, parts: 2) : name
    }

    /// Shortens a text that is a path as a whole, or a sentence that may contain paths.
    package func value(_ text: String) -> String {
        Self.isPath(text) ? Self.shortened(text) : self.text(text)
    }

    // MARK: What a path looks like

    private static func isPath(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars.prefix(3))
        return scalars.count > 1 && scalars[0] == "/" && scalars[1] != "/" || isDrive(scalars[...])
    }

    /// Whether a text begins like a path on Windows.
    private static func isDrive(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let start = Array(text.prefix(3))
        return start.count == 3 && start[0].isASCII && start[0].properties.isAlphabetic
            && start[1] == ":" && (start[2] == "\\" || start[2] == "/")
    }

    private static func shortened(_ path: String, parts: Int = 1) -> String {
        let names = path.split { $0 == "/" || $0 == "\\" }
        return (["…"] + names.suffix(min(parts, max(1, names.count - 1)))).joined(separator: "/")
    }

    // MARK: Paths within a text

    private static let quotes: [Unicode.Scalar: Unicode.Scalar] = [
        "'": "'", "\"": "\"", "`": "`", "“": "”", "‘": "’",
    ]
    private static let before = Set(" \t\n=,;:([{<|+'\"`“‘".unicodeScalars)
    private static let after = Set(" \t\n,;()[]{}<>|'\"`”’".unicodeScalars)

    private static func shortenedAll(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var closing: Unicode.Scalar?
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            let isStart = index == 0 || before.contains(scalars[index - 1])
            if scalar == closing {
                closing = nil
            } else if closing == nil, isStart, let end = quotes[scalar],
                scalars[(index + 1)...].contains(end)
            {
                closing = end
            } else if isStart, begins(scalars[index...]) {
                let end = end(scalars, from: index, closing)
                let path = String(String.UnicodeScalarView(scalars[index..<end]))
                result.append(contentsOf: shortened(path).unicodeScalars)
                index = end
                continue
            }
            result.append(scalar)
            index += 1
        }
        return String(result)
    }

    private static func begins(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard text.first == "/", let second = text.dropFirst().first else { return isDrive(text) }
        return second != "/" && !after.contains(second)
    }

    /// The end of a path: at the closing quote or a comma before that, otherwise at a character that a path
    /// in a sentence does not contain.
    private static func end(
        _ scalars: [Unicode.Scalar], from start: Int, _ closing: Unicode.Scalar?
    ) -> Int {
        let rest = scalars[start...]
        let end =
            closing.flatMap { quote in rest.firstIndex { $0 == quote || $0 == "," } }
            ?? rest.firstIndex { after.contains($0) } ?? scalars.endIndex
        // The colon of "path: what is wrong" is not part of the path, nor is a sentence's full stop.
        var last = end
        while last > start + 2, [":", "."].contains(scalars[last - 1]) { last -= 1 }
        return last
    }
}
