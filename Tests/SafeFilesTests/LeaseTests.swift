import Foundation
import Testing

@testable import SafeFiles

@Suite("A lease")
struct LeaseTests {
    /// A process of another machine, of which nothing is known but its lease.
    private static let elsewhere = ProcessIdentity(
        host: "elsewhere", process: 4711, since: "2026-01-31T12:00:00Z")

    /// A clock that a test advances.
    private final class Time: @unchecked Sendable {
        private let lock = NSLock()
        private var value = Duration.zero

        func advance(_ seconds: Int) { lock.withLock { value += .seconds(seconds) } }

        var clock: LeaseClock { LeaseClock(now: { self.lock.withLock { self.value } }) }
    }

    private func content(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("is held by one, names its holder, and leaves nothing behind")
    func one() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("run/.lease")
            let watch = LeaseWatch()
            #expect(try watch.state(of: url) == .free)
            let lease = try #require(try Lease.take(url, watch))
            #expect(lease.isHeld && lease.beat())
            #expect(try Lease.take(url, LeaseWatch()) == nil)
            #expect(try LeaseWatch().state(of: url) == .held(by: lease.holder))
            #expect(lease.holder.process == ProcessInfo.processInfo.processIdentifier)
            lease.release()
            #expect(!lease.isHeld)
            #expect(try content(folder.appendingPathComponent("run")) == [])
            let again = try #require(try Lease.take(url, watch))
            #expect(again.token != lease.token)
        }
    }

    @Test("goes to one of many who want it at the same time, free or left behind")
    func many() throws {
        try withFolder { folder in
            let time = Time()
            for round in 0..<20 {
                let url = folder.appendingPathComponent("\(round)")
                let watches = (0..<8).map { _ in LeaseWatch(time.clock) }
                for isLeft in [false, true] {
                    if isLeft {
                        for watch in watches { _ = try watch.state(of: url) }
                        time.advance(61)
                    }
                    let taken = Taken()
                    DispatchQueue.concurrentPerform(iterations: 8) { index in
                        let lease = try? Lease.take(url, watches[index], holder: Self.elsewhere)
                        if let lease { taken.add(lease) }
                    }
                    #expect(taken.leases.count == 1)
                    #expect(taken.leases.count { $0.isHeld } == 1)
                    taken.leases.forEach { Taken.kept.add($0) }
                }
            }
            #expect(try content(folder) == (0..<20).map { "\($0)" }.sorted())
        }
    }

    @Test("is left behind when its observer has seen no sign of life for a minute")
    func leftBehind() throws {
        try withFolder { folder in
            let (time, mine) = (Time(), Time())
            // The holder's clock is another one, and does not matter to the observer.
            mine.advance(1_000_000)
            let url = folder.appendingPathComponent(".lease")
            let former = try #require(
                try Lease.take(url, LeaseWatch(mine.clock), holder: Self.elsewhere))
            let watch = LeaseWatch(time.clock)
            #expect(try watch.state(of: url) == .held(by: Self.elsewhere))
            time.advance(59)
            #expect(try Lease.take(url, watch) == nil)
            #expect(former.beat())
            #expect(try watch.state(of: url) == .held(by: Self.elsewhere))
            time.advance(59)
            #expect(try Lease.take(url, watch) == nil)
            time.advance(1)
            #expect(try watch.state(of: url) == .leftBehind(by: Self.elsewhere))
            let successor = try #require(try Lease.take(url, watch))
            let data = try Data(contentsOf: url)

            // Awake again, the previous holder writes nothing and says who has it.
            mine.advance(120)
            #expect(!former.isHeld && !former.beat())
            #expect(former.presentHolder == successor.holder)
            former.release()
            #expect(successor.isHeld)
            #expect(try Data(contentsOf: url) == data)
            #expect(try content(folder) == [".lease"])
        }
    }

    @Test("is asked for in the file only when the last sign of life is old")
    func confirmed() throws {
        try withFolder { folder in
            let time = Time()
            let url = folder.appendingPathComponent(".lease")
            let lease = try #require(try Lease.take(url, LeaseWatch(time.clock)))
            try FileManager.default.removeItem(at: url)
            time.advance(19)
            #expect(lease.isHeld)
            time.advance(1)
            #expect(!lease.isHeld)
        }
    }

    @Test("of a process of this machine that has ended is left behind at once")
    func ended() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent(".lease")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "exit 0"]
            try process.run()
            process.waitUntilExit()
            let current = ProcessIdentity.current
            try #require(current.machine != nil, "The system does not name its start.")
            var gone = current
            gone.process = process.processIdentifier
            var reused = current
            reused.began = (current.began ?? 0) + 1
            for holder in [gone, reused] {
                let lease = try #require(try Lease.take(url, LeaseWatch(), holder: holder))
                #expect(try LeaseWatch().state(of: url) == .leftBehind(by: holder))
                let next = try #require(try Lease.take(url, LeaseWatch()))
                #expect(next.isHeld && !lease.beat())
                next.release()
            }
            // The same number on another machine, or in another container, may be running.
            gone.machine = "another"
            let lease = try #require(try Lease.take(url, LeaseWatch(), holder: gone))
            #expect(try LeaseWatch().state(of: url) == .held(by: gone))
            lease.release()
        }
    }

    @Test(
        "that is damaged is nobody's, and free after the same time", arguments: ["", "{", "[1]\n"])
    func damaged(_ text: String) throws {
        try withFolder { folder in
            let time = Time()
            let url = folder.appendingPathComponent(".lease")
            try Data(text.utf8).write(to: url)
            let watch = LeaseWatch(time.clock)
            #expect(try watch.state(of: url) == .held(by: nil))
            #expect(try Lease.take(url, watch) == nil)
            time.advance(60)
            let lease = try #require(try Lease.take(url, watch))
            #expect(lease.isHeld)
            #expect(try content(folder) == [".lease"])
        }
    }

    @Test("does not lead elsewhere")
    func plain() throws {
        try withFolder { folder in
            let victim = folder.appendingPathComponent("victim")
            try Data("notes".utf8).write(to: victim)
            let url = folder.appendingPathComponent(".lease")
            try FileManager.default.createSymbolicLink(
                atPath: url.path, withDestinationPath: "victim")
            #expect(throws: SafeFilesError.notPlain(path: url.path, kind: .link)) {
                try Lease.take(url, LeaseWatch())
            }
            #expect(try Data(contentsOf: victim) == Data("notes".utf8))
            let inside = folder.appendingPathComponent("folder")
            try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
            #expect(throws: SafeFilesError.notPlain(path: inside.path, kind: .folder)) {
                try Lease.take(inside, LeaseWatch())
            }
            let error = #expect(throws: SafeFilesError.self) {
                try Lease.take(URL(fileURLWithPath: "/proc/facet/.lease"), LeaseWatch())
            }
            guard case .unwritable? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("whose replacement was not completed is replaced by another")
    func halfReplaced() throws {
        try withFolder { folder in
            let time = Time()
            let url = folder.appendingPathComponent(".lease")
            let former = try #require(
                try Lease.take(url, LeaseWatch(time.clock), holder: Self.elsewhere))
            let marker = folder.appendingPathComponent("..lease.\(former.token).taken")
            try Data("{}".utf8).write(to: marker)
            let watch = LeaseWatch(time.clock)
            #expect(try Lease.take(url, watch) == nil)
            time.advance(60)
            // Now the marker is seen, and a minute later it is seen to be nobody's.
            #expect(try Lease.take(url, watch) == nil)
            time.advance(60)
            #expect(try Lease.take(url, watch) == nil)
            #expect(try Lease.take(url, watch) != nil)
            #expect(!FileManager.default.fileExists(atPath: marker.path))
        }
    }

    @Test("is kept alive by a thread of its own")
    func keeper() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent(".lease")
            let lease = try #require(try Lease.take(url, LeaseWatch()))
            let before = try Data(contentsOf: url)
            let keeper = LeaseKeeper(LeaseClock(interval: .milliseconds(1)))
            keeper.keep(lease)
            // Ends when the keeper has given a sign of life, which only it does here.
            while try Data(contentsOf: url) == before { usleep(1000) }
            #expect(try Data(contentsOf: url).count == before.count)
            #expect(lease.isHeld)
        }
    }
}

/// Leases that several threads have taken.
private final class Taken: @unchecked Sendable {
    /// What is not to be released before the process ends.
    static let kept = Taken()

    private let lock = NSLock()
    private var all: [Lease] = []

    var leases: [Lease] { lock.withLock { all } }

    func add(_ lease: Lease) { lock.withLock { all.append(lease) } }
}
