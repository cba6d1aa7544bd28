import Foundation

/// Reads all lines of a text file into memory.
enum TextFile {
    /// A line with its number from 1.
    struct Line: Sendable {
        let number: Int
        let text: String
    }

    /// The lines that are not blank, trimmed.
    ///
    /// - Throws: ``FaceDataError/unreadable(path:reason:)``, or
    ///   ``FaceDataError/line(path:line:reason:)`` for a line that is not UTF-8 text.
    static func lines(_ file: URL) throws(FaceDataError) -> [Line] {
        try lines(of: try FileReader(file))
    }

    /// The first line; empty for an empty file.
    static func firstLine(_ file: URL) throws(FaceDataError) -> String {
        var reader = LineReader(try FileReader(file))
        return try reader.next { ByteText.text($0) } ?? ""
    }

    /// The lines that are not blank, trimmed; those that are not UTF-8 are escaped as by
    /// ``ByteText``.
    static func lines(of store: any ByteStore) throws(FaceDataError) -> [Line] {
        var reader = LineReader(store)
        var lines: [Line] = []
        while true {
            let number = reader.number + 1
            let text = try reader.next { (bytes) throws(FaceDataError) -> String in
                if number == 1, isUTF16(bytes) {
                    throw .unreadable(
                        path: store.path,
                        reason: "it is UTF-16 text; save it as UTF-8")
                }
                guard !bytes.contains(0) else {
                    throw .unreadable(path: store.path, reason: "line \(number) is not UTF-8 text")
                }
                return ByteText.text(bytes).trimmingCharacters(in: .whitespaces)
            }
            guard let text else { return lines }
            // A byte order mark, as Notepad on Windows writes it.
            let plain = number == 1 && text.hasPrefix("\u{feff}") ? String(text.dropFirst()) : text
            guard plain.utf8.contains(0x0d) else {
                if !plain.isEmpty { lines.append(Line(number: number, text: plain)) }
                continue
            }
            lines += parts(of: plain, from: number)
        }
    }

    /// Splits lines at carriage returns, the line breaks of classic Mac OS.
    private static func parts(of text: String, from number: Int) -> [Line] {
        text.split(separator: "\r", omittingEmptySubsequences: false).enumerated().map {
            Line(number: number + $0, text: $1.trimmingCharacters(in: .whitespaces))
        }.filter { !$0.text.isEmpty }
    }

    /// Whether a file begins with a UTF-16 byte order mark, as PowerShell writes it.
    private static func isUTF16(_ start: UnsafeRawBufferPointer) -> Bool {
        start.starts(with: [0xff, 0xfe]) || start.starts(with: [0xfe, 0xff])
    }

    /// A line's fields, see ``LineFields/init(_:)``.
    static func fields(_ line: String) -> [String] {
        LineFields(line).texts
    }

    /// The lines without comments, which begin with `#` and are not an image's path in the first
    /// field.
    static func withoutComments(_ lines: [Line]) -> [Line] {
        lines.filter { line in
            guard line.text.first == "#" else { return true }
            guard let second = line.text.dropFirst().first, !second.isWhitespace else {
                return false
            }
            return LabelledImageSet.isImage(fields(line.text).first ?? "")
        }
    }
}
