import FaceData
import Foundation
import Testing

@Suite struct MegaFaceTests {
    /// `struct.pack('4i', 3, 1, 4, 5)` and three floats.
    private static let file: [UInt8] =
        [3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0] + [
            0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f,
        ]

    @Test func featuresAreReadAndWritten() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.file, to: "a.bin")
        #expect(try MegaFaceFile.read(file) == [1, -2, 0.5])
        #expect(MegaFaceFile.bytes([1, -2, 0.5]) == Self.file)
        let copy = folder.url.appendingPathComponent("b.bin")
        try MegaFaceFile.write([1, -2, 0.5], to: copy)
        #expect(try Data(contentsOf: copy) == Data(Self.file))
    }

    @Test(arguments: [
        (Array(file.prefix(10)), 0, "it has 10 bytes, fewer than its header of 16"),
        (Array(file.dropLast()), 27, "it has 27 bytes, but 28 are needed for its 3 numbers"),
        (
            Array(file.prefix(12)) + [6] + Array(file.dropFirst(13)), 12,
            "its type is 6, not 5 for float32"
        ),
        ([0] + Array(file.dropFirst()), 0, "its shape is 0x1 with 4 bytes a row, not a vector"),
        (Array(file.dropLast(4)) + [0, 0, 0x80, 0x7f], 24, "number 2 is not finite"),
    ])
    func damageIsNamed(bytes: [UInt8], offset: Int, reason: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(bytes, to: "a.bin")
        #expect(
            refusal { _ = try MegaFaceFile.read(file) }
                == .badStructure(path: file.path, offset: offset, reason: reason))
    }

    @Test func noiseIsLeftOut() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "fs/Ann/Ann_1.png\nfs/Ann/Ann_2.png\nfs/Bob/Bob_1.png\n", to: "lists/facescrub_lst")
        try folder.write("mf/0/1/a.jpg\nmf/0/2/b.jpg\n", to: "lists/megaface_lst")
        try folder.write("# noise\nBob_1.png\n", to: "lists/facescrub_noises.txt")
        try folder.write("# noise\n3\t0/2/b.jpg\n", to: "lists/megaface_noises.txt")
        for path in ["facescrub/Ann/Ann_1.png", "facescrub/Ann/Ann_2.png", "megaface/0/1/a.jpg"] {
            try folder.write(Self.file, to: "features/\(path)_x.bin")
        }
        func read() throws -> MegaFaceFeatures {
            try MegaFaceFeatures(
                features: folder.url.appendingPathComponent("features"),
                lists: folder.url.appendingPathComponent("lists"), suffix: "x")
        }
        let found = try read()
        #expect(found.people == ["Ann", "Ann"])
        #expect(found.probes.count == 6)
        #expect(found.distractors == [1, -2, 0.5])
        #expect(found.noisy == (1, 1))
        try folder.write("a.jpg\n", to: "lists/megaface_lst")
        #expect(
            refusal { _ = try read() }
                == .line(
                    path: folder.url.path + "/lists/megaface_lst", line: 1,
                    reason: "it must be a path with two folders and an image"))
    }
}
