import Foundation
import TestTeams
import Testing
import Torch

@testable import Processes

@Suite("A team of processes", .serialized)
struct ProcessTeamTests {
    @Test("takes the values of process 0, of any type and order in memory")
    func broadcast() throws {
        let results = try together(3) { team -> [Int] in
            let tensor = Tensor((0..<6).map { $0 * (team.leads ? 1 : 100) }, shape: [2, 3])
            try team.group.broadcast(tensor)
            return tensor.array()
        }
        for result in results { #expect(try result.get() == Array(0..<6)) }
    }

    @Test("is given the bytes of process 0, and each other's numbers")
    func shared() throws {
        let long = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7) })
        let results = try together(3) { team -> ([Data], [Int]) in
            let bytes = [
                try team.shared(team.leads ? long : Data()), try team.shared(),
                try team.shared(Data(team.leads ? "yes".utf8 : "another word".utf8)),
            ]
            return (bytes, try team.numbers(team.rank * 10 - 1))
        }
        for result in results {
            let (bytes, numbers) = try result.get()
            #expect(bytes == [long, Data(), Data("yes".utf8)])
            #expect(numbers == [-1, 9, 19])
        }
    }

    @Test("agrees on the gravest word, and does as process 0 says")
    func agreement() throws {
        let results = try together(3) { team -> [String] in
            let word = try team.agree(team.rank == 1 ? .stops : .ready)
            if team.leads {
                try team.lead("first")
                try team.lead("second")
                team.dismiss()
                return ["\(word)", "first", "second"]
            }
            let orders = [try team.nextOrder(), try team.nextOrder()]
            team.leave()
            return ["\(word)"] + orders
        }
        for result in results { #expect(try result.get() == ["stops", "first", "second"]) }
    }

    @Test("names a process that is gone, with its last step")
    func gone() throws {
        let results = try together(3) { team -> Int in
            team.step = 7
            _ = try team.agree(.ready)
            // Closes its connections and gives no more sign of life, as one that was killed.
            if team.rank == 1 { return 0 }
            _ = try team.agree(.ready)
            return 1
        }
        for rank in [0, 2] {
            guard case .gone(let members, let step)? = results[rank].processError else {
                Issue.record("\(results[rank])")
                continue
            }
            #expect(members.count == 1 && step == 7)
            #expect(members[0].hasPrefix("rank 1 (process \(getpid()) on host"))
        }
    }

    @Test("whose leader says no more waits no longer than the limit of silence")
    func silent() throws {
        let results = try together(2) { team -> String in
            if team.leads { return "" }
            return try team.nextOrder()
        }
        guard case .gone(let members, _)? = results[1].processError else {
            Issue.record("\(results[1])")
            return
        }
        #expect(members.first?.hasPrefix("rank 0 ") == true)
    }

    @Test("does not take its own suspension for the others' silence")
    func suspension() {
        let start = ContinuousClock.now
        var silence = Silence("1", at: start)
        #expect(silence.look("1", at: start + .seconds(1)) == .seconds(1))
        #expect(silence.look("1", at: start + .seconds(3)) == .seconds(3))
        // It was stopped for a minute.
        #expect(silence.look("1", at: start + .seconds(63)) == .seconds(5))
        #expect(silence.look("2", at: start + .seconds(64)) == .zero)
        #expect(silence.look("2", at: start + .seconds(65)) == .seconds(1))
        #expect(silence.look(nil, at: start + .seconds(66)) == .zero)
    }

    @Test("lets writes to a connection that another process has closed be errors")
    func brokenPipes() async {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_DFL)
            _ = try ProcessStore(host: "127.0.0.1", port: 0, serves: true, limit: .seconds(300))
            raise(SIGPIPE)
        }
    }

    @Test("hears why a process has ended")
    func told() throws {
        let results = try together(2) { team -> Int in
            if team.leads {
                try team.awaitAll("data")
            } else {
                team.reportFailure("the disk is full")
            }
            return 0
        }
        guard case .reported(let member, let message)? = results[0].processError else {
            Issue.record("\(results[0])")
            return
        }
        #expect(member.hasPrefix("rank 1 (process "))
        #expect(message == "the disk is full")
    }

    @Test("refuses processes that are not alike, naming the first difference")
    func unlike() throws {
        let results = try together(3, traits: { ["epochs": $0 == 2 ? "4" : "3", "version": "1"] }) {
            _ in 0
        }
        for result in results {
            guard case .unlike(let member, let what, let theirs, let mine)? = result.processError
            else {
                Issue.record("\(result)")
                continue
            }
            #expect(member.hasPrefix("rank 2 ") && what == "epochs" && theirs == "4" && mine == "3")
        }
    }

    @Test("stops when processes come to different numbers, if only in the last bit")
    func different() throws {
        let results = try together(3) { team -> Int in
            let loss = team.rank == 1 ? 1.0.nextUp : 1
            try team.requireSame([loss, .nan], "loss")
            return 0
        }
        for result in results {
            guard case .different(let what, let members, let step)? = result.processError else {
                Issue.record("\(result)")
                continue
            }
            #expect(what == "loss" && members.count == 1 && step == 1)
            #expect(members[0].hasPrefix("rank 1 "))
        }
    }

    @Test("that is started again at the same store does not read the dead attempt's addresses")
    func restart() throws {
        let store = try ProcessStore(host: "127.0.0.1", port: 0, serves: true, limit: .seconds(60))
        for attempt in ["run/0", "run/1", "run/2"] {
            let results = try together(2, attempt: attempt, store: store) { team -> Int in
                try team.agree(.ready).rawValue
            }
            for result in results { #expect(try result.get() == 0) }
        }
    }

    @Test("cannot meet at a port in use, nor at a host that is none")
    func port() throws {
        let store = try ProcessStore(host: "127.0.0.1", port: 0, serves: true, limit: .seconds(60))
        var limits = ProcessTeam.Limits.short
        limits.meeting = .seconds(2)
        for (address, port) in [("127.0.0.1", store.port), ("no.such.host.invalid", 1)] {
            let first = ProcessRank(
                rank: 0, size: 2, localRank: 0, address: address, port: port)
            #expect {
                try ProcessTeam(first, limits: limits)
            } throws: { error in
                guard case .cannotConnect(let place, 2, _)? = error as? ProcessError else {
                    return false
                }
                return place == "\(address):\(port)"
            }
        }
        withExtendedLifetime(store) {}
    }
}
