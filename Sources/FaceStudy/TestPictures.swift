import FaceData
public import FaceRuns
import FaceSynthesis
import Foundation

/// Small pictures of a study's test sets, for a report that shows pairs.
///
/// Sets are opened at the paths in the runs' configurations, and built-in ones in the study's folder;
/// nothing is rendered or downloaded. Pictures are cached, because a live report is regenerated repeatedly.
public final class TestPictures: @unchecked Sendable {
    /// A test set with the indices of its images.
    private struct OpenSet {
        let images: any ImageSource
        let indices: [String: Int]
    }

    private let study: StudyFolder
    private let side: Int
    // Sound because everything below is accessed only while `lock` is held.
    private let lock = NSLock()
    private var sets: [String: OpenSet] = [:]
    private var pictures: [String: [UInt8]] = [:]

    /// Prepares the pictures of a study; nothing is read yet.
    ///
    /// - Parameter side: Height and width of a picture, in pixels.
    public init(_ study: StudyFolder, side: Int = 96) {
        self.study = study
        self.side = side
    }

    /// An image as JPEG, cropped as a network sees it.
    ///
    /// - Parameters:
    ///   - image: The image's name in the test set.
    ///   - test: The test set's name.
    /// - Returns: `nil` if the set or the image is missing or cannot be decoded.
    public func jpeg(of image: String, in test: String) -> [UInt8]? {
        lock.withLock {
            let key = "\(test)\n\(image)"
            if let known = pictures[key] { return known }
            guard let set = sets[test] ?? open(test), let index = set.indices[image],
                let decoded = try? set.images.image(index)
            else { return nil }
            let picture = try? ImageEncoder.jpeg(
                ImageFitting.fit(decoded, side: side), quality: 80)
            pictures[key] = picture
            return picture
        }
    }

    /// Opens a test set at the path in the first run that has it.
    private func open(_ test: String) -> OpenSet? {
        for run in (try? study.runs()) ?? [] {
            guard let configuration = try? StudyConfiguration.read(run.studyURL) else { continue }
            let folder = ((try? run.readEnvironment()) ?? nil)?.workingDirectory
            let resolved = configuration.resolvingPaths(against: folder)
            guard let source = resolved.test.named(test),
                let pairs = pairs(source)
            else { continue }
            let indices = Dictionary(
                zip(pairs.images, pairs.images.indices), uniquingKeysWith: { first, _ in first })
            let set = OpenSet(images: pairs.source, indices: indices)
            sets[test] = set
            return set
        }
        return nil
    }

    private func pairs(_ source: StudyConfiguration.TestSource) -> VerificationPairs? {
        var location = URL(fileURLWithPath: source.images)
        if source.images.hasPrefix("synthetic:") {
            guard let set = (try? BuiltInSet.named(source.images)) ?? nil else { return nil }
            location = study.url.appendingPathComponent("data").appendingPathComponent(set.name)
        }
        guard FileManager.default.fileExists(atPath: location.path) else { return nil }
        return try? VerificationPairs.open(images: location, pairs: source.pairs)
    }
}
