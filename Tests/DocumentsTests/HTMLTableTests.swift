import Documents
import Foundation
import Testing

@Suite struct HTMLTableTests {
    @Test func detailsOfAColumnAreEquallyWide() {
        let rows: [[Table.Entry]] = [
            [Table.Entry("x"), Table.Entry("1", detail: "0 to 10")],
            [Table.Entry("y"), Table.Entry("2", detail: "0 to 9")],
            [Table.Entry("z"), Table.Entry("3")],
        ]
        let table = Table(caption: "c", columns: [.words("a"), .numbers("b")], rows: rows)
        let page = HTMLPage(
            Document(
                title: "t", subtitle: "s", sections: [Section("a", "A", [.table(table)])],
                colophon: "c")
        ).text
        let details: [(String, String?)] = [("0 to 10", nil), ("0 to 9", "0"), ("", "0 to 00")]
        for (detail, rest) in details {
            let filling = rest.map {
                "<span class=\"filling\" aria-hidden=\"true\">\($0)</span>"
            }
            let span = "<span class=\"detail\"> \(detail)\(filling ?? "")</span>"
            #expect(page.contains(span), "\(span)")
        }
        // A column without details has none.
        #expect(page.components(separatedBy: "class=\"detail\"").count == 4)
    }
}
