import Foundation
import Testing

@testable import FaceData

/// Folders that hold something already.
@Suite struct ForeignFolderTests {
    private let folder: TemporaryFolder
    private var out: URL { folder.url.appendingPathComponent("out") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func set(_ seed: UInt64 = 0) throws -> LabelledImageSet {
        for name in ["a/1.png", "b/1.png"] {
            try folder.write(RGBImage.noise(width: 9, height: 9, seed: seed), to: "set/\(name)")
        }
        return try .folder(folder.url.appendingPathComponent("set"))
    }

    private func obstacle(_ body: () throws -> Void) throws -> String {
        guard case .cannotWrite(_, let reason) = refusal(body) else {
            Issue.record("nothing was refused")
            return ""
        }
        return reason
    }

    @Test func imagesOfAnotherSetAreNotMixed() throws {
        try folder.write(RGBImage.noise(width: 9, height: 9), to: "out/frontal/01.png")
        let reason = try obstacle { _ = try SetConversion().write(try set(), toFolder: out) }
        #expect(reason.contains("it contains 'frontal/01.png', which is not an image of this set"))
        #expect(try LabelledImageSet.folder(out).names == ["frontal/01.png"])
    }

    /// A prepared folder must not lead what is written out of it, whether an identity's folder, an image or the
    /// list of pairs is the link.
    @Test(arguments: ["a", "b/1.png"])
    func linksBelowTheFolderAreNotFollowed(name: String) throws {
        let victim = try folder.write("notes", to: "victim/1.png")
        let isFile = name.hasSuffix(".png")
        let place = out.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: place, withDestinationURL: isFile ? victim : victim.deletingLastPathComponent())
        let reason = try obstacle { _ = try SetConversion().write(try set(), toFolder: out) }
        #expect(reason == "it is a symbolic link; remove it")
        #expect(try String(contentsOf: victim, encoding: .utf8) == "notes")
        // Nothing was written before the link was found.
        let files = try #require(FileManager.default.subpaths(atPath: out.path))
        #expect(files.sorted() == (isFile ? ["b", "b/1.png"] : ["a"]))
    }

    @Test func aPipeInAnImagesPlaceIsRefused() throws {
        let place = out.appendingPathComponent("b/1.png")
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        #expect(mkfifo(place.path, 0o600) == 0)
        let reason = try obstacle { _ = try SetConversion().write(try set(), toFolder: out) }
        #expect(reason == "it is a pipe, a socket or a device; remove it")
    }

    /// The folder itself may be a link: the user named it.
    @Test func theFolderItselfMayBeALink() throws {
        try folder.write("", to: "real/.keep")
        try FileManager.default.createSymbolicLink(
            at: out, withDestinationURL: folder.url.appendingPathComponent("real"))
        #expect(try SetConversion().write(try set(), toFolder: out).written == 2)
    }

    @Test func linkedListOfPairsIsNotFollowed() throws {
        let victim = try folder.write("notes", to: "victim.txt")
        try folder.write("", to: "out/.keep")
        try FileManager.default.createSymbolicLink(
            at: out.appendingPathComponent("pairs.txt"), withDestinationURL: victim)
        let set = try set()
        let pairs = VerificationPairs(
            source: set.source,
            pairs: [
                .init(first: 0, second: 1, same: false, fold: 0),
                .init(first: 0, second: 0, same: true, fold: 0),
            ], folds: 1)
        let reason = try obstacle { _ = try SetConversion().write(pairs, toFolder: out) }
        #expect(reason == "it is a symbolic link; remove it")
        #expect(try String(contentsOf: victim, encoding: .utf8) == "notes")
    }

    @Test func fileOfSomebodyElseIsNotReplaced() throws {
        try folder.write("mine", to: "out/b/1.png")
        let reason = try obstacle { _ = try SetConversion().write(try set(), toFolder: out) }
        #expect(reason.contains("it already exists with other content"))
        let file = out.appendingPathComponent("b/1.png")
        #expect(try String(contentsOf: file, encoding: .utf8) == "mine")
    }

    @Test func anotherSizeIsNotMixed() throws {
        let small = SetConversion(recoding: ImageRecoding(side: 8))
        _ = try small.write(try set(), toFolder: out)
        let reason = try obstacle {
            _ = try SetConversion(recoding: ImageRecoding(side: 10)).write(
                try set(), toFolder: out)
        }
        #expect(reason.contains("it already exists with other content"))
        // In JPEG the names are others, too.
        let other = try obstacle {
            _ = try SetConversion(recoding: ImageRecoding(side: 8, quality: 90)).write(
                try set(), toFolder: out)
        }
        #expect(other.contains("it contains 'a/1.png', which is not an image of this set"))
        #expect(try small.write(try set(), toFolder: out).kept == 2)
    }

    /// As earlier versions wrote it: without a mark, but with the same bytes.
    @Test func sameImagesAreKept() throws {
        let set = try set()
        try folder.write(set.source.bytes(of: 0), to: "out/a/1.png")
        let outcome = try SetConversion().write(set, toFolder: out)
        #expect(outcome.kept == 1 && outcome.written == 1)
        // From now on the folder is this set's, whose damage is repaired.
        try folder.write("damaged", to: "out/a/1.png")
        #expect(try SetConversion().write(set, toFolder: out).written == 1)
    }

    @Test func changedImagesOfTheSameSetAreWrittenAnew() throws {
        _ = try SetConversion().write(try set(1), toFolder: out)
        #expect(try SetConversion().write(try set(2), toFolder: out).written == 2)
    }
}
