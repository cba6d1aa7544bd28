#if os(Linux)
    import CWaiting
    import Foundation
    import Testing
    import Torch

    @Suite("How long threads wait before they sleep")
    struct WaitingTests {
        /// One second in which the cores were busy and threads were delayed so long.
        private func isShared(busy: Double, own: Double, delayed: Double) -> Bool {
            var before = waiting_sample(wall: 10, busy: 100, own: 50, delayed: 3)
            var after = waiting_sample(
                wall: 11, busy: 100 + busy, own: 50 + own,
                delayed: delayed < 0 ? delayed : 3 + delayed)
            return waiting_is_shared(&before, &after)
        }

        @Test("depends on what others take of the cores that are wanted")
        func shared() {
            #expect(isShared(busy: 2, own: 1, delayed: 0.9))
            #expect(!isShared(busy: 2, own: 2, delayed: 0.9), "more threads than cores of its own")
            #expect(!isShared(busy: 2, own: 1, delayed: 0), "others on cores that are not wanted")
            #expect(!isShared(busy: 1.2, own: 1, delayed: 0.9), "a fifth of a core")
            #expect(isShared(busy: 1.3, own: 1, delayed: 0.9), "more than a quarter of a core")
            #expect(isShared(busy: 2, own: 1, delayed: -1), "a system that does not tell of delays")
        }

        @Test("is decided from counts that the system keeps")
        func counts() throws {
            var before = waiting_sample()
            var after = waiting_sample()
            try #require(waiting_read(&before))
            // Until this thread has used some processor time.
            repeat { try #require(waiting_read(&after)) } while after.own < before.own + 0.05
            #expect(after.wall > before.wall)
            #expect(after.busy >= before.busy)
            #expect(after.delayed >= before.delayed)
        }

        /// Threads of this process that only lengthen the list of libgomp's.
        private func sleepers() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").filter {
                let file = "/proc/self/task/\($0)/comm"
                return (try? String(contentsOfFile: file, encoding: .utf8)) == "waiting-team\n"
            }.count
        }

        private func waitUntil(_ isReached: () throws -> Bool) throws {
            let end = ContinuousClock.now + .seconds(300)
            while try !isReached() {
                try #require(ContinuousClock.now < end, "it did not happen within five minutes")
                sched_yield()
            }
        }

        @Test("is made short by more threads of libgomp than cores, which go again")
        func team() throws {
            // LibTorch brings libgomp.
            #expect(Tensor.zeros([2]).shape == [2])
            let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
            for _ in 1...2 {
                #expect(waiting_shorten(true))
                try waitUntil { try sleepers() == cores + 1 }
                #expect(waiting_shorten(true), "a second time changes nothing")
                #expect(try sleepers() == cores + 1)
                #expect(waiting_shorten(false))
                try waitUntil { try sleepers() == 0 }
            }
        }

        /// How many processors a thread may use, of those in a folder of threads; nil when it is gone.
        private static func processors(of thread: String) -> Int? {
            guard let text = try? String(contentsOfFile: "\(thread)/status", encoding: .utf8),
                let line = text.split(separator: "\n").first(where: {
                    $0.hasPrefix("Cpus_allowed:")
                })
            else { return nil }
            return line.dropFirst("Cpus_allowed:".count).compactMap(\.hexDigitValue)
                .reduce(0) { $0 + $1.nonzeroBitCount }
        }

        /// The other threads that may use one processor alone.
        private static func placed() throws -> Set<String> {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
            return try Set(
                FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").filter {
                    !own.hasSuffix("/\($0)") && processors(of: "/proc/self/task/\($0)") == 1
                })
        }

        @Test("leaves each thread a processor of its own for a step, while others want them")
        func spread() async {
            // In a process of its own: other tests change the number of LibTorch's threads.
            await #expect(processExitsWith: .success) {
                try await withCheckedThrowingContinuation { continuation in
                    Thread.detachNewThread {
                        continuation.resume(
                            with: Result { try WaitingTests.spreadOnThisThread() })
                    }
                }
            }
        }

        private static func spreadOnThisThread() throws {
            let all = try #require(processors(of: "/proc/thread-self"))
            LibTorch.setThreads(all)
            let isSpread = all > 1
            LibTorch.spreadThreads(true)
            let placed = try LibTorch.withSpreadThreads {
                #expect(processors(of: "/proc/thread-self") == (isSpread ? 1 : all))
                return try Self.placed()
            }
            #expect(!isSpread || placed.count >= all - 1)
            #expect(
                processors(of: "/proc/thread-self") == all, "what it starts now may run anywhere")
            LibTorch.spreadThreads(false)
            LibTorch.withSpreadThreads {
                #expect(processors(of: "/proc/thread-self") == all)
            }
            let free = placed.filter { processors(of: "/proc/self/task/\($0)") == all }
            #expect(!isSpread || free.count >= all - 1)
        }

        @Test("is said to libgomp unless the user says it")
        func environment() throws {
            func changed(_ entries: [String]) -> [String]? {
                let strings = entries.map { strdup($0) }
                defer { strings.forEach { free($0) } }
                var terminated = strings + [nil]
                guard let result = waiting_environment(&terminated) else { return nil }
                defer { free(result) }
                return (0...).lazy.map { result[$0] }.prefix { $0 != nil }
                    .map { $0.map { String(cString: $0) } ?? "" }
            }
            #expect(
                changed(["A=1", "B="]) == [
                    "A=1", "B=", "OMP_WAIT_POLICY=ACTIVE", "GOMP_SPINCOUNT=300000",
                ])
            #expect(changed([])?.count == 2)
            #expect(changed(["A=1", "OMP_WAIT_POLICY=passive"]) == nil)
            #expect(changed(["GOMP_SPINCOUNT=7"]) == nil)
            #expect(changed(["GOMP_SPINCOUNTS=7"])?.count == 3)
        }
    }
#endif
