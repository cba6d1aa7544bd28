import FaceData
import Foundation
import Testing

@Suite struct CelebRowsTests {
    private static func row(_ person: String, _ rank: Int, _ face: Int, _ image: String) -> String {
        [
            person, "\(rank)", "http://a/b.jpg", "http://a", "FaceId-\(face)", "AAAAAAAAAAAAAAAA",
            Data(image.utf8).base64EncodedString(),
        ].joined(separator: "\t")
    }

    private static let rows = [
        row("m.b", 3, 0, "b3"), row("m.a_1", 25, 0, "a25"), row("m.b", 1, 1, "b1"),
        row("m.a_1", 7, 2, "a7 and more"),
    ]

    private static func file(_ folder: TemporaryFolder, _ rows: [String] = rows) throws -> URL {
        try folder.write(rows.joined(separator: "\n") + "\n", to: "Faces.tsv")
    }

    @Test func readsAllRowsByPerson() throws {
        let folder = try TemporaryFolder()
        let set = try LabelledImageSet.open(try Self.file(folder).path)
        #expect(set.identities == ["m.b", "m.a_1"])
        #expect(
            set.names == [
                "m.b/3-FaceId-0.jpg", "m.b/1-FaceId-1.jpg", "m.a_1/25-FaceId-0.jpg",
                "m.a_1/7-FaceId-2.jpg",
            ])
        #expect(set.labels == [0, 0, 1, 1])
        let texts = try (0..<4).map {
            String(decoding: try set.source.bytes(of: $0), as: UTF8.self)
        }
        #expect(texts == ["b3", "b1", "a25", "a7 and more"])
    }

    @Test func readsThumbnails() throws {
        let folder = try TemporaryFolder()
        let row = ["m.x", "A Name", "4", "u", "p", Data("x".utf8).base64EncodedString()]
        let set = try LabelledImageSet.open(
            try Self.file(folder, [row.joined(separator: "\t")]).path)
        #expect(set.names == ["m.x/4.jpg"])
    }

    @Test(arguments: [
        "m.a_1/25-FaceId-0.jpg 5\nm.b/1-FaceId-1_align.jpg 9\n",
        "5 m.a_1\\25-FaceId-0.jpg\n9 m.b/1-FaceId-1.jpg",
        "5/m.a_1_25-FaceId-0.jpg\n9/m.b_1-FaceId-1.png\n",
        "x/5/m.a_1_25-FaceId-0.jpg,5\nm.b/1-FaceId-1.jpg,9",
    ])
    func aListSelectsRows(list: String) throws {
        let folder = try TemporaryFolder()
        let names = try folder.write(list, to: "clean list.txt")
        let set = try LabelledImageSet.open("\(try Self.file(folder).path),\(names.path)")
        #expect(set.identities == ["5", "9"])
        #expect(set.names == ["m.a_1/25-FaceId-0.jpg", "m.b/1-FaceId-1.jpg"])
        #expect(set.labels == [0, 1])
        #expect(set.warnings.isEmpty)
    }

    @Test func tellsWhatTheFileLacks() throws {
        let folder = try TemporaryFolder()
        let names = try folder.write(
            "m.b/3-FaceId-0.jpg 1\nm.b/4-FaceId-0.jpg 2\n", to: "list.txt")
        let set = try LabelledImageSet.open("\(try Self.file(folder).path),\(names.path)")
        #expect(set.identities == ["1"])
        #expect(set.warnings == ["1 of 2 images of the list is not in the file"])
        let others = try folder.write("m.c/3-FaceId-0.jpg 1\n", to: "others.txt")
        #expect(
            refusal {
                _ = try LabelledImageSet.open("\(try Self.file(folder).path),\(others.path)")
            }?.description.contains("of its 1 image none is in the file") == true)
    }

    @Test func refusesOtherRows() throws {
        let folder = try TemporaryFolder()
        for bad in [
            "a\tb", "m.a\tx\tu\tp\tFaceId-0\tr\tAAAA", "m.a\t1\tu\tp\tFace\tr\tAAAA",
            "\t1\tu\tp\tFaceId-0\tr\tAAAA",
        ] {
            let file = try Self.file(folder, [Self.rows[0], bad])
            let error = refusal { _ = try LabelledImageSet.open(file.path) }
            guard case .line(_, 2, _) = error else {
                Issue.record("\(bad): \(String(describing: error))")
                continue
            }
        }
        let file = try Self.file(folder, ["m.a\t1\tu\tp\tFaceId-0\tr\tAA!A"])
        let set = try LabelledImageSet.open(file.path)
        #expect(
            refusal { _ = try set.source.bytes(of: 0) }?.description.contains("not in base64")
                == true)
    }

    @Test func decodesBase64AsFoundationDoes() throws {
        let folder = try TemporaryFolder()
        let texts = (1...70).map { n in
            String((0..<n).map { Character(Unicode.Scalar(32 + UInt8(($0 * 7 + n) % 90))) })
        }
        let rows = texts.enumerated().map { Self.row("m.a", $0, 0, $1) }
        let set = try LabelledImageSet.open(try Self.file(folder, rows).path)
        for (index, text) in texts.enumerated() {
            #expect(String(decoding: try set.source.bytes(of: index), as: UTF8.self) == text)
        }
    }
}
