/// A piece of the report's text, from which both HTML and Markdown are made.
package indirect enum Block: Hashable, Sendable {
    case paragraph(RichText)
    /// An unnumbered list.
    case list([RichText])
    /// A list of caveats.
    case caveats([RichText])
    /// A subheading.
    case heading(String)
    case table(Table)
    case figure(Figure)
    /// A text on its own lines, e.g. a command.
    case code(String)
    /// Terms with their descriptions.
    case terms([Term])
    /// Misclassified pairs of pictures.
    case gallery(ErrorGallery)
    /// Blocks that are folded under a summary line.
    case details(RichText, [Block])

    /// A term with its description.
    package struct Term: Hashable, Sendable {
        package var name: String
        package var value: RichText

        package init(name: String, value: RichText) {
            self.name = name
            self.value = value
        }
    }
}

/// A part of the report under a heading.
package struct Section: Hashable, Sendable {
    /// Its anchor on the page.
    package var anchor: String
    package var title: String
    package var blocks: [Block]

    package init(_ anchor: String, _ title: String, _ blocks: [Block]) {
        self.anchor = anchor
        self.title = title
        self.blocks = blocks
    }
}
