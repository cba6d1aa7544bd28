/// A piece of the report's text: what HTML and Markdown are both made of.
package indirect enum Block: Hashable, Sendable {
    case paragraph(RichText)
    /// A list without numbers.
    case list([RichText])
    /// A list of what to be careful about.
    case caveats([RichText])
    /// A heading below a section's.
    case heading(String)
    case table(Table)
    case figure(Figure)
    /// A text in its own lines, e.g. a command.
    case code(String)
    /// Terms and what they stand for.
    case terms([Term])
    /// Misclassified pairs of pictures.
    case gallery(ErrorGallery)
    /// Blocks that are folded away under a line.
    case details(RichText, [Block])

    /// A term and what it stands for.
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
    /// Name of its place in the page.
    package var anchor: String
    package var title: String
    package var blocks: [Block]

    package init(_ anchor: String, _ title: String, _ blocks: [Block]) {
        self.anchor = anchor
        self.title = title
        self.blocks = blocks
    }
}
