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

    @Test func codeShowsWhatWouldActOnATerminal() {
        let name = "a\u{1B}[2Jb\u{202E}c\u{9B}d"
        let shown = "a\\u001b[2Jb\\u202ec\\u009bd"
        let text: RichText = "\(code: name)"
        #expect(MarkdownText.render(text) == "`\(shown)`")
        #expect(MarkdownText.render(text, inTable: true) == "`\(shown)`")
        #expect(MarkdownText.fence("\(name)\n\te") == "```\n\(shown)\n\te\n```")
    }
}
