import Foundation
import Testing

@testable import FaceData

/// What `facet data check` finds in test sets of templates and in MegaFace's features.
@Suite struct TemplateChecksTests {
    private static let rows = [
        "gallery\tg0\tAnn\ta1.png", "gallery\tg1\tBob\tb1.png", "probe\tq0\tAnn\ta2.png",
        "probe\tq1\tBob\tb2.png", "unknown\tq2\tCleo\tc1.png",
    ]

    private func folder(_ names: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (index, name) in names.enumerated() {
            try folder.write(
                RGBImage.noise(width: 24, height: 24, seed: UInt64(index + 1)), to: "set/\(name)")
        }
        return folder
    }

    private func check(_ folder: TemporaryFolder, _ rows: [String]) throws -> SetCheck {
        let text = (["role\ttemplate\tperson\timage"] + rows).joined(separator: "\n") + "\n"
        let list = try folder.write(text, to: "own.tsv")
        let set = try #require(
            try TemplateSet.open(
                images: folder.url.appendingPathComponent("set"), pairs: list.path))
        return SetCheck(set, survey: try ImageSurvey(set.source, threads: 2))
    }

    private func items(_ check: SetCheck, _ kind: String) -> [String]? {
        check.diagnostics.first { $0.kind == kind }?.items
    }

    private static let names = ["a1.png", "a2.png", "b1.png", "b2.png", "c1.png"]

    @Test func aSoundProtocolHasNoFindings() throws {
        let check = try check(folder(Self.names), Self.rows)
        #expect(check.diagnostics.isEmpty, "\(check.diagnostics)")
        #expect(check.images == 5 && check.identities == 3)
    }

    @Test func imagesAndSearchesThatAreWrongAreNamed() throws {
        let folder = try folder(Self.names)
        // Ann's probe is her enrolled picture, Bob's two probes are one picture, Cleo's image is damaged.
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 1), to: "set/a2.png")
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 4), to: "set/b3.png")
        try folder.write("no image", to: "set/c1.png")
        let check = try check(folder, Self.rows + ["probe\tq3\tBob\tb3.png"])
        #expect(items(check, "template-without-image") == ["template q2 of 'Cleo'"])
        #expect(
            items(check, "probe-enrolled")
                == ["template q0 of 'Ann' and enrolled template g0 of 'Ann': a2.png"])
        #expect(
            items(check, "probe-repeated") == ["template q3 of 'Bob' and template q1 of 'Bob'"])
        #expect(items(check, "bad-image")?.count == 1)
        #expect(items(check, "duplicate-image")?.count == 2)
        #expect(check.worst == .error)
    }

    @Test func galleriesAreLookedAt() throws {
        let rows = [
            "gallery\tg0\tAnn\ta1.png", "gallery2\tg1\tAnn\tb1.png", "gallery2\tg2\tBob\tb2.png",
            "probe\tq0\tAnn\ta2.png",
        ]
        let check = try check(folder(Self.names), rows)
        #expect(items(check, "several-galleries") == ["Ann"])
        #expect(items(check, "no-unknown-people") == ["gallery 1", "gallery 2"])
    }

    @Test func aPictureOfTwoPeopleIsToldOnce() throws {
        let folder = try folder(Self.names)
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 1), to: "set/b2.png")
        let check = try check(folder, Self.rows)
        #expect(items(check, "duplicate-across") == ["a1.png = b2.png"])
        // Bob's probe shows what is enrolled as Ann.
        #expect(items(check, "probe-enrolled")?.count == 1)
    }

    /// insightface's layout of IJB, four templates of two people.
    @Test func pairsOfTemplatesThatContradictAreNamed() throws {
        let folder = try folder([])
        for index in 1...4 {
            try folder.write(
                RGBImage.noise(width: 120, height: 120, seed: UInt64(index)),
                to: "ijb/loose_crop/\(index).jpg")
        }
        let points = "38.3 51.7 73.5 51.5 56.0 71.7 41.5 92.4 70.7 92.2 0.9"
        func write(_ lines: [String], _ name: String) throws {
            try folder.write(lines.joined(separator: "\n") + "\n", to: "ijb/meta/ijbc_\(name)")
        }
        try write((1...4).map { "\($0).jpg \(points)" }, "name_5pts_score.txt")
        try write((1...4).map { "\($0).jpg \($0) \($0)" }, "face_tid_mid.txt")
        try write(["1,7", "3,8"], "1N_gallery_G1.csv")
        try write(["2,7", "4,8"], "1N_probe_mixed.csv")
        try write(
            ["1 2 1", "1 3 0", "3 1 0", "2 4 1", "3 3 1", "4 1 0", "1 4 1"],
            "template_pair_label.txt")
        let ijb = folder.url.appendingPathComponent("ijb")
        #expect(TemplateSet.isTestSet(ijb))
        #expect(!TemplateSet.isTestSet(folder.url.appendingPathComponent("set")))
        let set = try #require(try TemplateSet.open(images: ijb, pairs: ""))
        let check = SetCheck(set, survey: try ImageSurvey(set.source, threads: 1))
        #expect(items(check, "pair-repeated")?.count == 1)
        #expect(
            items(check, "pair-contradiction")
                == ["template 1 of '7' and template 4 of '8', labelled one person"])
        #expect(
            items(check, "pair-of-other-people") == [
                "template 2 of '7' and template 4 of '8', labelled one person",
                "template 1 of '7' and template 4 of '8', labelled one person",
            ])
        #expect(items(check, "pair-with-itself")?.count == 1)
        try write(["1 2 1", "3 4 1"], "template_pair_label.txt")
        let one = try #require(try TemplateSet.open(images: ijb, pairs: ""))
        let ofOneKind = SetCheck(one, survey: try ImageSurvey(one.source, threads: 1))
        #expect(items(ofOneKind, "pairs-of-one-kind") == [])
    }

    // MARK: MegaFace

    private func megaFace(_ folder: TemporaryFolder, noise: String = "") throws {
        try folder.write(
            "fs/Ann/1.png\nfs/Ann/2.png\nfs/Bob/3.png\nfs/Ann/1.png\n", to: "lists/facescrub_lst")
        try folder.write("mf/0/1/a.jpg\nmf/0/1/b.jpg\nmf/0/2/c.jpg\n", to: "lists/megaface_lst")
        try folder.write(noise, to: "lists/megaface_noises.txt")
    }

    @Test func allThatIsWrongWithFeaturesIsNamed() throws {
        let folder = try TemporaryFolder()
        try megaFace(folder, noise: "0/9/z.jpg\n")
        func feature(_ values: [Float], _ path: String) throws {
            try folder.write(MegaFaceFile.bytes(values), to: "out/\(path)_insightface.bin")
        }
        try feature([1, 0], "facescrub/Ann/1.png")
        try feature([1, 0, 0], "facescrub/Ann/2.png")
        try feature([0, 0], "facescrub/Bob/3.png")
        try feature([1, 1], "megaface/0/1/a.jpg")
        try folder.write("rubbish", to: "out/megaface/0/1/b.jpg_insightface.bin")
        let lists = folder.url.appendingPathComponent("lists")
        let features = folder.url.appendingPathComponent("out")
        #expect(MegaFaceLists.isPair(features: features, lists: lists.path))
        #expect(!MegaFaceLists.isPair(features: features, lists: features.path))
        var told: [Int] = []
        let check = try MegaFaceCheck(features: features, lists: lists) { done, _ in
            told.append(done)
        }
        #expect(check.probes == 4 && check.people == 2 && check.distractors == 3)
        let kinds = Dictionary(
            uniqueKeysWithValues: check.diagnostics.map { ($0.kind, $0.items) })
        #expect(
            kinds["missing-feature"]?.map { $0.hasSuffix("megaface/0/2/c.jpg_insightface.bin") }
                == [true])
        #expect(kinds["damaged-feature"]?.count == 1)
        #expect(kinds["feature-length"] == ["2 numbers: 4 files", "3 numbers: 1 file"])
        #expect(kinds["zero-feature"]?.count == 1)
        #expect(kinds["listed-twice"] == ["facescrub/Ann/1.png"])
        #expect(kinds["unknown-noise"] == ["0/9/z.jpg"])
        #expect(kinds["lone-probe"] == ["Bob"])
        #expect(check.worst == .error && told.last == 7)
    }

    @Test func megaFaceImagesAreFoundByTheirLists() throws {
        let folder = try TemporaryFolder()
        try megaFace(folder, noise: "0/2/c.jpg\n")
        let lists = folder.url.appendingPathComponent("lists").path
        try folder.write("x", to: "images/facescrub_images/Ann/1.png")
        let images = folder.url.appendingPathComponent("images")
        let error = refusal { _ = try MegaFaceImages.open(images: images, lists: lists) }
        #expect(error?.description.contains("no folder 'megaface' or 'megaface_images'") == true)
        try folder.write("y", to: "images/megaface/0/1/a.jpg")
        let found = try #require(try MegaFaceImages.open(images: images, lists: lists))
        #expect(found.people == ["Ann", "Ann", "Bob", "Ann"])
        #expect(
            (0..<found.source.count).map(found.source.name(of:)) == [
                "facescrub_images/Ann/1.png", "facescrub_images/Ann/2.png",
                "facescrub_images/Bob/3.png", "facescrub_images/Ann/1.png", "megaface/0/1/a.jpg",
                "megaface/0/1/b.jpg",
            ])
        #expect(found.noisy == (0, 1))
        #expect(try MegaFaceImages.open(images: images, lists: "") == nil)
        #expect(found.hasImages && found.unpaired.people == ["Ann", "Bob"])
        // A folder of features has the same folders.
        try folder.write("z", to: "features/facescrub/Ann/1.png_insightface.bin")
        try folder.write("z", to: "features/megaface/0/1/a.jpg_insightface.bin")
        let features = try #require(
            try MegaFaceImages.open(
                images: folder.url.appendingPathComponent("features"), lists: lists))
        #expect(!features.hasImages)
    }

    @Test func whatIsWrongWithMegaFacesImagesIsNamed() throws {
        let folder = try folder(["Ann/1.png", "Ann/2.png", "Bob/3.png"])
        try megaFace(folder, noise: "0/9/z.jpg\n")
        let images = folder.url.appendingPathComponent("images")
        for (from, to) in [
            ("set/Ann/1.png", "facescrub/Ann/1.png"), ("set/Ann/2.png", "facescrub/Ann/2.png"),
            ("set/Bob/3.png", "facescrub/Bob/3.png"), ("set/Ann/2.png", "megaface/0/1/a.jpg"),
        ] {
            let target = images.appendingPathComponent(to)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: folder.url.appendingPathComponent(from), to: target)
        }
        try folder.write("rubbish", to: "images/megaface/0/1/b.jpg")
        let lists = folder.url.appendingPathComponent("lists").path
        let set = try #require(try MegaFaceImages.open(images: images, lists: lists))
        let check = SetCheck(set, survey: try ImageSurvey(set.source, threads: 1))
        #expect(check.images == 7 && check.identities == 2 && check.worst == .error)
        #expect(
            items(check, "probe-among-distractors") == [
                "facescrub/Ann/2.png = megaface/0/1/a.jpg"
            ])
        #expect(items(check, "listed-twice") == ["facescrub/Ann/1.png"])
        #expect(items(check, "unknown-noise") == ["0/9/z.jpg"])
        #expect(items(check, "lone-probe") == ["Bob"])
        let undecodable = check.diagnostics.filter { $0.severity == .error }.flatMap(\.items)
        #expect(undecodable.contains { $0.contains("megaface/0/1/b.jpg") })
        #expect(undecodable.contains { $0.contains("megaface/0/2/c.jpg") })
    }

    // MARK: Images that fail

    @Test func imagesThatFailAreGreyAndNamed() throws {
        let folder = try folder(["a.png", "b.png"])
        try folder.write("no image", to: "set/bad.png")
        let files = ImageFiles(
            ["a.png", "bad.png", "gone.png", "b.png"], in: folder.url.appendingPathComponent("set"))
        let images = TolerantImages(files)
        #expect(try images.image(0) == files.image(0))
        #expect(try images.image(1).pixels.allSatisfy { $0 == 128 })
        #expect(try images.image(2).width == 112)
        // Files are decoded once: the reader gets pixels.
        let last = try files.image(3)
        let header = Array("P6 \(last.width) \(last.height) 255\n".utf8)
        #expect(try images.bytes(of: 3) == header + last.pixels)
        #expect(images.failures.keys.sorted() == [1, 2])
        #expect(images.count == 4 && images.name(of: 1) == "bad.png")
        for index in [1, 2] {
            guard case .badImage = images.failures[index] else {
                Issue.record("\(images.failures)")
                return
            }
        }
        #expect(images.failures[2]?.description.contains("there is no such file") == true)
    }

    @Test func howImagesAreMadeIsPartOfWhatTheyAre() throws {
        let files = ImageFiles(["a.png"], in: URL(fileURLWithPath: "x"))
        func made(_ shift: Double) -> String {
            let points = FacePoints.template(side: 112).points.map {
                FacePoints.Point($0.x + shift, $0.y)
            }
            return AlignedImages(files, points: [FacePoints(points)].compactMap { $0 }).making
        }
        #expect(files.making.isEmpty)
        #expect(made(0) == made(0) && made(0) != made(0.001))
        let aligned = AlignedImages(files, points: [FacePoints.template(side: 112)])
        #expect(SelectedImages([0], of: aligned).making == aligned.making)
        #expect(TolerantImages(aligned).making == aligned.making)
    }
}
