public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The properties that change when a file is written: its size and the time of its last change.
///
/// Two stamps are equal when these two are. What else distinguishes one version of a file from another, also where
/// its time was set back, is in ``exactBytes``.
public struct FileStamp: Sendable, Hashable {
    /// Size in bytes; -1 if there is no such file.
    public let size: Int
    /// Time of the last change, in nanoseconds since 1970.
    public let modified: Int
    /// When the file's content or its entry in the file system was last changed, which no program can set;
    /// nanoseconds since 1970.
    public let entryChanged: Int
    /// Number of the file system, by which this machine knows it.
    public let device: Int
    private let inode: Int

    /// Looks at a file.
    public init(_ url: URL) { self.init(path: url.path) }

    /// Looks at a file.
    public init(path: String) {
        var status = stat()
        guard SystemPath.attempt(path, { stat($0, &status) }) == 0 else {
            (size, modified, entryChanged, device, inode) = (-1, 0, 0, 0, 0)
            return
        }
        #if canImport(Darwin)
            let (time, change) = (status.st_mtimespec, status.st_ctimespec)
        #else
            let (time, change) = (status.st_mtim, status.st_ctim)
        #endif
        size = Int(status.st_size)
        modified = Self.nanoseconds(time)
        entryChanged = Self.nanoseconds(change)
        device = Int(truncatingIfNeeded: status.st_dev)
        inode = Int(truncatingIfNeeded: status.st_ino)
    }

    private static func nanoseconds(_ time: timespec) -> Int {
        Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
    }

    /// Whether size and time of the last change are the same.
    public static func == (first: FileStamp, second: FileStamp) -> Bool {
        first.size == second.size && first.modified == second.modified
    }

    /// Feeds what two stamps are compared by.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(modified)
    }

    /// The compared values as bytes, for a hash.
    var bytes: [UInt8] {
        withUnsafeBytes(of: (size.littleEndian, modified.littleEndian)) { Array($0) }
    }

    /// All that is known about this version of the file on any machine that sees its file system, for a hash: not the
    /// file system's own number, ``device``.
    public var exactBytes: [UInt8] {
        let numbers = (
            size.littleEndian, modified.littleEndian, entryChanged.littleEndian,
            inode.littleEndian
        )
        return withUnsafeBytes(of: numbers) { Array($0) }
    }
}
