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
            set.images.map(\.path)
                == ["Zoë/é#1%20.jpeg", "a b/x y.png", "b/10.JPG", "b/2.jpg", "Ärger/ü.Png"])
        #expect(set.labels == [0, 1, 2, 2, 3])
        for index in set.images.indices {
            #expect(FileManager.default.fileExists(atPath: set.url(of: index).path))
        }
    }

    @Test func refusesWhatIsNoSet() throws {
        let folder = try TemporaryFolder()
        let gone = folder.url.appendingPathComponent("gone")
        #expect(
            refusal { _ = try LabelledImageSet.folder(gone) }?.description
                == "cannot read '\(gone.path)': there is no such folder, or no right to it")
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
                == "the identity folder '\(folder.url.path)/b' holds no .jpg, .jpeg or .png: "
                + "remove it or put its images there")
    }

    @Test func linksAreFollowedButNotInCircles() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "elsewhere/1.jpg")
        try folder.write("x", to: "set/a/1.jpg")
        let set = folder.url.appendingPathComponent("set")
        func link(_ name: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: set.appendingPathComponent(name).path, withDestinationPath: target)
        }
        try link("b", to: "../elsewhere")
        try link("circle", to: "circle")
        try link("nowhere", to: "missing")
        try link("a/up", to: "..")
        #expect(
            try LabelledImageSet.folder(set).images.map(\.path) == ["a/1.jpg", "b/1.jpg"])
    }

    @Test func removingClosesUpLabels() {
        let set = LabelledImageSet(
            root: URL(fileURLWithPath: "/set"), identities: ["a", "b", "c"],
            images: [
                .init(path: "a/1.jpg", label: 0), .init(path: "b/1.jpg", label: 1),
                .init(path: "c/1.jpg", label: 2), .init(path: "c/2.jpg", label: 2),
            ])
        let fewer = set.removing(["b/1.jpg", "c/1.jpg", "d/1.jpg"])
        #expect(fewer.identities == ["a", "c"])
        #expect(
            fewer.images == [.init(path: "a/1.jpg", label: 0), .init(path: "c/2.jpg", label: 1)])
        #expect(set.removing([]) == set)
        #expect(set.removing(Set(set.images.map(\.path))).identities.isEmpty)
    }
}
