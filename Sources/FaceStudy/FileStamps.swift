import FaceData
import Foundation
import SafeFiles

/// Sizes and times of a set's files, for detecting later changes.
///
/// Eight bytes per image if each has its own file: a set of millions of images must not cost as much memory
/// as its training.
struct FileStamps: Sendable {
    private enum Files: Sendable {
        /// A hash of each image's stamp.
        case each([UInt64])
        case shared([URL], [FileStamp])
    }

    private var files: Files
    /// SHA-256 of the images' names and of their files' metadata: equal only while the source is unchanged.
    /// Nil if that cannot be determined from files, if a file is so new that a change right afterwards
    /// could have the same times, for part of a source, and if not requested.
    private(set) var version: String?
    /// The same regardless of the files' age and of the device number of their file system: with it,
    /// processes that read a set at the same time recognise that they read the same files. Nil if files
    /// cannot be identified, for part of a source, and if not requested.
    private(set) var sharedVersion: String?

    /// Changes within this time, in nanoseconds, may have equal timestamps: the resolution of file systems'
    /// timestamps is up to two seconds.
    private static let clockStep = 2_000_000_000

    /// Takes the stamps of a source's files.
    ///
    /// - Parameter now: The current time, if ``version`` is needed.
    init(_ source: any ImageSource, now: Date? = nil) {
        var newest = 0
        var devices: Set<Int> = []
        var hash = SHA256()
        func add(_ stamp: FileStamp) {
            newest = max(newest, stamp.entryChanged)
            devices.insert(stamp.device)
            hash.update(stamp.exactBytes)
        }
        if case .shared(let urls) = source.sourceFiles {
            let stamps = urls.map(FileStamp.init)
            stamps.forEach(add)
            files = .shared(urls, stamps)
        } else {
            files = .each(
                (0..<source.count).map { index in
                    let stamp = source.stamp(of: index)
                    add(stamp)
                    return Self.hash(stamp)
                })
        }
        guard let now else { return }
        if case .unknown = source.sourceFiles { return }
        for index in 0..<source.count { hash.update(Array("\(source.name(of: index))\n".utf8)) }
        let shared = hash.hexDigest()
        sharedVersion = shared
        guard newest < Int(now.timeIntervalSince1970 * 1e9) - Self.clockStep else { return }
        version = SHA256.hexDigest(of: "\(shared) \(devices.sorted())".utf8)
    }

    /// The stamps of some of the images.
    func filtered(_ isKept: (Int) -> Bool) -> FileStamps {
        var result = self
        result.version = nil
        result.sharedVersion = nil
        if case .each(let stamps) = files {
            result.files = .each(stamps.indices.filter(isKept).map { stamps[$0] })
        }
        return result
    }

    /// Checks that the files of images are unchanged.
    ///
    /// - Parameters:
    ///   - indices: The images' indices in the source.
    ///   - source: The source of the stamps, or its kept images.
    /// - Throws: ``FaceStudyError/changedImage(path:)``.
    func check(
        _ indices: some Sequence<Int>, of source: any ImageSource
    ) throws(FaceStudyError) {
        switch files {
        case .shared(let urls, let stamps):
            for (url, stamp) in zip(urls, stamps) where FileStamp(url) != stamp {
                throw .changedImage(path: url.path)
            }
        case .each(let stamps):
            for index in indices where Self.hash(source.stamp(of: index)) != stamps[index] {
                throw .changedImage(path: source.path(of: index))
            }
        }
    }

    private static func hash(_ stamp: FileStamp) -> UInt64 {
        // The constants of FNV-1a, over words instead of bytes.
        [stamp.size, stamp.modified].reduce(0xCBF2_9CE4_8422_2325) {
            ($0 ^ UInt64(bitPattern: Int64($1))) &* 0x0000_0100_0000_01B3
        }
    }
}
