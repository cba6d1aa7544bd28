/// Cells of tables that people open in a spreadsheet, which would run a cell that begins as a formula does.
public enum SpreadsheetCell {
    /// The cell of a field: with an apostrophe before it where a spreadsheet would run it, which ``plain(_:)``
    /// takes away again. Numbers stay numbers.
    public static func guarded(_ field: String) -> String {
        isFormula(field.drop(while: isApostrophe)) ? "'" + field : field
    }

    /// The field of a cell that ``guarded(_:)`` made.
    public static func plain(_ cell: String) -> String {
        guard cell.unicodeScalars.first == apostrophe,
            isFormula(cell.drop(while: isApostrophe))
        else { return cell }
        var scalars = cell.unicodeScalars
        scalars.removeFirst()
        return String(scalars)
    }

    private static let apostrophe: Unicode.Scalar = "'"

    /// With the fullwidth forms, which spreadsheets of East Asia take for the others.
    private static let signs = "=+-@\t\r\n＝＋－＠".unicodeScalars

    private static func isFormula(_ field: Substring) -> Bool {
        guard let first = field.unicodeScalars.first else { return false }
        return signs.contains(first) && Double(field) == nil
    }
}

extension String {
    /// By scalars: an accent behind an apostrophe makes another character of it.
    fileprivate func drop(while isDropped: (Unicode.Scalar) -> Bool) -> Substring {
        Substring(unicodeScalars.drop(while: isDropped))
    }
}

extension SpreadsheetCell {
    fileprivate static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool { scalar == apostrophe }
}
