import Testing

@testable import FaceData

@Suite("PathText")
struct PathTextTests {
    @Test(
        "takes a path apart",
        arguments: [
            ("a/b/c.JPG", "a/b", "c.JPG", "jpg", "a/b/c"),
            ("c.tar.gz", "", "c.tar.gz", "gz", "c.tar"),
            ("a.b/c", "a.b", "c", "", "a.b/c"),
            ("a/.hidden", "a", ".hidden", "", "a/.hidden"),
            ("a/name.", "a", "name.", "", "a/name"),
            ("/c.png", "", "c.png", "png", "/c"),
            ("a//c.png", "a", "c.png", "png", "a//c"),
            ("Zoë/é.png", "Zoë", "é.png", "png", "Zoë/é"),
            ("", "", "", "", ""),
        ])
    func parts(path: String, folder: String, name: String, ending: String, stem: String) {
        let text = PathText(path)
        #expect(text.folder == folder)
        #expect(text.name == name)
        #expect(text.ending == ending)
        #expect(text.withoutEnding == stem)
    }

    /// Foundation stops the process for these.
    @Test(
        "slashes at the end do no harm",
        arguments: ["a.jpg//", "a.jpg" + String(repeating: "/", count: 70), "b/a.jpg///"])
    func slashes(path: String) {
        let text = PathText(path)
        #expect(text.name == "a.jpg")
        #expect(text.ending == "jpg")
        #expect(PathText("///").name == "")
        #expect(PathText("///").folder == "")
    }

    @Test("a list whose path ends with slashes is read")
    func list() throws {
        let folder = try TemporaryFolder()
        let path = "a.jpg" + String(repeating: "/", count: 70)
        let file = try folder.write("\(path) 0\n", to: "faces.lst")
        #expect(try LabelledImageSet.list(file).count == 1)
    }

    @Test(arguments: [
        ("a/1.jpg", "a/1.jpg"), ("./a/1.jpg", "a/1.jpg"), ("a//1.jpg", "a/1.jpg"), ("a/", "a"),
        ("/a/./1", "/a/1"), (".", "."), ("a", "a"), ("../a", "../a"), ("./", ""), ("", ""),
    ])
    func plainPaths(path: String, expected: String) {
        #expect(PathText.plain(path) == expected)
    }
}
