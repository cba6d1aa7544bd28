public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The properties that change when a file is written: its size and modification time.
///
/// Two stamps are equal if these two are. ``exactBytes`` also includes what distinguishes versions of a file
/// whose modification time was set back.
public struct FileStamp: Sendable, Hashable {
    /// Size in bytes; -1 if there is no such file.
    public let size: Int
    /// Modification time, in nanoseconds since 1970.
    public let modified: Int
    /// Time of the last change of the content or the inode, which programs cannot set, in nanoseconds
    /// since 1970.
    public let entryChanged: Int
    /// This machine's number of the file system.
    public let device: Int
    private let inode: Int

    /// Reads a file's status.
    public init(_ url: URL) { self.init(path: url.path) }

    /// Reads a file's status.
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

    /// Whether size and modification time are equal.
    public static func == (first: FileStamp, second: FileStamp) -> Bool {
        first.size == second.size && first.modified == second.modified
    }

    /// Hashes size and modification time.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(modified)
    }

    /// Size and modification time as bytes, for a digest.
    var bytes: [UInt8] {
        withUnsafeBytes(of: (size.littleEndian, modified.littleEndian)) { Array($0) }
    }

    /// Everything that identifies this version of the file on any machine with access to its file system, for a
    /// digest; therefore without ``device``.
    public var exactBytes: [UInt8] {
        let numbers = (
            size.littleEndian, modified.littleEndian, entryChanged.littleEndian,
            inode.littleEndian
        )
        return withUnsafeBytes(of: numbers) { Array($0) }
    }
}
