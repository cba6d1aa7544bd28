import Charts
import Testing

@Suite struct MarkupTests {
    @Test(arguments: [
        ("a & b", "a &amp; b"), ("<script>", "&lt;script&gt;"),
        ("\"quoted\" 'single'", "&quot;quoted&quot; &#39;single&#39;"),
        ("nul\u{0}bell\u{7}", "nul\u{FFFD}bell\u{FFFD}"), ("顔 é", "顔 é"), ("a\tb\nc", "a\tb\nc"),
    ])
    func escapesTextAndAttributes(text: String, escaped: String) {
        #expect(Markup.text(text).rendered == escaped)
        #expect(element("b", ["title": text]).rendered == "<b title=\"\(escaped)\"></b>")
    }

    @Test func writesElements() {
        let list = element("ul", ["class": "x"]) {
            for name in ["a", "b"] { element("li") { name } }
            if false { "never" }
        }
        #expect(list.rendered == "<ul class=\"x\"><li>a</li>\n<li>b</li>\n</ul>\n")
        #expect(element("br").rendered == "<br/>")
        #expect(element("td").rendered == "<td></td>")
    }
}
