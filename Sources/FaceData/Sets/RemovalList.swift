public import Foundation
import SafeFiles
import Spelling

/// Identities and images that are left out of a training set: their names, one per line.
///
/// A `#` at the beginning of a line starts a comment if a space or nothing follows, so that `#anna` is a name;
/// after a space it always does. In names, such a `#` is written `\#`; likewise `\\` is a backslash, `\x20` a
/// leading or trailing space, and `\x0A` a line break.
public struct RemovalList: Sendable, Hashable {
    /// The list's file, as given.
    public let path: String
    /// The names, in the list's order.
    public let names: [String]

    /// Reads a list.
    ///
    /// - Throws: ``FaceDataError``.
    public static func read(_ url: URL) throws(FaceDataError) -> RemovalList {
        RemovalList(
            path: url.relativePath,
            names: try TextFile.lines(url).map { Self.name(of: $0.text) }.filter { !$0.isEmpty })
    }

    /// Writes a list.
    ///
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public static func write(
        _ names: [String], reason: String, to url: URL
    ) throws(FaceDataError) {
        let lines = ["# \(reason)"] + names.map(line)
        try FaceDataError.storing { () throws(SafeFilesError) in
            try FileWriter.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: url)
        }
    }

    /// Escapes for characters that would start a comment, end a line or be trimmed.
    private static let escapes: [(text: String, character: Character)] = [
        ("#", "#"), ("\\", "\\"), ("x20", " "), ("x0A", "\n"),
    ]

    /// A line's name, without its comment.
    private static func name(of line: String) -> String {
        var name: [Character] = []
        // Length of the part that must not be trimmed.
        var kept = 0
        var rest = line[...]
        while let next = rest.popFirst() {
            if next == "\\", let escape = escapes.first(where: { rest.hasPrefix($0.text) }) {
                name.append(escape.character)
                rest = rest.dropFirst(escape.text.count)
                kept = name.count
            } else if next == "#", name.last?.isWhitespace ?? (rest.first?.isWhitespace ?? true) {
                break
            } else {
                name.append(next)
            }
        }
        while name.count > kept, name.last?.isWhitespace ?? false { name.removeLast() }
        return String(name)
    }

    /// The line that ``name(of:)`` reads a name from.
    private static func line(_ name: String) -> String {
        var line = ""
        var rest = name[...]
        while let next = rest.popFirst() {
            let isMarked =
                switch next {
                case "\\": escapes.contains { rest.hasPrefix($0.text) }
                case "#": line.last?.isWhitespace ?? true || line.hasSuffix("x20")
                case " ": line.isEmpty || rest.isEmpty
                case "\n": true
                default: false
                }
            let escape = isMarked ? escapes.first { $0.character == next }?.text : nil
            line += escape.map { "\\\($0)" } ?? String(next)
        }
        return line
    }
}

extension LabelledImageSet {
    /// The set without what a list names; ``warnings`` state how much was removed, and which names
    /// match nothing.
    public func removing(_ list: RemovalList) -> LabelledImageSet {
        let fewer = removing(named: Set(list.names))
        var result = fewer
        result.warnings.append(
            "\(quoted: list.path) removed \(counted(count - fewer.count, "image")), "
                + counted(
                    identities.count - fewer.identities.count, "identity", "identities")
                + " among them whole")
        if let unmatched = unmatched(list) { result.warnings.append(unmatched) }
        return result
    }

    /// A sentence about the names of a list that match no identity and no image; nil if there are
    /// none.
    private func unmatched(_ list: RemovalList) -> String? {
        var rest = Set(list.names.map(PathText.plain)).subtracting(identities.map(PathText.plain))
        if !rest.isEmpty {
            for index in labels.indices { rest.remove(PathText.plain(source.name(of: index))) }
        }
        var reported: Set<String> = []
        let names = list.names.filter {
            rest.contains(PathText.plain($0)) && reported.insert($0).inserted
        }
        guard !names.isEmpty else { return nil }
        let nearest = NearestNames(among: identities)
        let some = names.prefix(10).map { name in
            nearest.nearest(to: name).map { "\(quoted: name) (is \(quoted: $0) meant?)" }
                ?? "\(quoted: name)"
        }
        return
            "\(counted(names.count, "name")) of \(quoted: list.path) "
            + "\(names.count == 1 ? "is that" : "are those") "
            + "of no identity and no image, and removed nothing: "
            + some.joined(separator: ", ") + (names.count > 10 ? ", ..." : "")
    }
}

/// Finds the names that misspelt ones were probably meant to be.
private struct NearestNames {
    private let names: [String]
    /// Names by keys that ignore what spellings often differ in.
    private var alike: [String: String] = [:]

    init(among names: [String]) {
        self.names = names
        for name in names {
            for key in Self.keys(name) where alike[key] == nil { alike[key] = name }
        }
    }

    /// The name that was probably meant; nil if none is near.
    func nearest(to name: String) -> String? {
        if let same = Self.keys(name).lazy.compactMap({ alike[$0] }).first { return same }
        // The number of letters that two names do not share is a quick lower bound of their
        // distance.
        let letters = Self.letters(name)
        let limit = max(1, name.utf8.count / 2)
        let near = names.map { (name: $0, wrong: Self.difference(letters, Self.letters($0))) }
            .filter { $0.wrong <= limit }
            .sorted { $0.wrong < $1.wrong }.prefix(50).map(\.name)
        return Spelling.suggestion(for: name, among: near)
    }

    private static func keys(_ name: String) -> [String] {
        let number = (ListLabels.withoutFraction(name) ?? name).drop { $0 == "0" }
        let person = PersonName(name).key
        return (number.isEmpty ? [] : ["number \(number)"]) + (person.isEmpty ? [] : [person])
    }

    /// The number of bytes of a name in each of 32 groups.
    private static func letters(_ name: String) -> [Int16] {
        var counts = [Int16](repeating: 0, count: 32)
        for byte in name.utf8 { counts[Int(byte & 31)] &+= 1 }
        return counts
    }

    private static func difference(_ first: [Int16], _ second: [Int16]) -> Int {
        zip(first, second).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) } / 2
    }
}
