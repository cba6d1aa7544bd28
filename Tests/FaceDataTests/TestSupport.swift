import FaceData
import Foundation
import SeededRandom
import Testing

/// A folder that goes when the test ends.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("FaceDataTests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes a file, making its folders first.
    @discardableResult
    func write(_ bytes: [UInt8], to path: String) throws -> URL {
        let file = url.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file
    }

    @discardableResult
    func write(_ text: String, to path: String) throws -> URL {
        try write(Array(text.utf8), to: path)
    }

    /// Writes a picture as PNG, so that it is read back to the bit.
    @discardableResult
    func write(_ image: RGBImage, to path: String) throws -> URL {
        try write(ImageEncoder.png(image), to: path)
    }
}

/// Files made by the scripts in the folder Fixtures.
enum Fixture {
    static func bytes(_ path: String) throws -> [UInt8] {
        let folder = try #require(Bundle.module.resourceURL)
        return [UInt8](
            try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(path)")))
    }

    /// Names of the pictures of which it is known what they decode to.
    static let pictures: [String] = {
        let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures/images")
        let names = folder.flatMap {
            try? FileManager.default.contentsOfDirectory(atPath: $0.path)
        }
        return (names ?? []).filter { $0.hasSuffix(".rgb") }.map { String($0.dropLast(4)) }
            .sorted()
    }()

    /// Pixels stored behind their width and height.
    static func pixels(of name: String) throws -> RGBImage {
        let bytes = try bytes("images/\(name).rgb")
        return RGBImage(
            width: Int(bytes[0]), height: Int(bytes[1]), pixels: Array(bytes.dropFirst(2)))
    }
}

/// Folders of real images, which are not part of the package.
enum RealData {
    /// The folder that FACET_DATA names.
    static var root: URL? {
        ProcessInfo.processInfo.environment["FACET_DATA"].map { URL(fileURLWithPath: $0) }
    }

    static let isAbsent: Comment = "FACET_DATA does not name a folder of real images"
}

extension RGBImage {
    /// A picture of noise, the same for the same seed; reddish, as faces are.
    static func noise(width: Int, height: Int, seed: UInt64 = 0) -> RGBImage {
        var stream = SeededRandom(seed: seed, "noise")
        return RGBImage(
            width: width, height: height,
            pixels: (0..<width * height * 3).map { index in
                UInt8(stream.below(224) + (index % 3 == 0 ? 32 : 0))
            })
    }

    /// A picture of one colour.
    static func plain(
        width: Int, height: Int, _ red: UInt8, _ green: UInt8, _ blue: UInt8
    ) -> RGBImage {
        RGBImage(
            width: width, height: height,
            pixels: (0..<width * height).flatMap { _ in [red, green, blue] })
    }

    /// Red, green and blue of a pixel.
    subscript(x: Int, y: Int) -> [UInt8] {
        Array(pixels[(y * width + x) * 3..<(y * width + x + 1) * 3])
    }

    /// The largest difference between two pictures' bytes; nil when their sizes differ.
    func distance(to other: RGBImage) -> Int? {
        guard width == other.width, height == other.height else { return nil }
        return zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }
}

/// The error that a body throws.
func refusal(_ body: () throws -> Void) -> FaceDataError? {
    do {
        try body()
        return nil
    } catch {
        return error as? FaceDataError
    }
}
