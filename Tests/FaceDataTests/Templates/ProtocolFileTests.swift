import FaceData
import Foundation
import Testing

@Suite struct ProtocolFileTests {
    private static let head = "role\ttemplate\tperson\timage\n"

    private func read(_ text: String, _ folder: TemporaryFolder) throws -> TemplateSet {
        let file = try folder.write(text, to: "identification.tsv")
        _ = file
        return try #require(try TemplateSet.open(images: folder.url, pairs: ""))
    }

    @Test func rolesBecomeGalleriesAndProbes() throws {
        let set = try read(
            Self.head + """
                gallery\tg1\tAnn\tAnn/1.jpg
                gallery\tg1\tAnn\tAnn/2.jpg
                gallery2\tg2\tBob\tBob/1.jpg
                distractor\td\tDan\tDan/1.jpg
                probe\tp1\tAnn\tAnn/3.jpg
                unknown\tp2\tEve\tEve/1.jpg

                """, try TemporaryFolder())
        #expect(
            set.galleries.map { $0.templates.map { set.templates[$0].name } } == [
                ["g1", "d"], ["g2", "d"],
            ])
        #expect(set.probes.map { set.templates[$0].name } == ["p1", "p2"])
        #expect(set.templates[0].members.map(\.image) == [0, 1])
        #expect(
            set.images == [
                "Ann/1.jpg", "Ann/2.jpg", "Bob/1.jpg", "Dan/1.jpg", "Ann/3.jpg", "Eve/1.jpg",
            ])
    }

    @Test(arguments: [
        ("gallery\tg\tAnn\n", 2, "it has 3 fields, not 4"),
        (
            "galery\tg\tAnn\ta\n", 2,
            "the role 'galery' must be gallery, gallery2 to gallery16, probe, unknown or distractor"
        ),
        (
            "gallery\tg\tAnn\ta\nprobe\tg\tAnn\tb\n", 3,
            "the template 'g' has another role in line 2"
        ),
        (
            "gallery\tg\tAnn\ta\ngallery\tg\tBob\tb\n", 3,
            "the template 'g' has another person in line 2"
        ),
        (
            "gallery\tg\tAnn\ta\ngallery\tg\tAnn\ta\n", 3,
            "the image 'a' is in the template 'g' twice"
        ),
        (
            "gallery\tg\tAnn\ta\ngallery\th\tAnn\tb\nprobe\tp\tAnn\tc\n", 3,
            "'Ann' is in the gallery already, in line 2; give both lines the same template"
        ),
        (
            "gallery\tg\tAnn\ta\nunknown\tp\tAnn\tb\n", 3,
            "'Ann' is declared unknown but is in the gallery, in line 2"
        ),
        (
            "gallery\tg\tAnn\ta\nprobe\tp\tBob\tb\n", 3,
            "'Bob' is in no gallery; the role of such a probe is 'unknown'"
        ),
        (
            "gallery\tg\tAnn\ta\ndistractor\td\tAnn\tb\nprobe\tp\tAnn\tc\n", 3,
            "the distractor 'Ann' is in the gallery, in line 2"
        ),
        (
            "gallery\tg\tAnn\ta\nprobe\tp\tAnn\tb\nprobe\tq\tAnn\tb\n", 4,
            "the probe 'q' has the images of the one in line 3"
        ),
        ("gallery\tg\tAnn\ta\nprobe\tp\tAnn\ta\n", 3, "the image 'a' is also enrolled, in line 2"),
    ])
    func saysWhatIsWrongAndWhere(lines: String, line: Int, reason: String) throws {
        let folder = try TemporaryFolder()
        let error = refusal { _ = try read(Self.head + lines, folder) }
        let path = folder.url.appendingPathComponent("identification.tsv").path
        #expect(error == .line(path: path, line: line, reason: reason))
    }

    @Test func listsWithoutProbesOrGalleriesAreRefused() throws {
        let folder = try TemporaryFolder()
        #expect(
            refusal { _ = try read(Self.head + "gallery\tg\tAnn\ta\n", folder) }?.description
                .contains("no probe") == true)
        #expect(
            refusal { _ = try read(Self.head + "gallery2\tg\tAnn\ta\nprobe\tp\tAnn\tb\n", folder) }?
                .description.contains("gallery 1 has no template") == true)
    }

    /// A folder of ten people with four empty files each.
    private func people(_ folder: TemporaryFolder, alone: Int = 0) throws -> LabelledImageSet {
        for person in 0..<10 {
            for image in 0..<(person < alone ? 1 : 4) {
                try folder.write("x", to: "P\(person)/\(image).jpg")
            }
        }
        return try LabelledImageSet.open(folder.url.path)
    }

    @Test func drawsWhatIsAskedForAndReadsItBack() throws {
        let folder = try TemporaryFolder()
        let draw = IdentificationDraw(enrolled: 2, probes: 5, unknownFraction: 0.3, distractors: 2)
        let drawn = try draw.protocolSet(of: try people(folder))
        #expect(drawn.galleries[0].templates.count == 7)
        #expect(drawn.probes.count == 5 * 2 + 3 * 4)
        let text = ProtocolFile.text(of: drawn)
        #expect(text == ProtocolFile.text(of: try draw.protocolSet(of: try people(folder))))
        let back = try read(text, folder)
        #expect(back.probes.count == drawn.probes.count)
        #expect(back.galleries[0].templates.count == 7)
        #expect(text.split(separator: "\n").count { $0.hasPrefix("unknown") } == 12)
        #expect(text.split(separator: "\n").count { $0.hasPrefix("distractor") } == 4)
        var other = draw
        other.seed = 2
        #expect(ProtocolFile.text(of: try other.protocolSet(of: try people(folder))) != text)
    }

    @Test func whoCannotBeEnrolledIsUnknownFirst() throws {
        let folder = try TemporaryFolder()
        let set = try people(folder, alone: 3)
        let drawn = try IdentificationDraw(unknownFraction: 0.3).protocolSet(of: set)
        let enrolled = Set(drawn.galleries[0].templates.compactMap { drawn.templates[$0].person })
        #expect(enrolled.count == 7)
        let draw = IdentificationDraw(enrolled: 4)
        #expect(
            refusal { _ = try draw.protocolSet(of: set) }?.description.contains(
                "only 0 have more than 4 images") == true)
    }
}

extension ProtocolFileTests {
    @Test func galleriesHavePeopleOfTheirOwn() throws {
        let folder = try TemporaryFolder()
        for person in 0..<12 {
            for image in 0..<7 { try folder.write("x", to: "P\(person)/\(image).jpg") }
        }
        let draw = IdentificationDraw(
            enrolled: 2, probes: 3, probeImages: 3, galleries: 2, unknownFraction: 0.25,
            distractors: 1
        )
        let drawn = try draw.protocolSet(of: try LabelledImageSet.open(folder.url.path))
        try folder.write(ProtocolFile.text(of: drawn), to: "identification.tsv")
        let set = try #require(try TemplateSet.open(images: folder.url, pairs: ""))
        #expect(set.galleries.map(\.templates.count) == [5, 5])
        let people = set.galleries.map { Set($0.templates.map { set.templates[$0].person }) }
        // The distractor alone is in both.
        #expect(people[0].intersection(people[1]).count == 1)
        // Of five images left, three probes of one, two and two; seven of somebody unknown.
        #expect(set.probes.map { set.templates[$0].members.count }.prefix(3) == [1, 2, 2])
        #expect(set.probes.count == 8 * 3 + 3 * 3)
    }
}
