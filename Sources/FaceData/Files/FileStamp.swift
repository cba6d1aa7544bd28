public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What changes when a file is written: its size and the time of its last change.
public struct FileStamp: Sendable, Hashable {
    /// Size in bytes; -1 where there is no such file.
    public let size: Int
    /// Nanoseconds since 1970.
    public let modified: Int

    /// Looks at a file.
    public init(_ url: URL) {
        var status = stat()
        guard SystemPath.attempt(url.path, { stat($0, &status) }) == 0 else {
            (size, modified) = (-1, 0)
            return
        }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        size = Int(status.st_size)
        modified = Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
    }

    /// Both numbers, for a hash.
    var bytes: [UInt8] {
        withUnsafeBytes(of: (size.littleEndian, modified.littleEndian)) { Array($0) }
    }
}
