import FaceData
import FaceRuns

/// The results of a study's scans, for other processes that read the same files and need not scan them.
///
/// Each process determines from the files themselves whether they are the same (``FileStamps/sharedVersion``).
/// A process with copies of its own scans them, and what differs is found by the content.
struct FoundSets: Codable, Sendable, Hashable {
    private struct Found: Codable, Sendable, Hashable {
        var version: String
        var scan: ImageScan
    }

    private var sets: [String: Found] = [:]

    /// Notes a scan, if its files can be identified.
    ///
    /// - Parameter title: Which of the study's sets.
    mutating func add(_ scan: ImageScan, _ title: String, _ stamps: FileStamps) {
        guard let version = stamps.sharedVersion else { return }
        sets[title] = Found(version: version, scan: scan)
        // Only who scans has a use for them.
        sets[title]?.scan.pictures = PictureTable()
    }

    /// The scan of a set; nil if none is of these files.
    ///
    /// - Parameters:
    ///   - images: How many images there are.
    ///   - sought: How many pictures are sought, of those that were.
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
