import Charts

/// A document as one self-contained HTML page, which also works without its small script.
package struct HTMLPage {
    package let text: String

    package init(_ document: Document) {
        let page = element("html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"]) {
            Self.head(document)
            element("body") {
                element("a", ["class": "skip", "href": "#content"]) { "Skip to the content" }
                Self.header(document)
                element("main", ["id": "content", "tabindex": "-1"]) {
                    for section in document.sections { Self.render(section) }
                }
                element("footer") { element("p") { document.colophon } }
            }
        }
        text = "<!DOCTYPE html>\n" + page.rendered + "\n"
    }

    private static func head(_ document: Document) -> Markup {
        element("head") {
            element("meta", ["charset": "utf-8"])
            element(
                "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            element("meta", ["name": "color-scheme", "content": "light dark"])
            element("title") { document.title }
            element("style") { Markup.stylesheet(Stylesheet.text) }
            element("script") { Markup.script(PageScript.text) }
        }
    }

    private static func header(_ document: Document) -> Markup {
        element("header") {
            element("h1") { document.title }
            element("p", ["class": "deck"]) { render(document.subtitle) }
            element("nav", ["aria-label": "Sections"]) {
                element("ul") {
                    for section in document.sections {
                        element("li") {
                            element("a", ["href": "#\(section.anchor)"]) { section.title }
                        }
                    }
                }
            }
        }
    }

    private static func render(_ section: Section) -> Markup {
        element("section", ["id": section.anchor, "aria-labelledby": "\(section.anchor)-title"]) {
            element("h2", ["id": "\(section.anchor)-title"]) { section.title }
            for block in section.blocks { render(block) }
        }
    }

    private static func render(_ block: Block) -> Markup {
        switch block {
        case .paragraph(let text):
            return element("p") { render(text) }
        case .list(let items):
            return list(items, kind: "plain")
        case .caveats(let items):
            return items.isEmpty ? .nothing : list(items, kind: "caveats")
        case .heading(let title):
            return element("h3") { title }
        case .table(let table):
            return HTMLTable.render(table, id: "table-\(table.number ?? 0)")
        case .figure(let figure):
            return HTMLFigure.render(figure)
        case .code(let text):
            return element("pre") { element("code") { text } }
        case .terms(let terms):
            return element("dl") {
                for term in terms {
                    element("dt") { term.name }
                    element("dd") { render(term.value) }
                }
            }
        case .gallery(let gallery):
            return HTMLGallery.render(gallery)
        case .details(let summary, let blocks):
            return element("details") {
                element("summary") { render(summary) }
                for block in blocks { render(block) }
            }
        }
    }

    private static func list(_ items: [RichText], kind: String) -> Markup {
        element("ul", ["class": kind]) {
            for item in items { element("li") { render(item) } }
        }
    }

    /// Formatted text.
    static func render(_ text: RichText) -> Markup {
        .group(
            text.parts.map { part in
                switch part {
                case .plain(let text): .text(joined(text))
                case .strong(let text): element("strong") { joined(text) }
                case .emphasis(let text): element("em") { text }
                case .code(let text): element("code") { text }
                }
            })
    }

    /// A text in which no line begins with a percent sign.
    private static func joined(_ text: String) -> String {
        text.replacing(" %", with: "\u{A0}%")
    }
}
