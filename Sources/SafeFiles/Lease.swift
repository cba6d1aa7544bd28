public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A lock on a shared resource that expires without heartbeats.
///
/// A lease is a file with the holder's host and process, a random token and a counter that ``beat()``
/// increments. It is written under a temporary name and given the lease's name by `link(2)`, which
/// succeeds for only one process, also on network file systems; without hard links, by `O_EXCL`. An
/// abandoned lease (``LeaseWatch``) is replaced with `rename(2)` by the process that has created the
/// marker `.NAME.TOKEN.taken` in the same way; the token is that of the lease to be replaced, so no
/// process replaces the lease of a successor. The holder increments the counter through the descriptor
/// of its own file, whatever file now has the name, so a former holder never changes its successor's.
public final class Lease: @unchecked Sendable {
    /// The lease's file.
    public let url: URL
    /// The process that holds the lease.
    public let holder: ProcessIdentity
    /// An identifier that distinguishes this lease from all others.
    public let token: String

    private let clock: LeaseClock
    private let lock = NSLock()
    // `@unchecked` is sound because what follows is accessed only while `lock` is held.
    private var file: FileDescriptor?
    private var beats = 0
    /// When the file was last confirmed to be this lease's.
    private var confirmed: Duration
    private var isLost = false

    private init(_ url: URL, _ record: LeaseRecord, _ clock: LeaseClock) throws(SafeFilesError) {
        self.url = url
        self.clock = clock
        holder = record.holder
        token = record.token
        confirmed = clock.now()
        file = try FileDescriptor(url, flags: O_RDWR)
    }

    deinit { release() }

    // MARK: Taking

    /// Acquires a lease that is free or was abandoned; nil if another process holds it.
    ///
    /// The file's folder is created if it is missing.
    ///
    /// - Throws: ``SafeFilesError``, also if there is a link or a folder of this name.
    public static func take(
        _ url: URL, _ watch: LeaseWatch, holder: ProcessIdentity = .current
    ) throws(SafeFilesError) -> Lease? {
        let (state, data) = try watch.look(at: url)
        if case .held = state { return nil }
        let record = LeaseRecord(holder: holder, token: UUID().uuidString)
        let isTaken =
            state == .free ? try create(url, record) : try replace(url, data, record, watch)
        guard isTaken else { return nil }
        let lease = try Lease(url, record, watch.clock)
        return lease.holds ? lease : nil
    }

    /// Creates the file; false if it already exists.
    private static func create(
        _ url: URL, _ record: LeaseRecord
    ) throws(SafeFilesError) -> Bool {
        let draft = try write(record, for: url)
        defer { unlink(draft.path) }
        if link(draft.path, url.path) == 0 { return true }
        let code = errno
        // On a network file system, the reply may be lost although the link was created.
        var status = stat()
        if lstat(draft.path, &status) == 0, status.st_nlink == 2 { return true }
        switch code {
        case EEXIST: return false
        case EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK: return try createExclusively(url, record)
        default: throw SafeFilesError(writing: url.path, code: code)
        }
    }

    private static func createExclusively(
        _ url: URL, _ record: LeaseRecord
    ) throws(SafeFilesError) -> Bool {
        let file: FileDescriptor
        do {
            file = try FileDescriptor(url, flags: O_WRONLY | O_CREAT | O_EXCL)
        } catch {
            guard PlainFile.kind(of: url) == nil else { return false }
            throw error
        }
        do {
            try file.write(record.data)
            return true
        } catch {
            unlink(url.path)
            throw error
        }
    }

    /// Writes a record to a temporary file beside the lease's.
    private static func write(
        _ record: LeaseRecord, for url: URL
    ) throws(SafeFilesError) -> URL {
        let draft = PartialFile.temporary(for: url)
        var attempts = 0
        while true {
            try AtomicFile.createFolder(url.deletingLastPathComponent())
            do {
                // Closed immediately, which makes the content visible to other machines.
                try FileDescriptor(draft, flags: O_WRONLY | O_CREAT | O_EXCL).write(record.data)
                return draft
            } catch {
                unlink(draft.path)
                attempts += 1
                // Another process that released its lease may have removed the empty folder.
                let isFolderGone = PlainFile.kind(of: url.deletingLastPathComponent()) == nil
                guard isFolderGone, attempts < 10 else { throw error.naming(url.path) }
            }
        }
    }

    // MARK: Replacing

    /// Replaces an abandoned lease whose file had the contents `data`; false if another process does
    /// so, or its holder is active again.
    private static func replace(
        _ url: URL, _ data: Data, _ record: LeaseRecord, _ watch: LeaseWatch
    ) throws(SafeFilesError) -> Bool {
        try marked(url, token(of: data), record, watch) { () throws(SafeFilesError) in
            guard try PlainFile.read(url) == data else { return false }
            let draft = try write(record, for: url)
            do throws(SafeFilesError) {
                try AtomicFile.move(draft, to: url)
            } catch {
                unlink(draft.path)
                throw error
            }
            return true
        } ?? false
    }

    /// The token in a lease's file, or a digest of it if it is damaged.
    private static func token(of data: Data) -> String {
        LeaseRecord(data)?.token ?? String(SHA256.hexDigest(of: data).prefix(32))
    }

    /// Performs an exclusive operation on a lease; nil if another process is doing so.
    private static func marked<Result>(
        _ url: URL, _ token: String, _ record: LeaseRecord, _ watch: LeaseWatch?,
        _ body: () throws(SafeFilesError) -> Result
    ) throws(SafeFilesError) -> Result? {
        // The token comes from a file, so only safe characters become part of a path.
        let name = token.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }.prefix(
            64)
        let marker = url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent).\(name).taken")
        guard try create(marker, record) else {
            // The process that created the marker died before it could remove it.
            if case .leftBehind? = try watch?.state(of: marker) { unlink(marker.path) }
            return nil
        }
        defer { unlink(marker.path) }
        return try body()
    }

    // MARK: Holding

    /// Gives a heartbeat.
    ///
    /// - Returns: Whether the lease is still held.
    @discardableResult
    public func beat() -> Bool {
        lock.withLock { confirm() }
    }

    /// Whether the lease is still held; to be checked before every write. The file system is only accessed if
    /// the last heartbeat is not recent, as after the process was suspended.
    public var isHeld: Bool {
        lock.withLock {
            guard !isLost, file != nil else { return false }
            return clock.now() - confirmed < clock.limit / 3 || confirm()
        }
    }

    /// The current holder of the lease; nil if there is none.
    public var presentHolder: ProcessIdentity? { Self.holder(of: url) }

    /// The holder according to a lease's file, whether or not it is still alive; nil if there is no such
    /// file, or it cannot be read.
    public static func holder(of url: URL) -> ProcessIdentity? {
        ((try? PlainFile.read(url)) ?? nil).flatMap { LeaseRecord($0)?.holder }
    }

    /// Releases the lease. Does nothing if it was lost.
    public func release() {
        lock.withLock {
            guard file != nil else { return }
            // Closed first, since some network file systems rename a file that is removed while it is
            // open.
            file = nil
            guard !isLost else { return }
            let record = LeaseRecord(holder: holder, token: token)
            do {
                try Self.marked(url, token, record, nil) { remove() }
            } catch {
                // The marker cannot be created, e.g. on a full disk.
                remove()
            }
        }
    }

    private func remove() {
        if holds { unlink(url.path) }
    }

    /// Increments the counter and checks that the file is still this lease's.
    private func confirm() -> Bool {
        guard !isLost, let file else { return false }
        beats += 1
        do {
            try file.write(
                Data(LeaseRecord.text(ofBeat: beats).utf8), at: LeaseRecord.offsetOfBeat)
        } catch {
            // The disk is full or temporarily unavailable. Others see no heartbeat, and may take the
            // lease after the limit.
            if holds, clock.now() - confirmed < clock.limit * 2 / 3 { return true }
            isLost = true
            return false
        }
        guard holds else {
            isLost = true
            return false
        }
        confirmed = clock.now()
        return true
    }

    /// Whether the file at ``url`` is this lease's.
    private var holds: Bool {
        guard let data = (try? PlainFile.read(url)) ?? nil else { return false }
        return LeaseRecord(data)?.token == token
    }
}
