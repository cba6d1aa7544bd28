import Foundation
import SafeFiles
import Testing

@Suite struct FolderLockTests {
    @Test func aSecondClaimIsRefusedAndSaysWhoHoldsIt() throws {
        try withFolder { folder in
            let lock = try FolderLock(folder)
            let error = #expect(throws: SafeFilesError.self) { _ = try FolderLock(folder) }
            guard case .busy(let path, let holder?)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(path == folder.path)
            #expect(holder.process == ProcessInfo.processInfo.processIdentifier)
            #expect(holder.host == ProcessInfo.processInfo.hostName)
            #expect(ISO8601DateFormatter().date(from: holder.since) != nil)
            lock.release()
            _ = try FolderLock(folder)
        }
    }

    @Test func nothingIsLeftBehind() throws {
        try withFolder { folder in
            let inside = folder.appendingPathComponent("a/b")
            var lock: FolderLock? = try FolderLock(inside)
            #expect(lock != nil)
            lock = nil
            #expect(try FileManager.default.contentsOfDirectory(atPath: inside.path) == [])
        }
    }

    @Test func aLockOfADeadProcessDoesNotHold() throws {
        try withFolder { folder in
            try Data("{}".utf8).write(to: folder.appendingPathComponent(".lock"))
            let lock = try FolderLock(folder)
            lock.release()
        }
    }

    @Test func oneOfManyThreadsGetsIt() throws {
        try withFolder { folder in
            let winners = Counter()
            let held = Counter()
            DispatchQueue.concurrentPerform(iterations: 64) { _ in
                guard let lock = try? FolderLock(folder) else { return }
                winners.add(1)
                #expect(held.add(1) == 1)
                held.add(-1)
                lock.release()
            }
            #expect(winners.add(0) >= 1)
        }
    }
}

/// A number that threads share.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0

    @discardableResult
    func add(_ amount: Int) -> Int {
        lock.withLock {
            value += amount
            return value
        }
    }
}
