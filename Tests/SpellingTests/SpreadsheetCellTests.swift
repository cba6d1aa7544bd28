import Spelling
import Testing

@Suite struct SpreadsheetCellTests {
    @Test(
        "A cell that a spreadsheet would run is text; a number stays one",
        arguments: [
            ("=1+1", "'=1+1"), ("a=", "a="), ("-0.5", "-0.5"), ("+1e5", "+1e5"), ("-x", "'-x"),
            ("@a", "'@a"), ("\t=", "'\t="), ("＝x", "'＝x"), ("", ""), ("'x", "'x"),
            ("'=x", "''=x"), ("''-x", "'''-x"), ("'-1", "'-1"),
        ])
    func guarded(field: String, expected: String) {
        #expect(SpreadsheetCell.guarded(field) == expected)
    }

    @Test(
        "What is guarded is read back as it was, to the byte",
        arguments: [
            "=1+1", "'=1+1", "''=x", "'", "''", "-0.5", "-x", "'-0.5", "'x", "@", "\t", "\r\n=",
            "＝x", "", "'\u{301}=x", "=\u{301}", "a/='.jpg", "-inf", "'+nan", "'+n",
        ])
    func readBack(field: String) {
        let read = SpreadsheetCell.plain(SpreadsheetCell.guarded(field))
        #expect(Array(read.utf8) == Array(field.utf8))
    }

    @Test("Tables of former versions have such cells as they are")
    func unguarded() { #expect(SpreadsheetCell.plain("=x") == "=x") }
}
