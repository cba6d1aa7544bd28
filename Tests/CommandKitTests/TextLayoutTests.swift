import CommandKit
import Testing

@Suite struct TextLayoutTests {
    @Test func linesBreakBetweenWords() {
        #expect(TextLayout.wrap("one two three", width: 7) == ["one two", "three"])
        #expect(TextLayout.wrap("one two three", width: 3) == ["one", "two", "three"])
        #expect(TextLayout.wrap("one\n\ntwo", width: 80) == ["one", "", "two"])
        #expect(TextLayout.wrap("", width: 80) == [""])
    }

    @Test func widthIsInColumns() {
        #expect("abc".displayWidth == 3)
        #expect("é".displayWidth == 1)
        #expect("e\u{301}".displayWidth == 1)
        #expect("李".displayWidth == 2)
        #expect("🙂".displayWidth == 2)
        #expect("a\u{7}b\u{200B}".displayWidth <= 3)
        #expect("李雷ab".clipped(to: 3) == "李")
        #expect(TextLayout.wrap("李雷 韩梅", width: 8) == ["李雷", "韩梅"])
    }

    @Test func meaningsStandInAColumn() {
        let entries = [
            ("a", "first meaning here"), ("--a-very-long-option-name-indeed N", "second"),
        ]
        let column = TextLayout.column(beside: entries.map(\.0), width: 32)
        let text = TextLayout.list(entries, column: column, width: 32)
        #expect(
            text == """
                  a         first meaning here
                  --a-very-long-option-name-indeed N
                            second
                """)
    }
}
