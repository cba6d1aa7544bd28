import FaceData
import Foundation
import SafeFiles

/// The results of the last reading of a study's images, and whether their faces are aligned, in the
/// study's folder, so that a later start reads none of them again while their files are what they were.
///
/// This is determined by the files' sizes, times, and places on the disk (``FileStamps/version``), and never
/// by what the kept file says about itself. A kept scan that is damaged, or does not fit its set, is ignored.
struct KeptScans: Sendable {
    /// The folder they are kept in; it is made when the first is.
    let folder: URL

    /// A face detector's result on a set.
    struct Alignment: Codable, Hashable {
        /// A sentence where the faces are not aligned.
        var doubt: String?
    }

    /// The result, and the files it is of.
    private struct Kept<Value: Codable>: Codable {
        var format: Int
        var key: String
        var found: Value
    }

    /// Raised when a scan finds something else in the same files.
    private static let format = 1
    /// More than a scan of millions of images takes.
    private static let maxBytes = 1 << 28

    /// The key of a scan: the files' version, and the properties looked for in the images.
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

    /// The scan that was kept, without its pictures; nil if it must be made.
    ///
    /// - Parameters:
    ///   - name: Which of the study's sets.
    ///   - images: How many images there are.
    ///   - sought: How many pictures were sought.
    func scan(_ name: String, key: String, images: Int, sought: Int) -> ImageScan? {
        let scan: ImageScan? = value(name, key: key)
        return scan?.fits(images: images, sought: sought) == true ? scan : nil
    }

    /// A detector's kept result on a set; nil if the detector has to be run.
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

    /// Keeps a scan, or what a detector has said. A write failure is not an error: it is found again
    /// then.
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
    /// Whether a scan can be one of that many images, among which so many pictures were sought.
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
