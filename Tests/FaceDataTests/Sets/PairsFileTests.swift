import FaceData
import Foundation
import Testing

@Suite struct PairsFileTests {
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for path in [
            "Ann_Lee/Ann_Lee_0001.jpg", "Ann_Lee/Ann_Lee_0002.png", "Bo/Bo_0001.jpeg",
            "Bo/Bo_0012.jpg", "Zoë X/Zoë X_0001.jpg", "Zoë X/Zoë X_12345.jpg",
        ] {
            try folder.write("x", to: path)
        }
        return folder
    }

    private static func read(_ text: String, _ folder: TemporaryFolder) throws -> VerificationPairs
    {
        try VerificationPairs.read(
            try folder.write(text, to: "pairs.txt"), images: folder.url)
    }

    @Test func readsFoldsOfBothKinds() throws {
        let folder = try Self.folder()
        let pairs = try Self.read(
            "2\t1\nAnn_Lee\t1\t2\nAnn_Lee\t1\tBo\t12\nBo\t1\t12\nZoë X\t12345\tBo\t1\n", folder)
        #expect(pairs.folds == 2)
        #expect(
            pairs.images == [
                "Ann_Lee/Ann_Lee_0001.jpg", "Ann_Lee/Ann_Lee_0002.png", "Bo/Bo_0012.jpg",
                "Bo/Bo_0001.jpeg", "Zoë X/Zoë X_12345.jpg",
            ])
        #expect(pairs.pairs.map(\.first) == [0, 0, 3, 4])
        #expect(pairs.pairs.map(\.second) == [1, 2, 2, 3])
        #expect(pairs.pairs.map(\.same) == [true, false, true, false])
        #expect(pairs.pairs.map(\.fold) == [0, 0, 1, 1])
        #expect(pairs.identities == ["Ann_Lee", "Bo", "Zoë X"])
        #expect(
            pairs.images.indices.allSatisfy {
                FileManager.default.fileExists(atPath: pairs.source.path(of: $0))
            })
    }

    @Test(arguments: [
        "1\nBo 1 12\nBo 1 Ann_Lee 2", "1\r\nBo\t1\t12\r\nBo\t1\tAnn_Lee\t2\r\n",
        "\n1 1\n\n Bo  1 12 \n\nBo 1 Ann_Lee 2\n\n",
    ])
    func acceptsOtherSpacing(text: String) throws {
        let pairs = try Self.read(text, try Self.folder())
        #expect(pairs.folds == 1)
        #expect(pairs.images == ["Bo/Bo_0001.jpeg", "Bo/Bo_0012.jpg", "Ann_Lee/Ann_Lee_0002.png"])
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let folder = try Self.folder()
        let text = VerificationPairs.text(folds: [
            (same: [("Bo", 1, 12)], different: [("Zoë X", 1, "Bo", 1)]),
            (same: [("Ann_Lee", 1, 2)], different: [("Ann_Lee", 2, "Bo", 1)]),
        ])
        #expect(
            text
                == "2\t1\nBo\t1\t12\nZoë X\t1\tBo\t1\nAnn_Lee\t1\t2\nAnn_Lee\t2\tBo\t1\n")
        #expect(try Self.read(text, folder).pairs.map(\.fold) == [0, 0, 1, 1])
    }

    private static let header =
        "the header must be the number of folds and of pairs of each kind in a fold, as '10 300'"

    @Test(arguments: [
        ("", 1, header), ("x y", 1, header), ("10 300 1", 1, header), ("0 5", 1, header),
        ("1 -1", 1, header), ("9999999 9999999", 1, header), ("Bo 1 12\n", 1, header),
        ("1 1\nBo 1 12\n", 1, "the header announces 2 pairs, but 1 follow"),
        ("1\nBo 1 12\nBo 1 Bo 1\nBo 1 12\n", 1, "the header announces 2 pairs, but 3 follow"),
        (
            "1\nBo 1 12\n\nBo 1 12", 4,
            "a pair of two people has four fields, as 'name 1 other 2'"
        ),
        ("1\nBo 1 Bo 1\nBo 1 Bo 2", 2, "a pair of one person has three fields, as 'name 1 2'"),
        ("1\nBo 1\nBo 1 Bo 2", 2, "a pair of one person has three fields, as 'name 1 2'"),
        ("1\nBo 1 x\nBo 1 Bo 2", 2, "'x' is no image number"),
        ("1\nBo 1 -1\nBo 1 Bo 2", 2, "'-1' is no image number"),
        ("1\nBo 1 99999999999999999999\nBo 1 Bo 2", 2, "'99999999999999999999' is no image number"),
    ])
    func refusesOtherLines(text: String, line: Int, reason: String) throws {
        let folder = try Self.folder()
        let path = folder.url.appendingPathComponent("pairs.txt").path
        let error = refusal { _ = try Self.read(text, folder) }
        #expect(error == .pairs(path: path, line: line, reason: reason))
        #expect(error?.description == "'\(path)', line \(line): \(reason)")
    }

    @Test func namesAMissingImage() throws {
        let folder = try Self.folder()
        let error = refusal { _ = try Self.read("1\nBo 1 12\nBo 1 Bo 3\n", folder) }
        let path = folder.url.appendingPathComponent("pairs.txt").path
        #expect(
            error
                == .pairs(
                    path: path, line: 3,
                    reason: "there is no image 'Bo/Bo_0003.jpg' in '\(folder.url.path)'"))
    }

    @Test func refusesFilesThatAreNoText() throws {
        let folder = try TemporaryFolder()
        let binary = try folder.write([0xff, 0xfe, 0x80], to: "binary")
        for (file, reason) in [
            (binary, "it is no text in UTF-8"),
            (folder.url.appendingPathComponent("gone"), "there is no such file"),
        ] {
            #expect(
                refusal { _ = try VerificationPairs.read(file, images: folder.url) }
                    == .unreadable(path: file.path, reason: reason))
        }
    }
}
