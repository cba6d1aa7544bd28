import Foundation
import Testing

@testable import FaceData

@Suite struct RemovalListTests {
    private static func read(_ text: String) throws -> [String] {
        let folder = try TemporaryFolder()
        return try RemovalList.read(try folder.write(text, to: "list")).names
    }

    @Test func commentsBeginALineOrFollowASpace() throws {
        #expect(
            try Self.read("# a\n x # y\n\nb#1\nc\t#2\n#\n#\te\n#d\n#d #e\n")
                == ["x", "b#1", "c", "#d", "#d"])
        #expect(
            try Self.read("\\#1\nAnn \\#2 # twice\na\\b\n\\\\#c\n") == [
                "#1", "Ann #2", "a\\b", "\\#c",
            ])
    }

    @Test func anyNameIsReadBack() throws {
        let names = [
            "Ann Lee", "b/1.jpg", "#1", "# 1", "Ann #2", "a#b", "\\", "\\#", "\\\\ x", " lead",
            "trail ",
            "two\nlines", "\\xD5\\xC5", "0166921", "x \\# y", "7 ",
        ]
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("out.txt")
        try RemovalList.write(names, reason: "why", to: file)
        #expect(try RemovalList.read(file).names == names)
    }

    private static let set = LabelledImageSet(
        source: ImageFiles(
            ["0166921/1.jpg", "Zoë_Lee/1.jpg", "Zoë_Lee/2.jpg", "#1/1.jpg"],
            in: URL(fileURLWithPath: "/set")),
        identities: ["0166921", "Zoë_Lee", "#1"], labels: [0, 1, 1, 2])

    private static func removing(_ text: String) throws -> LabelledImageSet {
        let folder = try TemporaryFolder()
        return set.removing(try RemovalList.read(try folder.write(text, to: "list")))
    }

    @Test func removesWhatItNames() throws {
        let fewer = try Self.removing("0166921\nZoë_Lee/1.jpg\n\\#1\n")
        #expect(fewer.identities == ["Zoë_Lee"] && fewer.names == ["Zoë_Lee/2.jpg"])
        #expect(fewer.warnings.count == 1)
        #expect(fewer.warnings[0].hasSuffix("removed 3 images, 2 identities among them whole"))
    }

    /// A `#` at a line's beginning is a name's unless a space follows.
    @Test(arguments: ["#1", "\\#1", "#1/1.jpg", "./#1/1.jpg", "#1 # wrong"])
    func namesThatBeginWithASignAreRemoved(line: String) throws {
        let fewer = try Self.removing("# 1\n\(line)\n")
        #expect(fewer.identities == ["0166921", "Zoë_Lee"] && fewer.warnings.count == 1)
    }

    /// However a path is written, as `find` and shells complete it.
    @Test(arguments: ["./Zoë_Lee/1.jpg", "Zoë_Lee//1.jpg", "././Zoë_Lee/./1.jpg"])
    func pathsAreTheSameHoweverTheyAreWritten(line: String) throws {
        let fewer = try Self.removing("\(line)\n")
        #expect(fewer.names == ["0166921/1.jpg", "Zoë_Lee/2.jpg", "#1/1.jpg"])
        #expect(fewer.warnings.count == 1)
        let dotted = LabelledImageSet(
            source: ImageFiles(["./a/1.jpg", "a//2.jpg"], in: URL(fileURLWithPath: "/set")),
            identities: ["a"], labels: [0, 0])
        #expect(dotted.removing(named: ["a/1.jpg"]).names == ["a//2.jpg"])
        #expect(dotted.removing(named: ["./a/"]).count == 0)
    }

    @Test(arguments: [
        ("166921", "0166921"), ("00166921.0", "0166921"), ("zoe lee", "Zoë_Lee"),
        ("ZoeLee", "Zoë_Lee"), ("Zoë_Le", "Zoë_Lee"),
    ])
    func namesOfNobodyAreToldWithTheNearest(name: String, nearest: String) throws {
        let all = try Self.removing("\(name)\n")
        #expect(all.count == 4)
        #expect(
            all.warnings.count == 2
                && all.warnings[0].hasSuffix("removed 0 images, 0 identities among them whole"))
        #expect(all.warnings[1].hasPrefix("1 name of '"))
        #expect(
            all.warnings[1].hasSuffix("and removed nothing: '\(name)' (is '\(nearest)' meant?)"),
            "\(all.warnings)")
    }

    @Test func namesThatAreLikeNobodysAreToldAlone() throws {
        let all = try Self.removing("Xaver Quill\n7/7.jpg\nXaver Quill\n")
        #expect(all.warnings[1].hasPrefix("2 names of '"))
        #expect(all.warnings[1].hasSuffix("removed nothing: 'Xaver Quill', '7/7.jpg'"))
    }
}
