import FaceRuns
import Testing

@Suite struct CSVTableTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ("a\nb", "\"a\nb\""), ("a\r\nb", "\"a\r\nb\""), (" a", "\" a\""), ("a ", "\"a \""),
        ("é顔", "é顔"),
    ])
    func quotes(field: String, expected: String) {
        #expect(CSVTable.quoted(field) == expected)
    }

    @Test func readsBackWhatItWrites() throws {
        let pieces = ["", "a", ",", "\"", "\n", "\r\n", " ", "\"\"", "é", "a,\"b\"\nc"]
        for first in pieces {
            for second in pieces {
                let fields = [first + second, second, first]
                let text = CSVTable.line(fields) + CSVTable.line(["x", "y", "z"])
                #expect(
                    try CSVTable.rows(text.utf8).map(\.fields) == [fields, ["x", "y", "z"]])
            }
        }
    }

    @Test func countsLinesThroughQuotedLineBreaks() throws {
        let rows = try CSVTable.rows("a\r\n\"b\nc\",d\ne".utf8)
        #expect(rows.map(\.line) == [1, 2, 4])
        #expect(rows.map(\.fields) == [["a"], ["b\nc", "d"], ["e"]])
    }

    @Test(arguments: [
        ("a\n\"b", 2, "unterminated quoted field"),
        ("a\n\"b\"c\n", 2, "text after a closing quote"),
        ("a\"b\n", 1, "quote inside an unquoted field"),
        ("a\rb\n", 1, "bare carriage return"),
    ])
    func refusesDamage(text: String, line: Int, reason: String) {
        #expect(throws: CSVTable.Damage(line: line, reason: reason)) {
            try CSVTable.rows(text.utf8)
        }
    }

    @Test func refusesBytesThatAreNotText() {
        #expect(throws: CSVTable.Damage(line: 1, reason: "a field is not UTF-8")) {
            try CSVTable.rows([0xFF, 0x0A])
        }
    }

    @Test(
        "A cell that a spreadsheet would run is text; a number stays one",
        arguments: [
            ("=1+1", "'=1+1"), ("a=", "a="), ("-0.5", "-0.5"), ("-x", "'-x"), ("@a", "'@a"),
        ])
    func formulas(field: String, expected: String) {
        #expect(CSVTable.spreadsheetLine([field, "b"]) == "\(expected),b\n")
    }
}
