import Foundation
import Testing

@testable import FaceData

@Suite("Qualities of images in a file")
struct QualityTableTests {
    private func read(_ text: String) throws -> QualityTable {
        try QualityTable(MemoryBytes(Array(text.utf8)))
    }

    private struct Names: ImageSource {
        let names: [String]
        var location: URL { URL(fileURLWithPath: "images") }
        var count: Int { names.count }
        func name(of index: Int) -> String { names[index] }
        func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
            throw .badImage(path: "x", reason: "it is a name")
        }
    }

    @Test("with tabs, commas or spaces, with a header and without")
    func forms() throws {
        let source = Names(names: ["a/1.jpg", "b 2.jpg"])
        for text in [
            "a/1.jpg 0.5\nb 2.jpg -1.5\n", "image,quality\nb 2.jpg,-1.5\na/1.jpg,5e-1\n",
            "b 2.jpg\t-1.5\r\na/1.jpg\t.5\r\nother\t7",
        ] {
            #expect(try read(text).qualities(of: source) == [0.5, -1.5])
            #expect(try read(text).warning(for: source) == nil)
        }
    }

    @Test("of some of the images make no curve, which is told with a name")
    func missing() throws {
        let table = try read("a/1.jpg,1")
        #expect(table.qualities(of: Names(names: ["a/1.jpg", "c.jpg", "d.jpg"])) == nil)
        let warning = try #require(table.warning(for: Names(names: ["a/1.jpg", "c.jpg", "d.jpg"])))
        #expect(warning.contains("no quality of 2 images of the test set, such as 'c.jpg'"))
    }

    @Test(
        "that cannot be read are told with their lines",
        arguments: [
            ("", "it names no image"), ("name quality\n", "line 1: it must be the name"),
            ("a.jpg 1\nb.jpg x\n", "line 2: it must be the name"),
            ("a.jpg 1\nb.jpg nan\n", "line 2: it must be the name"),
            ("a.jpg 1\n\n3\n", "line 3: it must be the name"),
            ("a.jpg,1\na.jpg,2", "line 2: 'a.jpg' is listed twice"),
        ])
    func errors(text: String, expected: String) {
        do {
            _ = try read(text)
            Issue.record("'\(text)' was read")
        } catch {
            #expect("\(error)".contains(expected), "\(error)")
        }
    }
}
