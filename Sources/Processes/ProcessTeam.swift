import Foundation
public import SafeFiles
public import Torch

/// A team of processes that compute one training together, from the point of view of one of them.
///
/// Process 0 leads: it publishes instructions (``lead(_:)``), which the others wait for (``nextOrder()``). In
/// between, all make the same exchanges of tensors. If a process ends, with or without a message, the others
/// report it within seconds, and every wait has a limit.
///
/// Each process has a heartbeat counter in the store, which a thread increments. Machines' clocks are never
/// compared.
public final class ProcessTeam {
    /// A member of the team.
    public struct Member: Codable, Sendable, Hashable, CustomStringConvertible {
        /// Its rank, from 0.
        public var rank: Int
        /// Its machine and process ID.
        public var process: ProcessIdentity
        /// Properties that must be the same in all processes, by name.
        public var traits: [String: String]
        /// Identifies its GPU on its machine; nil if it has none that could be connected with others.
        public var gpu: String?

        /// A description such as `rank 2 (process 4711 on host 'gpu1')`.
        public var description: String { "rank \(rank) (\(process))" }
    }

    /// Time limits.
    public struct Limits: Sendable, Hashable {
        /// For all processes to join.
        public var meeting = Duration.seconds(300)
        /// For the slowest process to reach an exchange.
        public var exchange = Duration.seconds(300)
        /// Without heartbeats, after which a process is considered lost.
        public var silence = Duration.seconds(30)
        /// Between two heartbeats.
        public var beat = Duration.milliseconds(500)

        /// Creates the default limits.
        public init() {}
    }

    /// This process's rank and the address of the store, from its launcher.
    public let start: ProcessRank
    /// All processes, in the order of ranks.
    public private(set) var members: [Member] = []
    /// Number of steps taken, for messages.
    public var step = 0

    /// The connection for tensors.
    public let group: ProcessGroup

    private let store: StoreWithTimeout
    private let limits: Limits
    private let pulse: Pulse
    private var orders = 0

    /// Whether this process is the leader, process 0.
    public var leads: Bool { rank == 0 }
    /// Number of processes.
    public var size: Int { start.size }
    /// This process's rank, from 0.
    public var rank: Int { start.rank }

    /// Connects to the other processes.
    ///
    /// - Parameters:
    ///   - store: The store; nil to connect to it, or serve it, according to `start`.
    ///   - traits: Properties that must be the same in all processes, by name.
    ///   - interface: Network interface at which this machine is reached; nil for the one that leads
    ///     to the store.
    ///   - device: The device that this process computes on. If each process has a GPU of its own, tensors are exchanged
    ///     between these, and otherwise through the CPU; nil for always the latter.
    /// - Throws: ``ProcessError``.
    public init(
        _ start: ProcessRank, store: ProcessStore? = nil, traits: [String: String] = [:],
        interface: String? = nil, device: Device? = nil, limits: Limits = Limits()
    ) throws(ProcessError) {
        self.start = start
        self.limits = limits
        let address = "\(start.address):\(start.port)"
        do throws(TorchError) {
            let store = try Self.connect(start, store, limits)
            self.store = StoreWithTimeout(store, limit: limits.silence)
            let request = RequestWithTimeout { () throws(TorchError) in
                try ProcessGroup(
                    store, name: "facet/\(start.attempt)/tensors", rank: start.rank,
                    size: start.size,
                    address: interface.map { .interface($0) } ?? .toward(start.address),
                    limit: limits.exchange)
            }
            group = try request.value(
                "connecting \(start.size) processes", within: limits.exchange + Self.margin)
        } catch {
            throw .cannotConnect(
                address: address, seconds: Int(limits.meeting.components.seconds),
                reason: error.reason)
        }
        pulse = Pulse(self.store, key: "facet/\(start.attempt)/beat/", limits)
        pulse.begin(rank: start.rank)
        try introduce(traits, gpu: device.flatMap(ProcessGroup.identity))
        if let device, Self.haveOwnGPUs(members) { try connect(device) }
    }

    /// Whether each process has a GPU of its own.
    static func haveOwnGPUs(_ members: [Member]) -> Bool {
        let gpus = members.compactMap { member in
            member.gpu.map { [member.process.host, $0] }
        }
        return gpus.count == members.count && Set(gpus).count == gpus.count
    }

    private func connect(_ gpu: Device) throws(ProcessError) {
        let (group, name, limit) = (group, key("gpus"), limits.exchange)
        // NCCL itself waits for ever for a process that has ended meanwhile.
        let request = RequestWithTimeout { () throws(TorchError) in
            try group.connect(gpu, name: name, limit: limit)
        }
        do throws(TorchError) {
            try request.value("connecting the GPUs", within: limit + Self.margin)
        } catch {
            group.abandon()
            throw .connection(
                reason:
                    "the GPUs of the \(size) processes cannot be connected (\(error)); with FACET_NCCL=0 in "
                    + "the environment of all of them they exchange through the CPU")
        }
    }

    private static func connect(
        _ start: ProcessRank, _ store: ProcessStore?, _ limits: Limits
    ) throws(TorchError) -> ProcessStore {
        if let store { return store }
        // Another program may be listening there, which accepts the connection but never answers.
        return try RequestWithTimeout { () throws(TorchError) in
            try ProcessStore(
                host: start.address, port: start.port,
                serves: start.servesStore && start.rank == 0, limit: limits.meeting)
        }.value("connecting to the store", within: limits.meeting + margin)
    }

    /// Added to LibTorch's own limits, so that its messages come first.
    private static let margin = Duration.seconds(5)

    deinit { pulse.end() }

    private func key(_ name: String) -> String { "facet/\(start.attempt)/\(name)" }

    /// Exchanges descriptions of all processes, and checks that their traits are equal.
    private func introduce(_ traits: [String: String], gpu: String?) throws(ProcessError) {
        let me = Member(rank: rank, process: .current, traits: traits, gpu: gpu)
        do {
            let text = String(decoding: try JSONEncoder().encode(me), as: UTF8.self)
            try store.set(key("member/\(rank)"), to: text)
        } catch { throw .connection(reason: "\(error)") }
        for rank in 0..<size {
            let text = try awaited("member/\(rank)", within: limits.exchange, from: rank)
            guard let member = try? JSONDecoder().decode(Member.self, from: Data(text.utf8)) else {
                throw .connection(reason: "rank \(rank) does not say what it is")
            }
            members.append(member)
        }
        for member in members {
            for (what, mine) in members[0].traits.sorted(by: { $0.key < $1.key }) {
                let theirs = member.traits[what] ?? "none"
                if theirs != mine {
                    throw .unlike(
                        member: member.description, what: what, theirs: theirs, mine: mine)
                }
            }
        }
    }

    // MARK: Orders

    /// Publishes the next instruction for the other processes; only for process 0.
    public func lead(_ order: String) throws(ProcessError) {
        orders += 1
        do throws(TorchError) {
            try store.set(key("order/\(orders)"), to: order)
        } catch { throw diagnosed(error) }
    }

    /// Waits for process 0's next instruction, as long as that process is alive.
    public func nextOrder() throws(ProcessError) -> String {
        orders += 1
        return try awaited("order/\(orders)", within: nil, from: 0)
    }

    /// A barrier: waits until all processes have arrived here, as long as they are alive.
    ///
    /// - Parameter name: The purpose, for messages.
    public func awaitAll(_ name: String) throws(ProcessError) {
        let name = "\(name)/\(orders)"
        do throws(TorchError) {
            try store.set(key("\(name)/\(rank)"), to: "")
        } catch { throw diagnosed(error) }
        for rank in 0..<size { _ = try awaited("\(name)/\(rank)", within: nil, from: rank) }
    }

    /// Waits until the other processes have received the last instruction, so that the store can be
    /// closed.
    public func dismiss() {
        for rank in 1..<size {
            // A process that has ended is ignored.
            _ = try? awaited("end/\(rank)", within: .seconds(5), from: rank)
        }
        pulse.end()
    }

    /// Confirms that this process has received the last instruction.
    public func leave() {
        try? store.set(key("end/\(rank)"), to: "")
        pulse.end()
    }

    /// Waits for the value of a key that a process will set.
    private func awaited(
        _ name: String, within limit: Duration?, from rank: Int
    ) throws(ProcessError) -> String {
        let started = ContinuousClock.now
        var pause: UInt32 = 500
        var watch = pulse.watch(rank)
        var reported: (member: String, text: String)?
        while true {
            do throws(TorchError) {
                if let value = try store.value(of: key(name)) { return value }
                reported = try message()
            } catch { throw lost([0], error) }
            if let reported {
                throw ending(with: .reported(member: reported.member, message: reported.text))
            }
            if watch.silence() > limits.silence {
                throw ending(with: .gone(members: [title(rank)], step: step), silent: [rank])
            }
            if let limit, started.duration(to: .now) > limit {
                throw .connection(
                    reason: "\(title(rank)) has not answered within \(limit.components.seconds) s")
            }
            usleep(pause)
            pause = min(20_000, pause * 2)
        }
    }

    // MARK: Exchanges

    /// A process's state before a step.
    public enum Readiness: Int, Sendable, Comparable {
        /// It is ready for the step.
        case ready
        /// It is ready, and requests that all processes save before it.
        case saves
        /// It was asked to stop.
        case stops
        /// It cannot continue, or the training ends.
        case ends

        /// Orders states by severity.
        public static func < (first: Self, second: Self) -> Bool {
            first.rawValue < second.rawValue
        }
    }

    /// The most severe state of all processes before a step.
    public func agree(_ mine: Readiness) throws(ProcessError) -> Readiness {
        let all = try exchange { group throws(TorchError) in
            try group.gathered(Tensor([mine.rawValue, self.step]))
        }.array(of: Int.self)
        let steps = stride(from: 1, to: all.count, by: 2).map { all[$0] }
        try requireSame(steps, "number of steps")
        let gravest = stride(from: 0, to: all.count, by: 2).map { all[$0] }.max() ?? 0
        return Readiness(rawValue: gravest) ?? .ends
    }

    /// Checks that all processes have computed bitwise equal numbers.
    ///
    /// - Parameter what: The name of the numbers, for the message.
    public func requireSame(_ numbers: [Double], _ what: String) throws(ProcessError) {
        let bits = numbers.map { Int(truncatingIfNeeded: $0.bitPattern) }
        let all = try exchange { group throws(TorchError) in try group.gathered(Tensor(bits)) }
            .array(of: Int.self)
        let rows = (0..<size).map { Array(all[$0 * bits.count..<($0 + 1) * bits.count]) }
        try requireSame(rows, what)
    }

    private func requireSame<Value: Equatable>(
        _ values: [Value], _ what: String
    ) throws(ProcessError) {
        let others = values.indices.filter { values[$0] != values[0] }
        guard !others.isEmpty else { return }
        throw .different(what: what, members: others.map(title), step: step + 1)
    }

    /// Runs an exchange of tensors, and diagnoses failures.
    public func exchange<Result>(
        _ body: (ProcessGroup) throws(TorchError) -> Result
    ) throws(ProcessError) -> Result {
        do throws(TorchError) {
            return try body(group)
        } catch { throw diagnosed(error) }
    }

    // MARK: Failures

    /// Publishes why this process ends; the others read it when they notice that its connections
    /// are closed.
    public func reportFailure(_ reason: String) {
        if rank < members.count {
            try? store.set(key("message"), to: "\(members[rank])\n\(reason)")
            try? store.set(key("diagnosed/\(rank)"), to: "")
        }
    }

    /// The error for the message of a process that has ended the work.
    public func reportedError() -> ProcessError {
        guard let reported = (try? message()) ?? nil else {
            return .connection(reason: "a process has ended without a word")
        }
        return .reported(member: reported.member, message: reported.text)
    }

    private func message() throws(TorchError) -> (member: String, text: String)? {
        guard let text = try store.value(of: key("message")) else { return nil }
        let parts = text.split(separator: "\n", maxSplits: 1).map(String.init)
        return (parts.first ?? "", parts.last ?? "")
    }

    /// Diagnoses a failed exchange: finds the process that ended, with or without a message.
    private func diagnosed(_ error: TorchError) -> ProcessError {
        do throws(TorchError) {
            // The others will notice as well, and must not be considered lost if they end before this
            // one.
            try store.set(key("noticed/\(rank)"), to: "")
            let silent = try message() == nil ? try silentRanks() : []
            let failure: ProcessError =
                if let reported = try message() {
                    .reported(member: reported.member, message: reported.text)
                } else if silent.isEmpty {
                    .connection(reason: error.reason)
                } else {
                    .gone(members: silent.sorted().map(title), step: step)
                }
            return ending(with: failure, silent: silent)
        } catch { return lost([0], error) }
    }

    /// The processes that neither notice the failure nor give a sign of life within six beats.
    private func silentRanks() throws(TorchError) -> Set<Int> {
        var watches = (0..<size).map { (rank: $0, watch: pulse.watch($0)) }
        let started = ContinuousClock.now
        while !watches.isEmpty, started.duration(to: .now) < limits.beat * 6 {
            usleep(20_000)
            var silent: [(rank: Int, watch: Pulse.Watch)] = []
            for (rank, watch) in watches {
                let hasNoticed = try store.value(of: key("noticed/\(rank)")) != nil
                let hasChanged = try watch.hasChanged()
                if !hasNoticed, !hasChanged { silent.append((rank, watch)) }
            }
            watches = silent
        }
        return Set(watches.map(\.rank))
    }

    /// An error with which this process ends. The process that serves the store first waits until the others have
    /// diagnosed the failure as well: if it ended before, they would take it for the cause.
    ///
    /// - Parameter silent: Ranks that will not.
    private func ending(with failure: ProcessError, silent: Set<Int> = []) -> ProcessError {
        try? store.set(key("diagnosed/\(rank)"), to: "")
        guard start.servesStore, leads else { return failure }
        let started = ContinuousClock.now
        var missing = Set(1..<size).subtracting(silent)
        while !missing.isEmpty, started.duration(to: .now) < limits.beat * 6 {
            do throws(TorchError) {
                for rank in missing where try store.value(of: key("diagnosed/\(rank)")) != nil {
                    missing.remove(rank)
                }
            } catch { return failure }
            usleep(20_000)
        }
        return failure
    }

    /// The error for a store that does not respond.
    private func lost(_ ranks: [Int], _ error: TorchError) -> ProcessError {
        start.servesStore && !leads
            ? .gone(members: ranks.map(title), step: step)
            : .connection(reason: "their store does not answer (\(error.reason))")
    }

    private func title(_ rank: Int) -> String {
        members.indices.contains(rank) ? members[rank].description : "rank \(rank)"
    }
}

/// A store with a timeout for every request: a dead connection would otherwise block for a quarter of an hour.
///
/// `@unchecked` is sound because LibTorch's store serialises requests.
private final class StoreWithTimeout: @unchecked Sendable {
    private let store: ProcessStore
    private let limit: Duration

    init(_ store: ProcessStore, limit: Duration) {
        self.store = store
        self.limit = limit
    }

    func set(_ key: String, to value: String) throws(TorchError) {
        _ = try ask { store throws(TorchError) -> String? in
            try store.set(key, to: value)
            return nil
        }
    }

    func value(of key: String) throws(TorchError) -> String? {
        try ask { store throws(TorchError) -> String? in try store.value(of: key) }
    }

    private func ask(
        _ body: @escaping (ProcessStore) throws(TorchError) -> String?
    ) throws(TorchError) -> String? {
        let store = store
        return try RequestWithTimeout { () throws(TorchError) in try body(store) }
            .value("asking the store", within: limit)
    }
}

/// Heartbeats: a counter of each process in the store.
private final class Pulse: @unchecked Sendable {
    private let store: StoreWithTimeout
    private let key: String
    private let beat: Duration
    private let lock = NSLock()
    private var isOver = false

    init(_ store: StoreWithTimeout, key: String, _ limits: ProcessTeam.Limits) {
        self.store = store
        self.key = key
        beat = limits.beat
    }

    /// Starts this process's heartbeats.
    func begin(rank: Int) {
        let thread = Thread { [self] in
            var count = 0
            while !lock.withLock({ isOver }) {
                count += 1
                // If the server has ended, the next request reports it.
                try? store.set("\(key)\(rank)", to: "\(count)")
                usleep(UInt32(clamping: Int(beat / .microseconds(1))))
            }
        }
        thread.stackSize = 1 << 18
        thread.start()
    }

    func end() { lock.withLock { isOver = true } }

    /// Starts to observe a process.
    func watch(_ rank: Int) -> Watch { Watch(store: store, key: "\(key)\(rank)") }

    /// An observation of another process's counter.
    struct Watch {
        let store: StoreWithTimeout
        let key: String
        private let first: String?
        private var silenceSoFar: Silence

        init(store: StoreWithTimeout, key: String) {
            self.store = store
            self.key = key
            first = (try? store.value(of: key)) ?? nil
            silenceSoFar = Silence(first, at: .now)
        }

        func hasChanged() throws(TorchError) -> Bool { try store.value(of: key) != first }

        /// How long the counter has not changed, by this process's clock; zero if it was read less than
        /// half a second ago.
        mutating func silence() -> Duration {
            let now = ContinuousClock.now
            guard silenceSoFar.sinceLooked(now) > .milliseconds(500) else { return .zero }
            return silenceSoFar.look((try? store.value(of: key)) ?? nil, at: now)
        }
    }
}

/// How long a counter has not changed, as far as this process has looked.
///
/// A process that was suspended itself, perhaps with all others, has not seen that they were silent: two seconds at
/// most count between two looks.
struct Silence {
    private var last: String?
    private var looked: ContinuousClock.Instant
    private var unchanged = Duration.zero

    init(_ count: String?, at now: ContinuousClock.Instant) {
        last = count
        looked = now
    }

    func sinceLooked(_ now: ContinuousClock.Instant) -> Duration { looked.duration(to: now) }

    /// The silence after another look.
    mutating func look(_ count: String?, at now: ContinuousClock.Instant) -> Duration {
        unchanged = count == last ? unchanged + min(sinceLooked(now), .seconds(2)) : .zero
        last = count
        looked = now
        return unchanged
    }
}

extension TorchError {
    /// The first line of an error, without LibTorch's source locations.
    var reason: String {
        guard case .libTorch(_, let message) = self else { return description }
        return message.split(separator: "\n").first.map(String.init) ?? message
    }
}
