public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One process's hold on something that others see as well, which is lost by not giving a sign of life.
///
/// A lease is a file with the holder's host, process, a random token and a counter that ``beat()``
/// advances. It is made complete under a name of its own and given the lease's name by `link(2)`, which
/// succeeds for one process only, on network file systems too; where there are no links, by `O_EXCL`.
/// A lease that was abandoned (``LeaseWatch``) is replaced by `rename(2)`, by the one who has made the
/// marker `.NAME.TOKEN.taken` in the same way; the token is that of the lease to be replaced, so that
/// no process replaces the lease of a successor. The holder's counter is advanced in the file that it
/// made, whatever is now under the name, so a former holder never touches its successor's.
public final class Lease: @unchecked Sendable {
    /// The lease's file.
    public let url: URL
    /// The process that holds the lease.
    public let holder: ProcessIdentity
    /// An identifier that distinguishes this lease from all others.
    public let token: String

    private let clock: LeaseClock
    private let lock = NSLock()
    // Sound because what follows is reached only while `lock` is held.
    private var file: FileDescriptor?
    private var beats = 0
    /// When the file was last seen to be this lease's.
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

    /// Takes a lease that is free or was abandoned; nil if another process holds it.
    ///
    /// The file's folder is created where it is missing.
    ///
    /// - Throws: ``SafeFilesError``, also if a link or a folder is in the file's place.
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

    /// Makes the file; false if there is one already.
    private static func create(
        _ url: URL, _ record: LeaseRecord
    ) throws(SafeFilesError) -> Bool {
        let draft = try write(record, for: url)
        defer { unlink(draft.path) }
        if link(draft.path, url.path) == 0 { return true }
        let code = errno
        // The answer of a network file system may be lost although the link was made.
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

    /// Writes a record under a name of its own, beside the place that it is for.
    private static func write(
        _ record: LeaseRecord, for url: URL
    ) throws(SafeFilesError) -> URL {
        let draft = PartialFile.temporary(for: url)
        var attempts = 0
        while true {
            try AtomicFile.createFolder(url.deletingLastPathComponent())
            do {
                // Closed at once: that is when other machines see the content.
                try FileDescriptor(draft, flags: O_WRONLY | O_CREAT | O_EXCL).write(record.data)
                return draft
            } catch {
                unlink(draft.path)
                attempts += 1
                // Somebody who gave another lease back may have removed the empty folder.
                let isFolderGone = PlainFile.kind(of: url.deletingLastPathComponent()) == nil
                guard isFolderGone, attempts < 10 else { throw error.naming(url.path) }
            }
        }
    }

    // MARK: Replacing

    /// Replaces a lease that was abandoned with the bytes `data`; false if another process does, or its
    /// holder is active again.
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

    /// The token of a lease's bytes, or what else distinguishes them where they are damaged.
    private static func token(of data: Data) -> String {
        LeaseRecord(data)?.token ?? String(SHA256.hexDigest(of: data).prefix(32))
    }

    /// Performs an exclusive operation on a lease; nil if another process is doing so.
    private static func marked<Result>(
        _ url: URL, _ token: String, _ record: LeaseRecord, _ watch: LeaseWatch?,
        _ body: () throws(SafeFilesError) -> Result
    ) throws(SafeFilesError) -> Result? {
        // What a file says is not part of a path.
        let name = token.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }.prefix(
            64)
        let marker = url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent).\(name).taken")
        guard try create(marker, record) else {
            // Whoever made it has ended in between.
            if case .leftBehind? = try watch?.state(of: marker) { unlink(marker.path) }
            return nil
        }
        defer { unlink(marker.path) }
        return try body()
    }

    // MARK: Holding

    /// Gives a sign of life.
    ///
    /// - Returns: Whether the lease is still held.
    @discardableResult
    public func beat() -> Bool {
        lock.withLock { confirm() }
    }

    /// Whether the lease is still held: to be asked before anything is written. Asks the file system only when the last sign of life is not recent,
    /// as after the process was stopped.
    public var isHeld: Bool {
        lock.withLock {
            guard !isLost, file != nil else { return false }
            return clock.now() - confirmed < clock.limit / 3 || confirm()
        }
    }

    /// The current holder of the lease; nil if there is none.
    public var presentHolder: ProcessIdentity? { Self.holder(of: url) }

    /// Whom the file of a lease names, whether or not the process gives signs of life; nil if there is no
    /// such file, or it cannot be read.
    public static func holder(of url: URL) -> ProcessIdentity? {
        ((try? PlainFile.read(url)) ?? nil).flatMap { LeaseRecord($0)?.holder }
    }

    /// Gives the lease back. Does nothing where it was lost.
    public func release() {
        lock.withLock {
            guard file != nil else { return }
            // Closed first: some network file systems rename a file that is removed while it is open.
            file = nil
            guard !isLost else { return }
            let record = LeaseRecord(holder: holder, token: token)
            do {
                try Self.marked(url, token, record, nil) { remove() }
            } catch {
                // No marker can be made, as on a full disk.
                remove()
            }
        }
    }

    private func remove() {
        if holds { unlink(url.path) }
    }

    /// Advances the counter, and looks whether the file is still there.
    private func confirm() -> Bool {
        guard !isLost, let file else { return false }
        beats += 1
        do {
            try file.write(
                Data(LeaseRecord.text(ofBeat: beats).utf8), at: LeaseRecord.offsetOfBeat)
        } catch {
            // A disk that is full or away for a moment: others see no sign of life, and after the limit
            // the lease is theirs.
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

    /// Whether the file of the lease's name is this lease's.
    private var holds: Bool {
        guard let data = (try? PlainFile.read(url)) ?? nil else { return false }
        return LeaseRecord(data)?.token == token
    }
}
