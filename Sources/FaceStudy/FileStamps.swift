import FaceData
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Sizes and times of a set's files, by which a later change of one is noticed.
///
/// Eight bytes an image: a set of millions of images must not cost as much memory as its training.
/// The images of a pack share the stamp of the pack's file.
struct FileStamps: Sendable {
    private var stamps: [UInt64]
    private let isPack: Bool

    /// Takes the stamps of a source's files.
    init(_ source: any ImageSource) {
        isPack = source.count == 0 || Self.stamp(source.path(of: 0)) == 0
        stamps =
            isPack
            ? [Self.stamp(source.location.path)]
            : (0..<source.count).map { Self.stamp(source.path(of: $0)) }
    }

    /// The stamps of some of the images.
    func filtered(_ isKept: (Int) -> Bool) -> FileStamps {
        guard !isPack else { return self }
        var result = self
        result.stamps = stamps.indices.filter(isKept).map { stamps[$0] }
        return result
    }

    /// Checks that images are in files that are what they were.
    ///
    /// - Parameters:
    ///   - indices: The images' indices in the source.
    ///   - source: The source the stamps were taken of, or its kept images.
    /// - Throws: ``FaceStudyError/changedImage(path:)``.
    func check(
        _ indices: some Sequence<Int>, of source: any ImageSource
    ) throws(FaceStudyError) {
        if isPack {
            guard Self.stamp(source.location.path) == stamps[0] else {
                throw .changedImage(path: source.location.path)
            }
            return
        }
        for index in indices where Self.stamp(source.path(of: index)) != stamps[index] {
            throw .changedImage(path: source.path(of: index))
        }
    }

    /// Size and time of the last change, mixed; 0 for a file that is not there.
    private static func stamp(_ path: String) -> UInt64 {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return 0 }
        #if canImport(Darwin)
            let time = facts.st_mtimespec
        #else
            let time = facts.st_mtim
        #endif
        // The constants of FNV-1a, over words instead of bytes.
        return [Int(facts.st_size), time.tv_sec, time.tv_nsec].reduce(0xCBF2_9CE4_8422_2325) {
            ($0 ^ UInt64(bitPattern: Int64($1))) &* 0x0000_0100_0000_01B3
        }
    }
}
