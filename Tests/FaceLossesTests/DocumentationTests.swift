import FaceLosses
import Foundation
import Testing

/// The pages of the documentation say what the code says.
@Suite("Documentation of the losses")
struct DocumentationTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    }

    private func page(_ name: String) throws -> String {
        try text("Sources/FaceLosses/FaceLosses.docc/\(name).md")
    }

    @Test("The reference is what `facet losses --markdown` writes")
    func reference() throws {
        #expect(try page("Losses") == LossCatalogue.reference(of: Losses.descriptors))
    }

    @Test("Every loss says what is normalised, what its gradient is, when to use it and what fails")
    func guides() {
        for descriptor in Losses.descriptors {
            let guide = descriptor.guide
            for text in [guide.normalization, guide.gradient, guide.use, guide.pitfalls] {
                #expect(!text.isEmpty, "\(descriptor.name)")
            }
        }
    }

    @Test("The table of proofs has every loss and claims the values that there are")
    func proof() throws {
        let rows = try page("Proof").split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(rows.map { $0[0] } == Losses.names.map { "`\($0)`" })
        let golden = Set(
            try GoldenTests.golden().entries.flatMap {
                try LossSpecification(parsing: $0.specification).name.split(separator: "+")
            }.map(String.init))
        for (name, cells) in zip(Losses.names, rows) {
            #expect(cells.count == 7 && !cells.contains(""), "\(name)")
            #expect((cells[3] != "none¹") == golden.contains(name), "\(name)")
        }
    }

    @Test("The example of adding a loss is the one that is compiled")
    func example() throws {
        let code = try text("Examples/own-loss/Sources/own-loss/StretchedCosineLoss.swift")
        #expect(try page("AddingALoss").contains("```swift\n\(code)```\n"))
    }
}
