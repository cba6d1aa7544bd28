import FaceData
import Foundation
import Testing

@Suite struct SetCheckTests {
    private static func check(
        _ folder: TemporaryFolder, against testSets: [SetCheck.TestSet] = []
    ) throws -> SetCheck {
        let set = try ImageCollection.open(
            folder.url.appendingPathComponent("set").path)
        let survey = try ImageSurvey(set.source, threads: 2)
        return try SetCheck(set, survey: survey, against: testSets)
    }

    private static func kinds(_ check: SetCheck) -> [String] { check.diagnostics.map(\.kind) }

    private static func clean(_ folder: TemporaryFolder) throws {
        for person in 0..<3 {
            for image in 0..<2 {
                try folder.write(
                    RGBImage.noise(width: 24, height: 24, seed: UInt64(10 * person + image)),
                    to: "set/p\(person)/\(image).png")
            }
        }
    }

    @Test func findsNothingWhereNothingIs() throws {
        let folder = try TemporaryFolder()
        try Self.clean(folder)
        let check = try Self.check(folder)
        #expect(check.diagnostics.isEmpty && check.worst == nil)
        #expect(check.images == 6 && check.identities == 3 && check.sizes == ["24x24": 6])
    }

    @Test func findsWhatIsWrong() throws {
        let folder = try TemporaryFolder()
        try Self.clean(folder)
        try folder.write("<html>", to: "set/p0/bad.jpg")
        try folder.write(RGBImage.noise(width: 9, height: 24, seed: 77), to: "set/p1/wide.png")
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 0), to: "set/p0/copy.png")
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 10), to: "set/P_2/copy.png")
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 99), to: "set/P 2/x.png")
        try folder.write("x", to: "set/empty/notes.txt")
        let check = try Self.check(folder)
        #expect(
            Set(Self.kinds(check)) == [
                "bad-image", "files", "size", "duplicate-image", "duplicate-across", "single-image",
                "duplicate-identity", "stray-file",
            ])
        #expect(check.worst == .error && check.diagnostics.first?.kind == "bad-image")
        func items(_ kind: String) -> [String]? {
            check.diagnostics.first { $0.kind == kind }?.items
        }
        #expect(items("duplicate-image") == ["p0/0.png = p0/copy.png"])
        #expect(items("duplicate-across") == ["P_2/copy.png = p1/0.png"])
        #expect(items("size") == ["p1/wide.png"])
        #expect(items("single-image") == ["P 2", "P_2"])
        #expect(items("stray-file") == ["empty/notes.txt"])
    }

    @Test func filesThatAreNoImagesOfIdentitiesAreTold() throws {
        let folder = try TemporaryFolder()
        try Self.clean(folder)
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 5), to: "set/loose.png")
        try folder.write("a 1 2", to: "set/pairs.txt")
        try folder.write("x", to: "set/readme.md")
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 6), to: "set/p1/more/x.png")
        let diagnostics = try Self.check(folder).diagnostics
        #expect(diagnostics.map(\.kind) == ["stray-file"])
        #expect(
            diagnostics[0].message
                == "3 files were passed over: 1 .md, 1 image in a sub-folder of an identity, "
                + "1 image outside of identity folders")
        #expect(diagnostics[0].severity == .warning)
        #expect(diagnostics[0].items == ["loose.png", "p1/more/x.png", "readme.md"])
    }

    @Test func findsTheSamePictureCompressedAnew() throws {
        let folder = try TemporaryFolder()
        let face = PictureIndexTests.picture(1)
        try folder.write(ImageEncoder.jpeg(face, quality: 95), to: "set/a/1.jpg")
        try folder.write(ImageEncoder.jpeg(face, quality: 60), to: "set/b/1.jpg")
        #expect(Self.kinds(try Self.check(folder)).contains("duplicate-across"))
    }

    @Test func exchangedColoursAreSuspicious() throws {
        let folder = try TemporaryFolder()
        for index in 0..<4 {
            try folder.write(
                RGBImage.plain(width: 24, height: 24, 90, 120, 180),
                to: "set/\(index % 2)/\(index).png")
        }
        #expect(Self.kinds(try Self.check(folder)) == ["colour-order"])
    }

    @Test func aPictureUnderTwoNamesOfATestSetIsTold() throws {
        let folder = try TemporaryFolder()
        for (seed, path) in [(1, "Ann/1"), (1, "Bob/1"), (2, "Bob/2")] as [(UInt64, String)] {
            try folder.write(
                RGBImage.noise(width: 24, height: 24, seed: seed), to: "set/\(path).png")
        }
        let list = try folder.write("Ann/1.png Bob/1.png 0\nBob/1.png Bob/2.png 1\n", to: "l")
        let set = try ImageCollection.open(
            folder.url.appendingPathComponent("set").path + "," + list.path)
        let check = try SetCheck(set, survey: try ImageSurvey(set.source, threads: 1))
        let diagnostic = try #require(check.diagnostics.first { $0.kind == "duplicate-across" })
        #expect(diagnostic.items == ["Ann/1.png = Bob/1.png"])
    }

    @Test func aSetThatTeachesNothingIsTold() throws {
        let folder = try TemporaryFolder()
        for image in 0..<3 {
            try folder.write(
                RGBImage.noise(width: 24, height: 24, seed: UInt64(image)), to: "set/a/\(image).png"
            )
        }
        let one = try Self.check(folder)
        #expect(Self.kinds(one) == ["one-identity"] && one.worst == .error)
        #expect(one.diagnostics[0].message.contains("it has only one identity"))
        let other = try TemporaryFolder()
        for person in 0..<3 {
            try other.write(
                RGBImage.noise(width: 24, height: 24, seed: UInt64(person)),
                to: "set/\(person)/1.png")
        }
        let single = try Self.check(other)
        #expect(Set(Self.kinds(single)) == ["no-pairs", "single-image"])
        #expect(single.worst == .warning)
    }

    @Test func peopleAndPicturesOfATestSetAreTold() throws {
        let folder = try TemporaryFolder()
        try Self.clean(folder)
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 20), to: "test/q/1.png")
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 500), to: "test/P0/1.png")
        let list = try folder.write("q/1.png P0/1.png 0\n", to: "pairs")
        let pairs = try VerificationPairs.open(
            images: folder.url.appendingPathComponent("test"), pairs: list.path)
        let check = try Self.check(
            folder, against: [try SetCheck.TestSet(name: "probe", pairs: pairs, threads: 1)])
        #expect(check.removals == ["p0", "p2"])
        #expect(Self.kinds(check).prefix(2) == ["overlap-name", "overlap-picture"])
    }

    @Test func knownPacksAreCounted() throws {
        let casia = try #require(KnownPack.named("CASIA-WebFace"))
        #expect(casia.difference(images: 490_623, identities: 10_572) == nil)
        let text = try #require(casia.difference(images: 494_414, identities: 10_575))
        #expect(text.contains("10,575 (+3) and 494,414 (+3,791)"), "\(text)")
        #expect(KnownPack.named("mine") == nil)
    }

    @Test func statisticsCount() throws {
        let folder = try TemporaryFolder()
        try Self.clean(folder)
        try folder.write(
            ImageEncoder.jpeg(.noise(width: 9, height: 9), quality: 80), to: "set/p0/z.jpg")
        let set = try ImageCollection.open(folder.url.appendingPathComponent("set").path)
        let statistics = try SetStatistics(set, threads: 2)
        #expect(statistics.images == 7 && statistics.identities == 3)
        #expect(statistics.kinds == ["png": 6, "jpeg": 1])
        #expect(statistics.imagesEach == [2, 2, 3])
        #expect(statistics.histogram?["2-4"] == 3)
        #expect(statistics.smallest <= statistics.largest && statistics.bytes > 0)
    }

    @Test func howNamesWereMatchedIsTold() throws {
        let folder = try TemporaryFolder()
        try Self.clean(folder)
        for (index, person) in ["p0", "P_1"].enumerated() {
            try folder.write(
                RGBImage.noise(width: 24, height: 24, seed: UInt64(500 + index)),
                to: "test/lfw/\(person)/1.png")
        }
        let list = try folder.write("./lfw/p0/1.png lfw/P_1/1.png 0\n", to: "pairs")
        let pairs = try VerificationPairs.open(
            images: folder.url.appendingPathComponent("test"), pairs: list.path)
        let check = try Self.check(
            folder, against: [try SetCheck.TestSet(name: "probe", pairs: pairs, threads: 1)])
        #expect(
            check.diagnostics.first { $0.kind == "overlap-name" }?.message
                == "2 people of 'probe' are also in the set (1 with the same name, 1 spelt "
                + "differently: p1 = P_1), so accuracy on it would be optimistic: p0, p1")
        #expect(check.removals == ["p0", "p1"])
    }

    @Test func numbersAreNoNames() throws {
        let folder = try TemporaryFolder()
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 1), to: "set/7/1.png")
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 2), to: "test/7/1.png")
        let list = try folder.write("7/1.png 7/1.png 1\n", to: "pairs")
        let pairs = try VerificationPairs.open(
            images: folder.url.appendingPathComponent("test"), pairs: list.path)
        let check = try Self.check(
            folder, against: [try SetCheck.TestSet(name: "probe", pairs: pairs, threads: 1)])
        #expect(
            check.diagnostics.first { $0.kind == "overlap-name" }?.message.contains(
                "(1 with the same name, 1 by number only, which may be a coincidence)") == true)
    }
}
