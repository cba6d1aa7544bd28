import Foundation

/// A text file for people, whose lines are kept in memory.
enum TextFile {
    /// A line with its number from 1.
    struct Line: Sendable {
        let number: Int
        let text: String
    }

    /// The lines that are not blank, without spaces around them.
    ///
    /// - Throws: ``FaceDataError/unreadable(path:reason:)``, or
    ///   ``FaceDataError/line(path:line:reason:)`` for a line that is no text.
    static func lines(_ file: URL) throws(FaceDataError) -> [Line] {
        try lines(of: try FileReader(file))
    }

    /// The lines of bytes.
    static func lines(of store: any ByteStore) throws(FaceDataError) -> [Line] {
        var reader = LineReader(store)
        var lines: [Line] = []
        while true {
            let number = reader.number + 1
            let text = try reader.next { (bytes) throws(FaceDataError) -> String in
                guard let text = String(validating: bytes, as: UTF8.self), !text.contains("\0")
                else {
                    throw .unreadable(
                        path: store.path, reason: "line \(number) is no text in UTF-8")
                }
                return text.trimmingCharacters(in: .whitespaces)
            }
            guard let text else { return lines }
            // A mark of byte order, as Windows' editor writes it.
            let plain = number == 1 && text.hasPrefix("\u{feff}") ? String(text.dropFirst()) : text
            if !plain.isEmpty { lines.append(Line(number: number, text: plain)) }
        }
    }

    /// A line's fields: between tabs where it has tabs, so that names may have spaces; between
    /// commas where it has no tab but commas; between spaces otherwise.
    static func fields(_ line: String) -> [String] {
        let separator: Character = line.contains("\t") ? "\t" : line.contains(",") ? "," : " "
        return line.split(separator: separator).map {
            $0.trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty }
    }
}
