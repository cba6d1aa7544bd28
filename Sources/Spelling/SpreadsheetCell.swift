/// Protects cells of tables that are opened in a spreadsheet, which would evaluate a cell that begins like
/// a formula.
public enum SpreadsheetCell {
    /// The cell for a field: an apostrophe, which ``plain(_:)`` removes, is prepended if a spreadsheet would
    /// evaluate it. Numbers stay unchanged.
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

    /// Including the fullwidth forms, which East Asian spreadsheets treat alike.
    private static let signs = "=+-@\t\r\n＝＋－＠".unicodeScalars

    private static func isFormula(_ field: Substring) -> Bool {
        guard let first = field.unicodeScalars.first else { return false }
        return signs.contains(first) && Double(field) == nil
    }
}

extension String {
    /// By scalars, since an apostrophe with a combining accent is another character.
    fileprivate func drop(while isDropped: (Unicode.Scalar) -> Bool) -> Substring {
        Substring(unicodeScalars.drop(while: isDropped))
    }
}

extension SpreadsheetCell {
    fileprivate static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool { scalar == apostrophe }
}
