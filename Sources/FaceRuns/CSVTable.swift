import Spelling

/// Comma-separated values (RFC 4180), with lines that end in a line feed.
package enum CSVTable {
    /// One line with its line feed; fields are quoted where necessary.
    package static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\n"
    }

    /// One line of a table that is opened in spreadsheets, with cells escaped that these would run as
    /// formulas (`SpreadsheetCell`).
    package static func spreadsheetLine(_ fields: [String]) -> String {
        line(fields.map(SpreadsheetCell.guarded))
    }

    /// A field as written in a line: in quotes if it contains a comma, a quote or a line break, or begins
    /// or ends with a blank.
    package static func quoted(_ field: String) -> String {
        let needsQuotes =
            field.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
            || field.first == " " || field.last == " "
        guard needsQuotes else { return field }
        var result = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { result.unicodeScalars.append(scalar) }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    /// One record of a table.
    package struct Row: Equatable, Sendable {
        /// Line of the file on which the record begins, from 1.
        package var line: Int
        /// Its fields, without quotes.
        package var fields: [String]
    }

    /// A syntax error in a table.
    package struct Damage: Error, Equatable {
        /// Line of the damage, from 1.
        package var line: Int
        /// The problem at that point.
        package var reason: String

        /// Creates an error of a line.
        package init(line: Int, reason: String) {
            self.line = line
            self.reason = reason
        }
    }

    /// Splits a table into its records. Lines may end in `\n` or `\r\n`; the last one may lack its line
    /// break.
    package static func rows(_ bytes: some Sequence<UInt8>) throws(Damage) -> [Row] {
        var parser = CSVParser()
        for byte in bytes { try parser.take(byte) }
        return try parser.finish()
    }
}

/// Reads a table byte by byte.
private struct CSVParser {
    private enum State {
        case start
        case bare
        case quoted
        case afterQuote
    }

    private var state = State.start
    private var field: [UInt8] = []
    private var row = CSVTable.Row(line: 1, fields: [])
    private var rows: [CSVTable.Row] = []
    private var line = 1
    private var pendingReturn = false

    mutating func take(_ byte: UInt8) throws(CSVTable.Damage) {
        if pendingReturn {
            pendingReturn = false
            guard byte == UInt8(ascii: "\n") else { throw damage("bare carriage return") }
        }
        switch (state, byte) {
        case (.quoted, UInt8(ascii: "\"")):
            state = .afterQuote
        case (.quoted, _):
            if byte == UInt8(ascii: "\n") { line += 1 }
            field.append(byte)
        case (_, UInt8(ascii: ",")):
            try endField()
        case (_, UInt8(ascii: "\n")):
            try endRow()
        case (_, UInt8(ascii: "\r")):
            pendingReturn = true
        case (.start, UInt8(ascii: "\"")):
            state = .quoted
        case (.afterQuote, UInt8(ascii: "\"")):
            field.append(byte)
            state = .quoted
        case (.afterQuote, _):
            throw damage("text after a closing quote")
        case (.bare, UInt8(ascii: "\"")):
            throw damage("quote inside an unquoted field")
        case (.start, _), (.bare, _):
            field.append(byte)
            state = .bare
        }
    }

    mutating func finish() throws(CSVTable.Damage) -> [CSVTable.Row] {
        if state == .quoted { throw damage("unterminated quoted field") }
        if state != .start || !row.fields.isEmpty { try endRow() }
        return rows
    }

    private mutating func endField() throws(CSVTable.Damage) {
        guard let text = String(validating: field, as: UTF8.self) else {
            throw damage("a field is not UTF-8")
        }
        row.fields.append(text)
        field.removeAll(keepingCapacity: true)
        state = .start
    }

    private mutating func endRow() throws(CSVTable.Damage) {
        try endField()
        rows.append(row)
        line += 1
        row = CSVTable.Row(line: line, fields: [])
    }

    private func damage(_ reason: String) -> CSVTable.Damage {
        CSVTable.Damage(line: line, reason: reason)
    }
}
