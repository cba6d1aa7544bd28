import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Sizes and times of files, by which a later change of one is noticed.
///
/// Eight bytes a file: a set of millions of images must not cost as much memory as its training.
struct FileStamps: Sendable {
    private var stamps: [UInt64]

    /// Takes the stamps of files, in their order.
    init(_ files: some Sequence<URL>) {
        stamps = files.map(Self.stamp)
    }

    /// The stamps of some of the files.
    func filtered(_ isKept: (Int) -> Bool) -> FileStamps {
        var result = self
        result.stamps = stamps.indices.filter(isKept).map { stamps[$0] }
        return result
    }

    /// Checks that a file is what it was.
    ///
    /// - Parameters:
    ///   - place: The file's place in the list the stamps were taken of.
    ///   - file: The file.
    /// - Throws: ``FaceStudyError/changedImage(path:)``.
    func check(_ place: Int, _ file: URL) throws(FaceStudyError) {
        guard Self.stamp(file) == stamps[place] else { throw .changedImage(path: file.path) }
    }

    /// Size and time of the last change, mixed; 0 for a file that is not there.
    private static func stamp(_ file: URL) -> UInt64 {
        var facts = stat()
        guard stat(file.path, &facts) == 0 else { return 0 }
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
