import FaceData
import Foundation
import SeededRandom

/// A study's data, small enough that a run takes about a second: pictures of 32x32 pixels whose
/// pattern is the identity's and whose noise is the image's.
struct TinyFaces {
    /// Folder of the training set.
    let train: URL
    /// Folder of the test set's images.
    let test: URL
    /// The test set's `pairs.txt`.
    let pairs: URL

    /// Writes the sets into a folder.
    init(in folder: URL, identities: Int = 8, imagesEach: Int = 8) throws {
        train = folder.appendingPathComponent("train set")
        test = folder.appendingPathComponent("test")
        pairs = folder.appendingPathComponent("pairs.txt")
        for identity in 0..<identities {
            try Self.write(train, "P\(identity)", count: imagesEach, pattern: identity)
        }
        for identity in 0..<8 {
            try Self.write(test, "Q\(identity)", count: 2, pattern: 100 + identity)
        }
        let folds = (0..<2).map { fold in
            let names = (0..<4).map { "Q\(4 * fold + $0)" }
            return (
                same: names.map { ($0, 1, 2) },
                different: (0..<4).map { (names[$0], 1, names[($0 + 1) % 4], 2) }
            )
        }
        try VerificationPairs.text(folds: folds).write(
            to: pairs, atomically: true, encoding: .utf8)
    }

    /// The options that name the sets.
    var options: [String] {
        ["--train", "tiny=\(train.path)", "--test", "probe=\(test.path),\(pairs.path)"]
    }

    /// Options that make a run take about a second.
    static let fast = [
        "--backbones", "mobilenetv1:width=0.25,embedding=16", "--input-size", "32",
        "--batch-size", "16", "--threads", "1", "--precision", "float32",
    ]

    private static func write(
        _ root: URL, _ name: String, count: Int, pattern: Int
    ) throws {
        let folder = root.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for index in 1...count {
            let image = picture(pattern: pattern, index: index)
            let file = "\(name)_000\(index).jpg"
            try Data(ImageEncoder.jpeg(image, quality: 90)).write(
                to: folder.appendingPathComponent(file))
        }
    }

    private static func picture(pattern: Int, index: Int) -> RGBImage {
        var identity = SeededRandom(seed: UInt64(pattern), "pattern")
        var noise = SeededRandom(seed: UInt64(pattern), "noise", UInt64(index))
        let blocks = (0..<48).map { _ in identity.below(200) }
        let pixels = (0..<32 * 32 * 3).map { position in
            let (x, y, channel) = (position / 3 % 32, position / 96, position % 3)
            return UInt8(blocks[(y / 8 * 4 + x / 8) * 3 + channel] + noise.below(56))
        }
        return RGBImage(width: 32, height: 32, pixels: pixels)
    }
}
