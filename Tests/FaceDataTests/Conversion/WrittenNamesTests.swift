import Foundation
import Testing

@testable import FaceData

@Suite struct WrittenNamesTests {
    private static func paths(
        _ names: [String], _ owners: [Int]? = nil, of folders: [String] = ["a"],
        ending: String? = "jpg"
    ) -> [String] {
        WrittenNames(
            names, in: owners ?? names.map { _ in 0 }, of: folders, ending: ending
        ).paths
    }

    @Test func namesThatDifferStay() {
        let names = ["a/1.jpg", "a/2.JPG", "a/3.jpeg", "a/4.png"]
        #expect(Self.paths(names, ending: nil) == names)
        #expect(Self.paths(names) == ["a/1.jpg", "a/2.jpg", "a/3.jpg", "a/4.jpg"])
        // Endings tell files apart while they are kept.
        #expect(Self.paths(["a/1.jpg", "a/1.png"], ending: nil) == ["a/1.jpg", "a/1.png"])
    }

    @Test(arguments: [
        (["1.jpg", "1.png", "1.webp"], ["a/1.jpg", "a/1-2.jpg", "a/1-3.jpg"]),
        // A number takes no name that another image has.
        (["1.jpg", "1.png", "1-2.jpg"], ["a/1.jpg", "a/1-3.jpg", "a/1-2.jpg"]),
        (["x/1.jpg", "y/1.jpg"], ["a/1.jpg", "a/1-2.jpg"]),
        (["Ann.jpg", "ann.jpg"], ["a/Ann.jpg", "a/ann-2.jpg"]),
        (["STRASSE.jpg", "straße.jpg"], ["a/STRASSE.jpg", "a/straße-2.jpg"]),
        // Composed and decomposed.
        (["\u{e9}.jpg", "e\u{301}.jpg"], ["a/\u{e9}.jpg", "a/e\u{301}-2.jpg"]),
        (["q\u{7}.jpg", "q\n.jpg", "q_.jpg"], ["a/q_.jpg", "a/q_-2.jpg", "a/q_-3.jpg"]),
        ([".jpg", "..", "."], ["a/_.jpg.jpg", "a/_...jpg", "a/_..jpg"]),
    ])
    func namesAreToldApart(names: [String], expected: [String]) {
        #expect(Self.paths(names) == expected)
        #expect(Set(expected.map { $0.uppercased() }).count == expected.count)
    }

    @Test func identitiesAreToldApart() {
        let set = LabelledImageSet(
            source: ImageFiles(
                (0..<5).map { "\($0).jpg" }, in: URL(fileURLWithPath: "/")),
            identities: ["a/b", "a_b", "Ann", "ANN", ""], labels: [0, 1, 2, 3, 4])
        let names = WrittenNames(of: set)
        #expect(
            names.paths == ["a_b/0.jpg", "a_b-2/1.jpg", "Ann/2.jpg", "ANN-2/3.jpg", "_/4.jpg"])
        #expect(names.renamed == [1, 3])
    }

    /// Windows drops points and spaces at the end of a folder's name.
    @Test func pointsAtTheEndOfAFolderTellNobodyApart() {
        let set = LabelledImageSet(
            source: ImageFiles((0..<4).map { "\($0).jpg" }, in: URL(fileURLWithPath: "/")),
            identities: ["Ann", "Ann.", "ann ", "A.n"], labels: [0, 1, 2, 3])
        let names = WrittenNames(of: set)
        #expect(names.paths == ["Ann/0.jpg", "Ann.-2/1.jpg", "ann -3/2.jpg", "A.n/3.jpg"])
        #expect(names.renamed == [1, 2])
    }

    @Test func whatLiesBelowAnIdentityStaysInTheName() {
        #expect(
            Self.paths(
                ["Data/001/frontal/01.jpg", "Data/001/profile/01.jpg"], of: ["001"], ending: nil)
                == ["001/frontal-01.jpg", "001/profile-01.jpg"])
    }

    @Test func endingsFollowTheBytes() {
        var names = WrittenNames(
            ["1.png", "1.jpg", "2", "3.jfif", "4.pnm", "2.jpg"], in: [0, 0, 0, 0, 0, 0],
            of: ["a"])
        let kinds: [ImageKind] = [.jpeg, .jpeg, .jpeg, .jpeg, .ppm, .jpeg]
        let found = kinds.enumerated().map { names.path(of: $0, kind: $1) }
        #expect(
            found == ["a/1-2.jpg", "a/1.jpg", "a/2-2.jpg", "a/3.jfif", "a/4.pnm", "a/2.jpg"])
    }

    @Test func longNamesFit() {
        let long = String(repeating: "é", count: 300)
        let paths = Self.paths(["\(long)1.jpg", "\(long)2.jpg"])
        #expect(Set(paths).count == 2)
        #expect(paths.allSatisfy { $0.utf8.count < 200 })
    }

    /// A name depends on the names before it alone, so that one more image at the end changes none.
    @Test func namesDoNotChangeWithTheRest() {
        let names = (0..<300).map { "\($0 % 7)/\($0 % 11).\($0 % 2 == 0 ? "jpg" : "png")" }
        let all = Self.paths(names)
        #expect(Set(all).count == 300)
        #expect(Array(all.prefix(200)) == Self.paths(Array(names.prefix(200))))
    }

    @Test func whatCannotBeAFileIsTold() {
        let long = String(repeating: "x", count: 200)
        let names = WrittenNames(
            ["ok/1.jpg", "ok/\u{1b}.jpg", "\(long)/1.jpg", "..y/1.jpg", "b\nc/1.jpg"],
            in: [0, 0, 1, 2, 3], of: ["ok", long, "..y", "b\nc"])
        #expect(names.renamed == [1, 2, 3, 4])
        #expect(names.paths[0] == "ok/1.jpg" && names.paths[4] == "b_c/1.jpg")
    }
}
