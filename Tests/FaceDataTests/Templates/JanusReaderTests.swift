import FaceData
import Foundation
import Testing

@Suite struct JanusReaderTests {
    private static let points = "38 51 73 51 56 71 41 92 70 92"

    /// Two templates of Ann and one of Bob, with what a test changes.
    private func write(
        _ folder: TemporaryFolder, changing changes: [String: String] = [:]
    ) throws {
        let files = [
            "ijbb_face_tid_mid.txt": "1.jpg 5 1\n2.jpg 5 1\n3.jpg 8 2\n4.jpg 9 3\n",
            "ijbb_name_5pts_score.txt": (1...4).map { "\($0).jpg \(Self.points) 0.9\n" }.joined(),
            "ijbb_template_pair_label.txt": "5 8 1\n5 9 0\n",
            "ijbb_1N_gallery_S1.csv": "TEMPLATE_ID,SUBJECT_ID,FILENAME\n5,1,a\n5,1,b\n",
            "ijbb_1N_gallery_S2.csv": "TEMPLATE_ID,SUBJECT_ID\n9,2\n",
            "ijbb_1N_probe_mixed.csv": "TEMPLATE_ID,SUBJECT_ID\n8,1\n",
        ]
        for (name, text) in files { try folder.write(changes[name] ?? text, to: "meta/\(name)") }
        for image in 1...4 {
            try folder.write(
                RGBImage.noise(width: 120, height: 120, seed: UInt64(image)),
                to: "loose_crop/\(image).jpg")
        }
    }

    private func read(_ folder: TemporaryFolder) throws -> TemplateSet {
        try #require(try TemplateSet.open(images: folder.url, pairs: ""))
    }

    @Test func readsListsAndAlignsImages() throws {
        let folder = try TemporaryFolder()
        try write(folder)
        let set = try read(folder)
        #expect(set.templates.map(\.name) == ["5", "8", "9"])
        #expect(set.templates.map(\.members.count) == [2, 1, 1])
        #expect(set.templates[0].members.map(\.medium) == [1, 1])
        #expect(set.templates.map(\.person) == [0, 0, 1])
        #expect(set.pairs.first == [0, 0])
        #expect(set.pairs.second == [1, 2])
        #expect(set.pairs.same == [true, false])
        #expect(set.galleries.map(\.templates) == [[0], [2]])
        #expect(set.probes == [1])
        #expect(set.detectorScores == [0.9, 0.9, 0.9, 0.9])
        let face = try set.source.image(0)
        let points = try #require(
            FacePoints(
                [(38, 51), (73, 51), (56, 71), (41, 92), (70, 92)].map { .init($0.0, $0.1) }))
        let picture = try ImageDecoder().decode(
            [UInt8](Data(contentsOf: folder.url.appendingPathComponent("loose_crop/1.jpg"))),
            path: "1.jpg")
        #expect(face == FaceAlignment().align(picture, points))
    }

    @Test(arguments: [
        (
            "ijbb_face_tid_mid.txt", "1.jpg 5\n", 1,
            "it must be an image and the numbers of its template and medium"
        ),
        (
            "ijbb_face_tid_mid.txt", "1.jpg 5 1\n7.jpg 5 1\n", 2,
            "the image '7.jpg' has no line in the list of landmarks"
        ),
        (
            "ijbb_name_5pts_score.txt", "1.jpg 1 2 3 4 5 6 7 8 9 nan 0.5\n", 1,
            "it must be an image, x and y of five points, and the detector's confidence: 12 fields, not 12 of which some are no numbers"
        ),
        (
            "ijbb_name_5pts_score.txt", "1.jpg 1 2 3\n", 1,
            "it must be an image, x and y of five points, and the detector's confidence: 12 fields, not 4"
        ),
        (
            "ijbb_name_5pts_score.txt", "1.jpg 1 2 3 4 5 6 7 8 9 10 inf\n", 1,
            "the detector's confidence 'inf' is not a number from 0 up"
        ),
        (
            "ijbb_name_5pts_score.txt",
            "1.jpg 1 2 3 4 5 6 7 8 9 1 1\n1.jpg 1 2 3 4 5 6 7 8 9 1 1\n", 2,
            "the image '1.jpg' has points already, as number 1 of the list"
        ),
        (
            "ijbb_template_pair_label.txt", "5 8 1\n5 7 0\n", 2,
            "the template 7 has no image in the list of templates and media"
        ),
        (
            "ijbb_template_pair_label.txt", "5 8 2\n", 1,
            "it must be the numbers of two templates, and 1 for one person or 0 for two"
        ),
        (
            "ijbb_template_pair_label.txt", "5 8", 1,
            "it must be the numbers of two templates, and 1 for one person or 0 for two"
        ),
        (
            "ijbb_template_pair_label.txt", "5 8 1\n99999999999999999 8 1\n", 2,
            "it must be the numbers of two templates, and 1 for one person or 0 for two"
        ),
        (
            "ijbb_1N_gallery_S1.csv", "TEMPLATE_ID,SUBJECT_ID\n5,1\n8,1\n", 3,
            "the person 1 is in the gallery already, in line 2"
        ),
        (
            "ijbb_1N_gallery_S1.csv", "TEMPLATE_ID,SUBJECT_ID\n4,1\n", 2,
            "the template 4 has no image in the list of templates and media"
        ),
        (
            "ijbb_1N_gallery_S2.csv", "TEMPLATE_ID,SUBJECT_ID\n5,2\n", 2,
            "the template 5 belongs to another person elsewhere"
        ),
        (
            "ijbb_1N_probe_mixed.csv", "TEMPLATE_ID,SUBJECT_ID\nx,2\n", 2,
            "it must begin with the numbers of a template and its person"
        ),
    ])
    func saysWhatIsWrongAndWhere(file: String, text: String, line: Int, reason: String) throws {
        let folder = try TemporaryFolder()
        try write(folder, changing: [file: text])
        let error = refusal { _ = try read(folder) }
        #expect(error == .line(path: folder.url.path + "/meta/\(file)", line: line, reason: reason))
    }

    @Test func aTemplateOnBothSidesIsRefused() throws {
        let folder = try TemporaryFolder()
        try write(folder, changing: ["ijbb_1N_probe_mixed.csv": "TEMPLATE_ID,SUBJECT_ID\n5,1\n"])
        let error = refusal { _ = try read(folder) }
        #expect(error?.description.contains("the template 5 is a probe and in a gallery") == true)
    }

    @Test func missingListsAreNamed() throws {
        let folder = try TemporaryFolder()
        try write(folder)
        try FileManager.default.removeItem(
            at: folder.url.appendingPathComponent("meta/ijbb_name_5pts_score.txt"))
        #expect(
            refusal { _ = try read(folder) }?.description.contains("ijbb_name_5pts_score.txt")
                == true)
    }

    @Test func tinyFaceIsReadByItsNames() throws {
        let folder = try TemporaryFolder()
        for name in [
            "Gallery_Match/1_1.jpg", "Gallery_Match/2_1.jpg", "Gallery_Distractor/x.jpg",
            "Probe/1_2.jpg",
        ] {
            try folder.write("x", to: "Testing_Set/\(name)")
        }
        let set = try read(folder)
        #expect(
            set.galleries[0].templates.map { set.templates[$0].name } == [
                "Gallery_Match/1_1.jpg", "Gallery_Match/2_1.jpg", "Gallery_Distractor/x.jpg",
            ])
        #expect(set.templates[3].person == set.templates[0].person)
        try folder.write("x", to: "Testing_Set/Probe/ann.jpg")
        #expect(
            refusal { _ = try read(folder) }?.description.contains(
                "does not begin with a person's number") == true)
    }

    @Test(arguments: [
        (
            "name,age\na,1\n", 1,
            "the columns must be 'person' or 'image', and attributes of different names"
        ),
        // Quotation marks alone are no column.
        (
            "\"\nperson,age\n", 1,
            "the columns must be 'person' or 'image', and attributes of different names"
        ),
        ("person,age\nAnn,1,2\n", 2, "it has 3 columns, not 2"),
        ("person,age\nAnn,1\nAnn,2\n", 3, "'Ann' is listed twice"),
    ])
    func attributesAreChecked(text: String, line: Int, reason: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "attributes.csv")
        #expect(
            refusal { _ = try AttributeTable.read(file) }
                == .line(path: file.path, line: line, reason: reason))
    }

    @Test func attributesOfUnknownPeopleAreTold() throws {
        let folder = try TemporaryFolder()
        try write(folder)
        let file = try folder.write("person,\"age, years\"\n1,20\n7,30\n", to: "attributes.csv")
        let table = try AttributeTable.read(file)
        let set = try read(folder)
        #expect(table.attributes == ["age, years"])
        #expect(table.groups(of: set, 0) == ["20", "20", nil])
        #expect(table.warnings(for: set).first?.hasPrefix("1 person of ") == true)
        let other = try AttributeTable.read(try folder.write("person,age\nX,1\n", to: "b.csv"))
        #expect(other.groups(of: set, 0) == [nil, nil, nil])
        #expect(
            other.warnings(for: set).last?.contains(
                "has no value of it for a person of the test set, such as '1'") == true)
        // Images of one template that are of several groups.
        let lines = set.templates[0].members.map { "\(set.images[$0.image]),\($0.image)\n" }
        let mixed = try AttributeTable.read(
            try folder.write("image,age\n\(lines.joined())", to: "c.csv"))
        #expect(mixed.groups(of: set, 0) == [nil, nil, nil])
        #expect(
            mixed.warnings(for: set).last?.contains("for the images of each template") == true)
    }
}
