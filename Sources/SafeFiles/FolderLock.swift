public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One process's claim on a folder, which ends with the process however it ends.
///
/// The claim is an advisory lock (`flock`) on the file `.lock`, which also says who holds it. On
/// a file system that has no locks there is no claim.
public final class FolderLock {
    /// Who works in a folder.
    public struct Holder: Codable, Equatable, Sendable, CustomStringConvertible {
        /// Number of the process.
        public var process: Int32
        /// Name of the machine.
        public var host: String
        /// When it began, in ISO 8601, by the machine's clock.
        public var since: String

        /// Describes a holder.
        public init(process: Int32, host: String, since: String) {
            self.process = process
            self.host = host
            self.since = since
        }

        /// `process 4711 on host 'gpu1', since 2026-01-31T12:00:00Z`.
        public var description: String { "process \(process) on host '\(host)', since \(since)" }
    }

    private let url: URL
    private var file: FileDescriptor?

    /// Claims a folder, which is created where it is missing.
    ///
    /// - Throws: ``SafeFilesError/busy(path:holder:)`` where another process has it, and what
    ///   keeps the lock's file from being written.
    public init(_ folder: URL) throws(SafeFilesError) {
        try AtomicFile.createFolder(folder)
        url = folder.appendingPathComponent(".lock")
        guard let file = try FileDescriptor.locked(url, flags: O_RDWR | O_CREAT) else {
            throw .busy(path: folder.path, holder: Self.holder(url))
        }
        self.file = file
        try file.truncate(to: 0)
        try file.write((try? JSONEncoder().encode(Self.current)) ?? Data())
    }

    deinit { release() }

    /// Gives the folder back.
    public func release() {
        guard file != nil else { return }
        // Removed while it is held: a process that opened it in the meantime finds it gone and
        // reopens it.
        unlink(url.path)
        file = nil
    }

    private static var current: Holder {
        Holder(
            process: getpid(), host: ProcessInfo.processInfo.hostName,
            since: ISO8601DateFormatter().string(from: Date()))
    }

    private static func holder(_ url: URL) -> Holder? {
        ((try? PlainFile.read(url)) ?? nil).flatMap {
            try? JSONDecoder().decode(Holder.self, from: $0)
        }
    }
}
