import Foundation

/// Brace expansion of shard names, as in `webdataset` and shells: `train-{000000..000012}.tar`, `{a,b}.tar`,
/// and nested combinations.
enum ShardNames {
    /// The most names; more are considered a mistake.
    static let maxCount = 1 << 20

    /// Whether a text has braces to expand.
    static func isPattern(_ text: String) -> Bool {
        text.contains("{") && text.contains("}") && (try? expand(text))?.first != text
    }

    /// All names, in order.
    ///
    /// - Throws: ``FaceDataError/unreadable(path:reason:)`` for unclosed braces and too many names.
    static func expand(_ text: String) throws(FaceDataError) -> [String] {
        guard let (start, end) = try braces(in: text) else { return [text] }
        let inner = String(text[text.index(after: start)..<end])
        let head = text[..<start]
        var middles: [String] = []
        if let range = range(inner) {
            middles = range
        } else {
            let parts = alternatives(inner)
            // A shell leaves `{a}` unchanged.
            guard parts.count > 1 else {
                return try expand(String(text[text.index(after: end)...])).map {
                    "\(head){\(inner)}\($0)"
                }
            }
            for part in parts { middles += try expand(part) }
        }
        let tails = try expand(String(text[text.index(after: end)...]))
        guard middles.count <= maxCount / max(1, tails.count) else {
            throw .unreadable(
                path: text, reason: "its braces stand for more than \(maxCount) names")
        }
        return middles.flatMap { middle in tails.map { head + middle + $0 } }
    }

    /// The first opening brace and its closing brace.
    private static func braces(
        in text: String
    ) throws(FaceDataError) -> (String.Index, String.Index)? {
        guard let start = text.firstIndex(of: "{") else { return nil }
        var depth = 0
        for index in text.indices[start...] {
            if text[index] == "{" { depth += 1 }
            if text[index] == "}" { depth -= 1 }
            if depth == 0 { return (start, index) }
        }
        throw .unreadable(
            path: text, reason: "a brace is not closed; write it as in '{000000..000012}'")
    }

    /// Splits at commas that are not within nested braces.
    private static func alternatives(_ text: String) -> [String] {
        var parts = [""]
        var depth = 0
        for letter in text {
            if letter == ",", depth == 0 {
                parts.append("")
                continue
            }
            if letter == "{" { depth += 1 }
            if letter == "}" { depth -= 1 }
            parts[parts.count - 1].append(letter)
        }
        return parts
    }

    /// The zero-padded numbers of a range `007..012` or `007..012..2`; nil for other texts.
    private static func range(_ text: String) -> [String]? {
        let ends = text.components(separatedBy: "..")
        guard ends.count == 2 || ends.count == 3, let first = Int(ends[0]), let last = Int(ends[1]),
            first >= 0, last >= 0, abs(last - first) < maxCount
        else { return nil }
        let step = ends.count == 3 ? abs(Int(ends[2]) ?? 0) : 1
        guard step > 0 else { return nil }
        let isPadded = ends.prefix(2).contains { $0.count > 1 && $0.hasPrefix("0") }
        let width = isPadded ? max(ends[0].count, ends[1].count) : 1
        return stride(from: first, through: last, by: first <= last ? step : -step).map {
            let digits = String($0)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
    }
}
