import FaceData
import Foundation
import Testing

@Suite struct ImageListTests {
    private static func read(_ text: String) throws -> LabelledImageSet {
        let folder = try TemporaryFolder()
        return try LabelledImageSet.list(try folder.write(text, to: "list.txt"))
    }

    @Test(arguments: [
        "b/1.jpg 10\na/1.jpg 2\na/2.JPG 2\n", "10 b/1.jpg\n2 a/1.jpg\n2 a/2.JPG",
        "7\t10.000000\tb/1.jpg\n8\t2.0\ta/1.jpg\n9\t2.0\ta/2.JPG\n",
        "1\tb/1.jpg\t10\n1\ta/1.jpg\t2\t0\t0\t5\t5\n1\ta/2.JPG\t2\n",
        "b/1.jpg,10\r\na/1.jpg,2\r\na/2.JPG,2",
    ])
    func readsListsInCirculation(text: String) throws {
        let set = try Self.read(text)
        #expect(set.identities == ["2", "10"])
        #expect(set.labels == [1, 0, 0])
        #expect(set.names == ["b/1.jpg", "a/1.jpg", "a/2.JPG"])
    }

    @Test func labelsMayBeNames() throws {
        let set = try Self.read("x y/1.jpg\tZoë B\n2.jpg\tann\n")
        #expect(set.identities == ["Zoë B", "ann"])
        #expect(set.names == ["x y/1.jpg", "2.jpg"])
    }

    @Test(arguments: [
        ("", 1, "no images"), ("a.jpg", 1, "it must be a path and a label"),
        ("a.jpg 1\nb.jpg", 2, "it must be a path and a label"),
        ("a.jpg -1", 1, "'-1' is no label"), ("a.jpg 0.5", 1, "'0.5' is no label"),
        ("a.jpg nan", 1, "'nan' is no label"), ("a.jpg 1\nb.jpg inf", 2, "'inf' is no label"),
    ])
    func refuses(text: String, line: Int, reason: String) throws {
        let error = refusal { _ = try Self.read(text) }
        guard case .line(_, line, let found) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found.contains(reason))
    }

    @Test func anotherFolderIsNamedBehindTheList() throws {
        let folder = try TemporaryFolder()
        let list = try folder.write("1.jpg 0\n", to: "lists/a.txt")
        try folder.write("x", to: "images, too/1.jpg")
        let root = folder.url.appendingPathComponent("images, too")
        let set = try LabelledImageSet.open("\(list.path),\(root.path)")
        #expect(try set.source.bytes(of: 0) == [0x78])
    }
}
