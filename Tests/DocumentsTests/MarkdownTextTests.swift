import Documents
import Testing

@Suite struct MarkdownTextTests {
    @Test(arguments: [
        ("a|b", "a\\|b"), ("*x* _y_ `z`", "\\*x\\* \\_y\\_ \\`z\\`"),
        ("<img>", "&lt;img&gt;"), ("[a](b)", "\\[a\\](b)"), ("# h", "\\# h"), ("a\nb", "a b"),
        ("a\\b", "a\\\\b"), ("~x~ !x", "\\~x\\~ \\!x"),
    ])
    func escapes(text: String, escaped: String) {
        #expect(MarkdownText.escape(text) == escaped)
    }

    @Test func keepsMarksApartFromText() {
        let text: RichText = "\(strong: "A*") and \(emphasis: "b") and \(code: "c`d|e"), \(1234)"
        #expect(MarkdownText.render(text) == "**A\\*** and *b* and ``c`d|e``, 1,234")
        #expect(
            MarkdownText.render(text, inTable: true)
                == "**A\\*** and *b* and ``c`d\\|e``, 1,234")
        #expect(MarkdownText.fence("a\n````\nb") == "`````\na\n````\nb\n`````")
    }
}
