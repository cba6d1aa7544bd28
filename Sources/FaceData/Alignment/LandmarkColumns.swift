import Foundation

/// The columns of a list that contain the name and the five points.
struct LandmarkColumns {
    let name: Int
    let x: [Int]
    let y: [Int]
    /// Columns of a line.
    let count: Int

    /// Parses a header line; nil when its titles do not name the five points.
    ///
    /// - Parameter count: Columns of the lines below; the header may lack the first one, as CelebA's
    ///   does.
    init?(header: [String], count: Int) {
        guard (0...1).contains(count - header.count) else { return nil }
        let shift = count - header.count
        var found: [String: [Int: [Character: Int]]] = [:]
        for (column, title) in header.enumerated() {
            guard let part = Coordinate(title) else { continue }
            // Of two columns with the same name, the first is used.
            found[part.kind, default: [:]][part.point, default: [:]][part.axis, default: column] +=
                0
        }
        let whole = found.filter { kind, points in
            points.count == 5 && points.values.allSatisfy { $0.count == 2 }
        }
        // Named parts of a face take precedence over numbered points.
        guard let points = whole[Coordinate.named] ?? whole.min(by: { $0.key < $1.key })?.value
        else { return nil }
        let order = points.keys.sorted()
        x = order.compactMap { points[$0]?["x"] }.map { $0 + shift }
        y = order.compactMap { points[$0]?["y"] }.map { $0 + shift }
        let titles = header.map { Coordinate.plain($0) }
        let named = titles.firstIndex {
            title in
            ["path", "file", "image", "img", "name"].contains { title.contains($0) }
        }
        name = shift == 1 ? 0 : named ?? 0
        self.count = count
    }

    /// The point and axis in a column's title: `lefteye_x`, `P1X`, `x1`, `landmark_0_y`.
    private struct Coordinate {
        /// The kind of titles that name parts of a face.
        static let named = "face"
        /// What the titles of all points have in common; ``named`` for parts of a face.
        let kind: String
        let point: Int
        let axis: Character

        init?(_ title: String) {
            var rest = Substring(Self.plain(title))
            if let last = rest.last, "xy".contains(last) {
                axis = last
                rest.removeLast()
            } else if let first = rest.first, "xy".contains(first) {
                axis = first
                rest.removeFirst()
            } else {
                return nil
            }
            if let part = Self.part(String(rest)) {
                (kind, point) = (Self.named, part)
                return
            }
            let digits = rest.reversed().prefix(while: \.isWholeNumber).count
            guard let number = Int(rest.suffix(digits)) else { return nil }
            (kind, point) = (String(rest.dropLast(digits)), number)
        }

        static func plain(_ title: String) -> String {
            title.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }

        /// The index of a part of the face among the five points.
        private static func part(_ words: String) -> Int? {
            if words.contains("nose") || words == "n" { return 2 }
            let isEye = words.contains("eye") || words.hasSuffix("e")
            let isMouth =
                words.contains("mouth") || words.contains("lip") || words.hasSuffix("m")
            guard isEye || isMouth else { return nil }
            // Whole words first, since `mouthright` begins with neither `l` nor `r`.
            let isLeft = words.contains("left") || (!words.contains("right") && words.first == "l")
            let isRight =
                words.contains("right") || (!words.contains("left") && words.first == "r")
            guard isLeft != isRight else { return nil }
            return (isMouth && !words.contains("eye") ? 3 : 0) + (isRight ? 1 : 0)
        }
    }
}

/// Splits a line of a list into fields, see ``LineFields/init(_:)``; empty fields count, and quoted ones may contain
/// the separator (RFC 4180).
enum LandmarkFields {
    static func of(_ line: String) -> [String] {
        let separator = Character(UnicodeScalar(LineFields.separator(of: line).rawValue))
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var rest = line[...]
        while let character = rest.popFirst() {
            if character == "\"", isQuoted, rest.first == "\"" {
                field.append(character)
                rest.removeFirst()
            } else if character == "\"", isQuoted || field.allSatisfy(\.isWhitespace) {
                isQuoted.toggle()
            } else if character == separator, !isQuoted {
                fields.append(field.trimmingCharacters(in: .whitespaces))
                field = ""
            } else {
                field.append(character)
            }
        }
        fields.append(field.trimmingCharacters(in: .whitespaces))
        return separator == " " ? fields.filter { !$0.isEmpty } : fields
    }

    /// The titles of columns in a first line, in lower case and with underscores for spaces.
    static func titles(of line: String) -> [String] {
        of(line).map { $0.lowercased().replacingOccurrences(of: " ", with: "_") }
    }
}
