import FaceData
import Foundation
import SafeFiles

/// A cache of scans of a study's images, and of whether their faces are aligned, in the study's folder, so
/// that unchanged files are not read again.
///
/// Changes are detected by the files' sizes, times and inodes (``FileStamps/version``), and never by what
/// the cached file says about itself. A cached scan that is damaged, or does not fit its set, is ignored.
struct KeptScans: Sendable {
    /// The folder of the cache, created with the first entry.
    let folder: URL

    /// A face detector's result on a set.
    struct Alignment: Codable, Hashable {
        /// A warning if the faces are not aligned; nil if they are.
        var doubt: String?
    }

    /// The result, with the key of its files.
    private struct Kept<Value: Codable>: Codable {
        var format: Int
        var key: String
        var found: Value
    }

    /// Incremented when a new version's scans give different results for the same files.
    private static let format = 1
    /// Maximum size of a cached file, more than a scan of millions of images takes.
    private static let maxBytes = 1 << 28

    /// The key of a scan: the files' version, and what is sought in the images.
    ///
    /// - Parameter sought: Content hashes of the test sets whose pictures were sought.
    static func key(_ version: String, seeking sought: [String]) -> String {
        SHA256.hexDigest(of: ([version] + sought).joined(separator: "\n").utf8)
    }

    /// The key of a detector's result: the files' version, the detector, and the path in its sentence.
    static func key(_ version: String, detector: String, path: String) -> String {
        key(version, seeking: [detector, path])
    }

    private func file(_ name: String) -> URL {
        folder.appendingPathComponent("\(SHA256.hexDigest(of: name.utf8).prefix(16)).json")
    }

    /// The cached scan, without its pictures; nil if there is none.
    ///
    /// - Parameters:
    ///   - name: Identifies the set within the study.
    ///   - images: Number of images.
    ///   - sought: Number of pictures that were sought.
    func scan(_ name: String, key: String, images: Int, sought: Int) -> ImageScan? {
        let scan: ImageScan? = value(name, key: key)
        return scan?.fits(images: images, sought: sought) == true ? scan : nil
    }

    /// A detector's cached result on a set; nil if there is none.
    func alignment(_ name: String, key: String) -> Alignment? { value(name, key: key) }

    private func value<Value: Codable>(_ name: String, key: String) -> Value? {
        let file = file(name)
        guard (try? PlainFile.require([folder, file])) != nil,
            (0...Self.maxBytes).contains(FileStamp(file).size),
            let data = try? Data(contentsOf: file),
            let kept = try? JSONDecoder().decode(Kept<Value>.self, from: data),
            kept.format == Self.format, kept.key == key
        else { return nil }
        return kept.found
    }

    /// Caches a scan or a detector's result. A failure to write is not an error: the result is then
    /// determined again.
    func keep(_ found: some Codable, _ name: String, key: String) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Kept(format: Self.format, key: key, found: found)),
            data.count <= Self.maxBytes
        else { return }
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard (try? PlainFile.require([folder])) != nil else { return }
        try? AtomicFile.write(data, to: file(name))
    }
}

extension ImageScan {
    /// Whether a scan is consistent with the numbers of images and of pictures sought.
    func fits(images: Int, sought: Int) -> Bool {
        good >= 0 && good <= images && bad.count == images - good
            && bad.allSatisfy { (0..<images).contains($0.index) }
            && Set(bad.map(\.index)).count == bad.count
            && contentHash.count == 64 && contentHash.allSatisfy(\.isHexDigit)
            && meanFace.count == MeanFace.side * MeanFace.side
            && meanFace.allSatisfy { (0...255).contains($0) }
            && matches.allSatisfy {
                (0..<images).contains($0.index) && (0..<sought).contains($0.picture)
            }
    }
}
