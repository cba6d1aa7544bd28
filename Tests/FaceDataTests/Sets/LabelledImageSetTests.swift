import Foundation
import Testing

@testable import FaceData

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
                == "'\(folder.url.path)' holds no identity folders with images (.jpg, .png, .webp, .bmp, .pgm or "
                + ".ppm): it must look like "
                + "<folder>/<identity>/<image>.jpg")
        let file = try folder.write("x", to: "only.jpg")
        #expect(
            refusal { _ = try LabelledImageSet.folder(folder.url) }
                == .noIdentities(path: folder.url.path))
        #expect(throws: FaceDataError.self) { try LabelledImageSet.folder(file) }
        try folder.write("x", to: "b/notes.txt")
        #expect(
            refusal { _ = try LabelledImageSet.folder(folder.url) }
                == .noIdentities(path: folder.url.path))
    }

    @Test func tellsIdentitiesWithoutImages() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "a/1.jpg")
        try folder.write("x", to: "b/notes.txt")
        let set = try LabelledImageSet.folder(folder.url)
        #expect(set.identities == ["a"])
        #expect(set.warnings.contains { $0.contains("1 identity has no image: b") })
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
            ("circle", "circle", "its symbolic links form a loop"),
            ("nowhere", "missing", "it is a dangling symbolic link"),
        ] {
            try link(name, to: target)
            let position = set.appendingPathComponent(name)
            #expect(
                refusal { _ = try LabelledImageSet.folder(set) }
                    == .unreadable(path: position.path, reason: reason))
            try FileManager.default.removeItem(at: position)
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

    @Test func whatIsPassedOverIsCountedByKind() throws {
        let folder = try TemporaryFolder()
        for path in [
            "a/1.jpg", "a/2.bmp", "a/3.JFIF", "a/4.jpe", "a/5.tiff", "a/6.TIFF", "a/7.heic",
            "a/2019/8.jpg", "a/2019/deep/9.png", "a/2019/notes.txt", "a/plain", "loose.jpg",
            "readme.md", "pairs.txt", ".hidden/1.jpg",
        ] {
            try folder.write("x", to: path)
        }
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("a/void"), withIntermediateDirectories: true)
        let set = try LabelledImageSet.folder(folder.url)
        #expect(set.names == ["a/1.jpg", "a/2.bmp", "a/3.JFIF", "a/4.jpe"])
        #expect(
            set.warnings == [
                "10 files were passed over: 2 .tiff, 2 images in sub-folders of identities, 1 .heic, "
                    + "1 .md, 1 .txt, 1 empty sub-folder, 1 image outside of identity folders, "
                    + "1 without an ending"
            ])
        #expect(set.skippedFiles.hasPictures)
        #expect(set.removing([0]).skippedFiles == set.skippedFiles)
        #expect(set.skippedFiles.paths.contains("a/2019/deep/9.png"))
    }

    /// A name in GBK, which is no UTF-8.
    private static let name: [UInt8] = [0xd5, 0xc5, 0xc8, 0xfd]

    /// Makes a folder or a file of any name.
    private static func make(_ name: [UInt8], in folder: URL, isFolder: Bool) throws {
        let path = Array(folder.path.utf8) + [0x2f] + name + [0]
        let made = path.withUnsafeBufferPointer { path in
            path.withMemoryRebound(to: CChar.self) { path -> Bool in
                guard let base = path.baseAddress else { return false }
                if isFolder { return mkdir(base, 0o755) == 0 }
                guard let file = fopen(base, "w") else { return false }
                fputs("x", file)
                return fclose(file) == 0
            }
        }
        try #require(made, "the file system takes only names in UTF-8")
    }

    @Test(.disabled(if: isDarwin, "the file system takes only names in UTF-8"))
    func namesNeedNotBeUTF8() throws {
        let folder = try TemporaryFolder()
        let set = folder.url.appendingPathComponent("set")
        try folder.write("x", to: "set/ann/1.jpg")
        try Self.make(Self.name, in: set, isFolder: true)
        try Self.make(
            Self.name + Array("/".utf8) + Self.name + Array(".jpg".utf8), in: set, isFolder: false)
        let text = "\\xD5\\xC5\\xC8\\xFD"
        let all = try LabelledImageSet.open(set.path)
        #expect(
            all.identities == ["ann", text] && all.names == ["ann/1.jpg", "\(text)/\(text).jpg"])
        for position in 0..<2 { #expect(try all.source.bytes(of: position) == [0x78]) }
        #expect(all.source.stamp(of: 1).size == 1)
        #expect(all.warnings.count == 1)
        #expect(
            all.warnings[0].hasPrefix("2 names are not UTF-8 and shown as bytes, as in '\(text)'"))
        #expect(all.removing(named: [text]).identities == ["ann"])
        // A list may name them by their bytes, and a path by what stands for them.
        let list = try folder.write(
            Self.name + Array("/".utf8) + Self.name + Array(".jpg\t7\n".utf8), to: "list.txt")
        #expect(try LabelledImageSet.list(list, images: set).source.bytes(of: 0) == [0x78])
        let pairs = try folder.write(
            Self.name + Array("/".utf8) + Self.name + Array(".jpg ann/1.jpg 0\n".utf8), to: "pairs")
        #expect(
            try VerificationPairs.open(images: set, pairs: pairs.path).source.bytes(of: 0) == [0x78]
        )
        #expect(
            refusal { _ = try LabelledImageSet.open("\(set.path)/\(text)") }
                == .noIdentities(path: "\(set.path)/\(text)"))
        let lost = "\(set.path)/\u{fffd}"
        #expect(
            refusal { _ = try LabelledImageSet.open(lost) }?.description.contains("is not UTF-8")
                == true)
        // The same text as a name of its own would be shown alike.
        try folder.write("x", to: "set/\(text)/1.jpg")
        #expect(
            refusal { _ = try LabelledImageSet.open(set.path) }?.description
                .contains("two of its names are shown as '\(text)'") == true)
    }

    @Test func textForBytesCanBeUndone() {
        let cases: [[UInt8]] = [
            [0xd5, 0xc5], [0xe9], Array("é".utf8) + [0xff], [0xd5, 0x5c, 0x78, 0x41, 0x42],
            [0xc0, 0x80],
            [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
        ]
        for bytes in cases {
            let text = ByteText.text(bytes)
            #expect(ByteText.bytes(text) == bytes, "\(text)")
            #expect(ByteText.isEscaped(text))
        }
        #expect(ByteText.text([0xd5, 0x5c, 0x78]) == "\\xD5\\x5Cx")
        for plain in ["é", "a\\b", "\\x00", "\\xZZ", ""] {
            #expect(ByteText.text(Array(plain.utf8)) == plain && ByteText.bytes(plain) == nil)
        }
    }
}

#if canImport(Darwin)
    private let isDarwin = true
#else
    private let isDarwin = false
#endif
