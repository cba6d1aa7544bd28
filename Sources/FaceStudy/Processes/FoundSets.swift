import FaceData
import FaceRuns

/// The results of a study's scans, so that other processes that read the same files need not scan them.
///
/// Each process determines from the files themselves whether they are the same
/// (``FileStamps/sharedVersion``). A process with its own copies of the files scans them, and differences
/// are found by the content.
struct FoundSets: Codable, Sendable, Hashable {
    private struct Found: Codable, Sendable, Hashable {
        var version: String
        var scan: ImageScan
    }

    private var sets: [String: Found] = [:]

    /// Records a scan, if its files can be identified.
    ///
    /// - Parameter title: Identifies the set within the study.
    mutating func add(_ scan: ImageScan, _ title: String, _ stamps: FileStamps) {
        guard let version = stamps.sharedVersion else { return }
        sets[title] = Found(version: version, scan: scan)
        // Only the scanning process needs the pictures.
        sets[title]?.scan.pictures = PictureTable()
    }

    /// The scan of a set; nil if there is none of these files.
    ///
    /// - Parameters:
    ///   - images: Number of images.
    ///   - sought: Number of pictures that are sought.
    func scan(_ title: String, _ stamps: FileStamps, images: Int, sought: Int) -> ImageScan? {
        guard let found = sets[title], found.version == stamps.sharedVersion else { return nil }
        var scan = found.scan
        scan.matches.removeAll { $0.picture >= sought }
        return scan.fits(images: images, sought: sought) ? scan : nil
    }
}

extension PreparedData {
    /// The test sets' contents, by their names: equal in processes that can test a model together.
    var testContents: [String: String] {
        let all =
            tests.map {
                ($0.facts.name, "\($0.facts.contentHash ?? "") \($0.facts.pairsHash ?? "")")
            }
            + templates.map { ($0.facts.name, $0.facts.contentHash ?? "") }
        return Dictionary(all, uniquingKeysWith: { first, _ in first })
    }
}
