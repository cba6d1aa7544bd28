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
        "\n1 1\n\n Bo  1 12 \n\nBo 1 Ann_Lee 2\n\n", "1\rBo 1 12\rBo 1 Ann_Lee 2\r",
        "# LFW\n1\n# same\nBo 1 12\n#different\nBo 1 Ann_Lee 2\n", "1,1\nBo,1,12\nBo,1,Ann_Lee,2",
        "1 1\n\"Bo\",1,12\nBo,01,Ann_Lee,0002",
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

    /// As RFW's lists are distributed.
    @Test func aListWithoutItsFirstLineHasTheFoldsOfItsOrder() throws {
        let folder = try Self.folder()
        let fold = "Bo\t1\t12\nAnn_Lee\t1\t2\nBo\t1\tAnn_Lee\t2\nAnn_Lee\t1\tBo\t12\n"
        let found = try Self.read(fold + "# a comment\n" + fold, folder)
        #expect(found.pairs.map(\.fold) == [0, 0, 0, 0, 1, 1, 1, 1])
        #expect(found.pairs.map(\.same) == [true, true, false, false, true, true, false, false])
        #expect(found.folds == 2)
        #expect(
            found.warnings == [
                "'pairs.txt' does not have LFW's first line, '2 2' for what it holds: by the order of its pairs it has "
                    + "2 folds of 2 pairs of each kind"
            ])
        #expect(found.pairs == (try Self.read("2 2\n" + fold + fold, folder)).pairs)
        // One after the other is as even.
        let turns = try Self.read("Bo 1 12\nBo 1 Ann_Lee 1\nAnn_Lee 1 2\nBo 12 Ann_Lee 1\n", folder)
        #expect(turns.folds == 2 && turns.pairs.map(\.same) == [true, false, true, false])
    }

    @Test func aListWithoutFirstLineAndOrderIsDividedIntoParts() throws {
        let folder = try Self.folder()
        let lines = [
            "Bo,1,Ann_Lee,2", "Bo,1,12", "Ann_Lee,1,2", "Ann_Lee,1,Bo,12", "Ann_Lee,2,Bo,12",
        ]
        let found = try Self.read(lines.joined(separator: "\n"), folder)
        #expect(found.pairs.map(\.same) == [false, true, true, false, false])
        #expect(found.warnings.count == 1 && found.warnings[0].contains("has no folds"))
    }

    private static let header =
        "the header must be the number of folds and of pairs of each kind in a fold, as '10 300', or there "
        + "must be none, and each line a pair, as 'name 1 2' or 'name 1 other 2'"

    @Test(arguments: [
        ("", 1, header), ("x y", 1, header), ("10 300 1", 1, header), ("0 5", 1, header),
        ("1 -1", 1, header), ("9999999 9999999", 1, header),
        ("Bo 1 12\n", 1, header),
        ("Bo 1 12\nBo 1\n", 2, "a pair of one person has three fields, as 'name 1 2'"),
        ("Bo,1,12\n1 1\n", 2, "a pair of one person has three fields, as 'name 1 2'"),
        ("1 1\nBo 1 12\n", 1, "the header announces 2 pairs, but 1 follows"),
        ("1\nBo 1 12\nBo 1 Bo 1\nBo 1 12\n", 1, "the header announces 2 pairs, but 3 follow"),
        (
            "1\nBo 1 12\n\nBo 1 12", 4,
            "a pair of two people has four fields, as 'name 1 other 2'"
        ),
        ("1\nBo 1 Bo 1\nBo 1 Bo 2", 2, "a pair of one person has three fields, as 'name 1 2'"),
        ("1\nBo 1\nBo 1 Bo 2", 2, "a pair of one person has three fields, as 'name 1 2'"),
        ("1\nBo 1 x\nBo 1 Bo 2", 2, "'x' is not an image number"),
        ("1\nBo 1 -1\nBo 1 Bo 2", 2, "'-1' is not an image number"),
        (
            "1\nBo 1 99999999999999999999\nBo 1 Bo 2", 2,
            "'99999999999999999999' is not an image number"
        ),
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
            (binary, "it is UTF-16 text; save it as UTF-8"),
            (folder.url.appendingPathComponent("gone"), "there is no such file"),
        ] {
            #expect(
                refusal { _ = try VerificationPairs.read(file, images: folder.url) }
                    == .unreadable(path: file.path, reason: reason))
        }
    }

    /// As Kaggle has LFW's lists.
    @Test func readsColumns() throws {
        let folder = try Self.folder()
        let both = "name,imagenum1,imagenum2,\nBo,1,12,\nBo,1,Ann_Lee,2\n"
        let pairs = try VerificationPairs.open(
            images: folder.url, pairs: try folder.write(both, to: "pairs.csv").path)
        #expect(pairs.images == ["Bo/Bo_0001.jpeg", "Bo/Bo_0012.jpg", "Ann_Lee/Ann_Lee_0002.png"])
        #expect(pairs.pairs.map(\.same) == [true, false] && pairs.folds == 2)
        #expect(pairs.warnings.first?.contains("a first line '10 300'") == true)
        for (text, same) in [
            ("name,imagenum1,imagenum2\nBo,1,12\n", true),
            ("name,imagenum1,name,imagenum2\nBo,1,Ann_Lee,2\n", false),
        ] {
            let pairs = try VerificationPairs.open(
                images: folder.url, pairs: try folder.write(text, to: "part.csv").path)
            #expect(pairs.pairs.map(\.same) == [same])
        }
    }

    @Test func namesMayHaveSpacesBetweenSpaces() throws {
        let pairs = try Self.read("1\nZoë X 1 12345\nZoë X 1 Bo 12\n", try Self.folder())
        #expect(
            pairs.images == ["Zoë X/Zoë X_0001.jpg", "Zoë X/Zoë X_12345.jpg", "Bo/Bo_0012.jpg"])
    }

    @Test func findsFilesOfOtherEndingsAndZeros() throws {
        let folder = try TemporaryFolder()
        for path in ["Al/Al_0001.JPG", "Al/Al_2.Jpg", "Al/al_003.jfif", "Al/Al_0004.BMP"] {
            try folder.write("x", to: path)
        }
        let pairs = try Self.read("2 1\nAl 1 2\nAl 1 Al 2\nAl 3 4\nAl 3 Al 4\n", folder)
        #expect(
            pairs.images == ["Al/Al_0001.JPG", "Al/Al_2.Jpg", "Al/al_003.jfif", "Al/Al_0004.BMP"])
    }

    /// A list and a file system may write an accent in different ways.
    @Test func accentsMayBeCharactersOfTheirOwn() throws {
        let folder = try TemporaryFolder()
        for name in ["Zoe\u{308}_0001.jpg", "Zoe\u{308}_0002.jpg"] {
            try folder.write("x", to: "Zoe\u{308}/\(name)")
        }
        let pairs = try Self.read("1\nZo\u{eb} 1 2\nZo\u{eb} 1 Zo\u{eb} 2\n", folder)
        for index in 0..<2 { #expect(try pairs.source.bytes(of: index) == [0x78]) }
    }

    @Test(arguments: [
        ("Al 5 6", "'Al/Al_0005_0.jpg'"), ("Al 7 8", "'Al/Al_007.jpg' and 'Al/Al_07.jpg'"),
        ("bo_b 1 2", "'Bo B'"),
    ])
    func tellsWhatIsThereInstead(pair: String, there: String) throws {
        let folder = try TemporaryFolder()
        for path in ["Al/Al_0005_0.jpg", "Al/Al_07.jpg", "Al/Al_007.jpg", "Bo B/Bo B_0001.jpg"] {
            try folder.write("x", to: path)
        }
        let error = refusal { _ = try Self.read("1\n\(pair)\nAl 1 Al 2\n", folder) }
        #expect(
            error?.description.hasSuffix(", but \(there)") == true, "\(String(describing: error))")
    }
}
