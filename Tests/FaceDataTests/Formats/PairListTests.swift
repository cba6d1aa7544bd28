import FaceData
import Foundation
import Testing

@Suite struct PairListTests {
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for path in ["a/1.jpg", "a/2.jpg", "b b/1.png", "c,d/ü.webp"] {
            try folder.write("x", to: path)
        }
        return folder
    }

    private static func read(_ text: String, _ folder: TemporaryFolder) throws -> VerificationPairs
    {
        try VerificationPairs.open(
            images: folder.url, pairs: try folder.write(text, to: "list").path)
    }

    @Test(arguments: [
        "a/1.jpg a/2.jpg 1\na/1.jpg\ta/2.jpg\t0\n", "1 a/1.jpg a/2.jpg\r\n0 a/1.jpg a/2.jpg",
        "a/1.jpg,a/2.jpg,true\n\na/1.jpg, a/2.jpg, False",
        "a/1.jpg;a/2.jpg;1\na/1.jpg;a/2.jpg;0",
        "first;second;same\na/1.jpg;a/2.jpg;1\na/1.jpg;a/2.jpg;0",
        "\u{feff}same a/1.jpg a/2.jpg\n-1 a/1.jpg a/2.jpg",
    ])
    func readsAnyOrder(text: String) throws {
        let pairs = try Self.read(text, try Self.folder())
        #expect(pairs.images == ["a/1.jpg", "a/2.jpg"])
        #expect(pairs.pairs.map(\.same) == [true, false])
        #expect(pairs.pairs.map(\.first) == [0, 0])
        #expect(pairs.folds == 2)
    }

    /// Titles tell the columns where they are in another order, as behind the index that pandas writes.
    @Test(arguments: [
        ",img1,img2,label\n0,a/1.jpg,a/2.jpg,1\n1,a/1.jpg,a/2.jpg,0\n",
        "id,img1,img2,same\n1,a/1.jpg,a/2.jpg,1\n0,a/1.jpg,a/2.jpg,0\n",
        "img1,label,img2\na/1.jpg,1,a/2.jpg\na/1.jpg,0,a/2.jpg\n",
        "pair id\tfold\tLabel\tfirst\tsecond\n7\t0\t1\ta/1.jpg\ta/2.jpg\n8\t1\t0\ta/1.jpg\ta/2.jpg\n",
        "img1 img2 label\na/1.jpg a/2.jpg 1\na/1.jpg a/2.jpg 0\n",
    ])
    func titlesTellTheColumns(text: String) throws {
        let pairs = try Self.read(text, try Self.folder())
        #expect(pairs.images == ["a/1.jpg", "a/2.jpg"])
        #expect(pairs.pairs.map(\.same) == [true, false])
        #expect(pairs.pairs.map(\.fold) == [0, 1] && pairs.folds == 2)
    }

    /// CALFW's and CPLFW's lists have a flag behind each of a pair's two images, SLLFW's has none.
    @Test(arguments: [
        "P_Q_0001.jpg 3\nP_Q_0002.jpg 3\nP_Q_0001.jpg 0\nX_0001.jpg 0\n",
        "P_Q_0001.jpg\nP_Q_0002.jpg\nP_Q_0001.jpg\r\nX_0001.jpg",
    ])
    func readsPairsOfTwoLines(text: String) throws {
        let folder = try TemporaryFolder()
        for name in ["P_Q_0001", "P_Q_0002", "X_0001"] { try folder.write("x", to: "\(name).jpg") }
        let pairs = try Self.read(text, folder)
        #expect(pairs.images == ["P_Q_0001.jpg", "P_Q_0002.jpg", "X_0001.jpg"])
        #expect(pairs.pairs.map(\.first) == [0, 0] && pairs.pairs.map(\.second) == [1, 2])
        #expect(pairs.pairs.map(\.same) == [true, false] && pairs.folds == 2)
    }

    @Test func readsNamesWithSpacesBetweenTabs() throws {
        let folder = try Self.folder()
        let pairs = try Self.read("b b/1.png\tc,d/ü.webp\t0\n", folder)
        #expect(pairs.images == ["b b/1.png", "c,d/ü.webp"])
        #expect(pairs.identities == ["b b", "c,d"])
    }

    @Test func readsFolds() throws {
        let folder = try Self.folder()
        let lines = ["1", "0", "1", "0"].map { "a/1.jpg a/2.jpg 1 \($0)\n" }
        let pairs = try Self.read(lines.joined(), folder)
        #expect(pairs.folds == 2)
        #expect(pairs.pairs.map(\.fold) == [0, 0, 1, 1])
    }

    @Test(arguments: [
        ("a/1.jpg a/2.jpg 2", 1, "invalid label '2'; it must be 1 or 0"),
        ("id,one,other,label\n0,a/1.jpg,a/2.jpg", 2, "it has no pair in the columns"),
        // A first line that is no header is a pair, which must not be lost.
        ("x.gif y.gif same\na/1.jpg a/2.jpg 1", 1, "there is no image 'x.gif'"),
        (
            "a/1.jpg a/2.jpg 1\na/1.jpg 1 1 1 1", 2,
            "expected three fields, as 'a/1.jpg b/2.jpg 0', or four with a fold"
        ),
        ("a/1.jpg a/2.jpg 1\na/1.jpg gone.jpg 1", 2, "there is no image 'gone.jpg'"),
        ("a/1.jpg a/2.jpg 1 x", 1, "invalid fold 'x'"),
        ("a/1.jpg 1\na/2.jpg 1\na/1.jpg 0", 3, "an odd number of lines"),
        ("a/1.jpg 1\na/2.jpg 0", 2, "the flags of a pair's images are '1' and '0'"),
        ("a/1.jpg 1\na/2.jpg", 2, "expected the other image of the pair of line 1"),
        ("a/1.jpg x\na/2.jpg x", 2, "both must be 0 for two people"),
        ("a/1.jpg a/2.jpg 1 4", 1, "folds must be numbered 0, 1, 2, ... or 1, 2, 3, ..."),
    ])
    func refuses(text: String, line: Int, reason: String) throws {
        let error = refusal { _ = try Self.read(text, try Self.folder()) }
        guard case .line(_, line, let found) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found.contains(reason))
    }

    @Test(arguments: [
        "a/1.jpg a/2.jpg 1 1\na/1.jpg a/2.jpg 0 2", "1 a/1.jpg a/2.jpg 1\n0 a/1.jpg a/2.jpg 2",
        "# folds from 1\nfile1,file2,same,fold\na/1.jpg,a/2.jpg,1,1\na/1.jpg,a/2.jpg,0,2",
    ])
    func foldsMayBeginWithOne(text: String) throws {
        let pairs = try Self.read(text, try Self.folder())
        #expect(pairs.folds == 2 && pairs.pairs.map(\.fold) == [0, 1])
        #expect(pairs.pairs.map(\.same) == [true, false])
        #expect(pairs.images == ["a/1.jpg", "a/2.jpg"])
    }

    @Test func pathsMayHaveSpaces() throws {
        let pairs = try Self.read("a/1.jpg b b/1.png 0\nb b/1.png a/2.jpg 1\n", try Self.folder())
        #expect(pairs.images == ["a/1.jpg", "b b/1.png", "a/2.jpg"])
        #expect(pairs.pairs.map(\.same) == [false, true])
    }

    @Test func filesMayBeWrittenInCapitals() throws {
        let folder = try Self.folder()
        try folder.write("x", to: "A/3.JPG")
        let pairs = try Self.read("a/1.jpeg A/3.jpg 0\na/1.jpg A/3.JPG 1\n", folder)
        #expect(pairs.images == ["a/1.jpg", "A/3.JPG"])
        #expect(pairs.warnings.last?.contains("'a/1.jpeg' is 'a/1.jpg'") == true)
    }

    @Test func whatIsThereInsteadIsTold() throws {
        let folder = try Self.folder()
        try folder.write("x", to: "a/0003.jpg")
        for (name, there) in [("a/3.jpg", "a/0003.jpg"), ("B_B/1.png", "b b")] {
            let error = refusal { _ = try Self.read("a/1.jpg\t\(name)\t1\n", folder) }
            #expect(
                error?.description.contains(", but '\(there)'") == true,
                "\(String(describing: error))")
        }
    }

    @Test("A name or a label of 200,000 characters is shortened in the message")
    func longTexts() throws {
        let folder = try Self.folder()
        let long = String(repeating: "x", count: 200_000)
        let lists = ["a/1.jpg a/2.jpg 1\na/1.jpg \(long).jpg 1", "a/1.jpg a/2.jpg \(long)"]
        for list in lists {
            let message = try #require(refusal { _ = try Self.read(list, folder) }?.description)
            #expect(message.contains("'xxxx") && message.contains(" characters) ... x"))
            #expect(message.utf8.count < 2000)
        }
    }

    /// Each folder of a path was looked for below the one before, also where that did not exist: the names took memory
    /// by the square of the path's length.
    @Test func foldersBelowOneThatDoesNotExistAreNotLookedFor() throws {
        let folder = try Self.folder()
        let deep = "a/" + String(repeating: "x/", count: 100_000)
        for list in ["a/1.jpg\t\(deep)1.jpg\t1\n", "1\n\(deep)y\t1\t2\na\t1\tb b\t1\n"] {
            let error = refusal { _ = try Self.read(list, folder) }
            #expect(error?.description.contains("there is no image 'a/x/x/") == true)
        }
    }
}
