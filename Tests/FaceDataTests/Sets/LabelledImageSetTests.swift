import FaceData
import Foundation
import Testing

@Suite struct LabelledImageSetTests {
    @Test func readsIdentitiesAndImagesInTheOrderOfTheirBytes() throws {
        let folder = try TemporaryFolder()
        for path in [
            "b/2.jpg", "b/10.JPG", "a b/x y.png", "Zoë/é#1%20.jpeg", "Ärger/ü.Png", "b/.hidden.jpg",
            "b/notes.txt", ".git/x.jpg", "b/deeper/y.jpg",
        ] {
            try folder.write("x", to: path)
        }
        try folder.write("x", to: "readme.jpg")
        let set = try LabelledImageSet.folder(folder.url)
        #expect(set.identities == ["Zoë", "a b", "b", "Ärger"])
        #expect(
            set.names
                == ["Zoë/é#1%20.jpeg", "a b/x y.png", "b/10.JPG", "b/2.jpg", "Ärger/ü.Png"])
        #expect(set.labels == [0, 1, 2, 2, 3])
        for index in set.labels.indices {
            #expect(FileManager.default.fileExists(atPath: set.source.path(of: index)))
        }
    }

    @Test func refusesWhatIsNoSet() throws {
        let folder = try TemporaryFolder()
        let gone = folder.url.appendingPathComponent("gone")
        #expect(
            refusal { _ = try LabelledImageSet.folder(gone) }?.description
                == "cannot read '\(gone.path)': there is no such file or folder")
        #expect(
            refusal { _ = try LabelledImageSet.folder(folder.url) }?.description
                == "'\(folder.url.path)' holds no identity folders: it must look like "
                + "<folder>/<identity>/<image>.jpg")
        let file = try folder.write("x", to: "only.jpg")
        #expect(
            refusal { _ = try LabelledImageSet.folder(folder.url) }
                == .noIdentities(path: folder.url.path))
        #expect(throws: FaceDataError.self) { try LabelledImageSet.folder(file) }
        try folder.write("x", to: "a/1.jpg")
        try folder.write("x", to: "b/notes.txt")
        #expect(
            refusal { _ = try LabelledImageSet.folder(folder.url) }?.description
                == "the identity folder '\(folder.url.path)/b' holds no image (.jpg, .png, .webp, .pgm or "
                + ".ppm): "
                + "remove it or put its images there")
    }

    @Test func linksAreFollowedAndBrokenOnesAreTold() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "elsewhere/1.jpg")
        try folder.write("x", to: "set/a/1.jpg")
        let set = folder.url.appendingPathComponent("set")
        func link(_ name: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: set.appendingPathComponent(name).path, withDestinationPath: target)
        }
        try link("b", to: "../elsewhere")
        try link("a/up", to: "..")
        #expect(
            try LabelledImageSet.folder(set).names == ["a/1.jpg", "b/1.jpg"])
        for (name, target, reason) in [
            ("circle", "circle", "its symbolic links run in a circle"),
            ("nowhere", "missing", "its symbolic link leads nowhere"),
        ] {
            try link(name, to: target)
            let place = set.appendingPathComponent(name)
            #expect(
                refusal { _ = try LabelledImageSet.folder(set) }
                    == .unreadable(path: place.path, reason: reason))
            try FileManager.default.removeItem(at: place)
        }
    }

    private static let small = LabelledImageSet(
        source: ImageFiles(
            ["a/1.jpg", "b/1.jpg", "c/1.jpg", "c/2.jpg"], in: URL(fileURLWithPath: "/set")),
        identities: ["a", "b", "c"], labels: [0, 1, 2, 2])

    @Test func removingClosesUpLabels() {
        let fewer = Self.small.removing([1, 2])
        #expect(fewer.identities == ["a", "c"])
        #expect(fewer.names == ["a/1.jpg", "c/2.jpg"])
        #expect(fewer.labels == [0, 1])
        #expect(Self.small.removing([]).names == Self.small.names)
        #expect(Self.small.removing([0, 1, 2, 3]).identities.isEmpty)
        #expect(fewer.removing([0]).names == ["c/2.jpg"])
    }

    @Test func removesIdentitiesAndImagesByName() {
        let fewer = Self.small.removing(named: ["a", "c/1.jpg", "nobody"])
        #expect(fewer.identities == ["b", "c"])
        #expect(fewer.names == ["b/1.jpg", "c/2.jpg"])
        #expect(fewer.labels == [0, 1])
        #expect(Self.small.removing(named: ["nobody"]).count == 4)
    }
}
