import FaceLosses
import Processes
import Torch

/// The rows of class weights, and of what an optimiser remembers of them, of which each process has those of its own
/// classes.
///
/// Files know nothing of it: process 0 writes all rows as it is given them, and hands out those that it has read. All
/// processes call the same functions in the same order.
final class SharedRows {
    private let team: ProcessTeam
    private let head: any DividedHead
    /// The rows of each process.
    private let ranges: [Range<Int>]
    /// The tensors of which each process has a part.
    private(set) var entries: [StateEntry] = []
    /// What process 0 has of all rows, by name, until it has handed it out.
    private var wholes: [String: Tensor] = [:]
    /// Of ``entries``, those that the save under way has gathered.
    private var gathered = 0
    private var isRestored = false

    /// Name of the weights among a model's tensors.
    private static let weightName = "loss.weight"
    /// Bytes that are exchanged at once, unless a row has more.
    private static let pieceBytes = 16 << 20

    /// Divides the class weights of a loss; nil where that is not done: for one process, and for losses that each process
    /// computes as a whole.
    init?(_ loss: any FaceLoss, _ team: ProcessTeam?) {
        guard let team, let head = loss as? any DividedHead, head.blocks.count > 1 else {
            return nil
        }
        self.team = team
        self.head = head
        ranges = (0..<team.size).map {
            head.rows(
                of: head.blocks.classes(of: SharedLoss.blocks(of: $0, among: team.size, head)))
        }
        // Process 0 may have begun with other weights than the others.
        if team.leads { wholes[Self.weightName] = head.ownWeight.detached() }
        head.keep(SharedLoss.blocks(of: team.rank, among: team.size, head))
    }

    /// Finds the tensors of which processes have parts.
    func find(in state: [StateEntry]) {
        entries = state.filter {
            ($0.name == Self.weightName || $0.name.hasSuffix(".\(Self.weightName)"))
                && $0.tensor.rank == 2
        }
    }

    func contains(_ entry: StateEntry) -> Bool { entries.contains { $0.name == entry.name } }

    /// The shape of all rows together.
    func shape(of entry: StateEntry) -> [Int] {
        [ranges.last?.upperBound ?? 0] + entry.tensor.shape.dropFirst()
    }

    // MARK: From process 0 to all

    /// Keeps all rows that process 0 has read, until they are handed out.
    func keep(_ whole: Tensor, of entry: StateEntry) { wholes[entry.name] = whole }

    /// Gives each process its rows of what process 0 has; nothing where it has none.
    func handOut(_ entry: StateEntry) throws(ProcessError) {
        let whole = wholes.removeValue(forKey: entry.name)
        let isThere = Tensor([whole == nil ? 0 : 1])
        try team.exchange { group throws(TorchError) in try group.broadcast(isThere) }
        guard isThere.array(of: Int.self) == [1] else { return }
        for (rank, rows) in ranges.enumerated() {
            for piece in pieces(of: rows, entry) {
                let part = try handOut(piece, whole, of: entry, to: rank)
                guard rank == team.rank else { continue }
                entry.tensor.detached().narrowed(0, local(piece)).assign(part)
            }
        }
    }

    private func handOut(
        _ piece: Range<Int>, _ whole: Tensor?, of entry: StateEntry, to rank: Int
    ) throws(ProcessError) -> Tensor {
        let part = whole?.narrowed(0, piece) ?? empty(piece, entry)
        if rank > 0 {
            try team.exchange { group throws(TorchError) in try group.broadcast(part) }
        }
        return part
    }

    // MARK: From all to process 0

    /// Takes the rows of all processes, in their order, to process 0.
    ///
    /// - Parameter take: Called there with pieces `[m, d]`. Where it throws, the exchange goes on to its end, so that
    ///   processes stay together.
    func gather(_ entry: StateEntry, _ take: (Tensor) throws -> Void) throws {
        var failure: (any Error)?
        for (rank, rows) in ranges.enumerated() {
            for piece in pieces(of: rows, entry) {
                let isOwn = rank == team.rank
                let part =
                    isOwn
                    ? entry.tensor.detached().narrowed(0, local(piece)) : empty(piece, entry)
                if rank > 0 {
                    try team.exchange { group throws(TorchError) in
                        try group.broadcast(part, from: rank)
                    }
                }
                guard team.leads, failure == nil else { continue }
                do { try take(part) } catch { failure = error }
            }
        }
        gathered += 1
        if let failure { throw failure }
    }

    /// Begins a save, in which process 0 gathers each of ``entries``.
    func beginSave() { gathered = 0 }

    /// Gathers what a save has not come to, for nobody: the other processes wait for it.
    func finishSave() throws {
        for entry in entries.dropFirst(gathered) { try gather(entry) { _ in } }
    }

    /// Gives process 0 the weights of all classes, when no more steps are taken; nothing where it has them.
    func restoreWeights() throws {
        guard !isRestored, let entry = entries.first(where: { $0.name == Self.weightName })
        else { return }
        isRestored = true
        let whole =
            team.leads ? entry.tensor.detached().filled(like: 0, shape: shape(of: entry)) : nil
        var start = 0
        try gather(entry) { part in
            whole?.narrowed(0, start..<start + part.shape[0]).assign(part)
            start += part.shape[0]
        }
        if let whole { head.restore(whole) }
    }

    /// Rows that are exchanged at once.
    private func pieces(of rows: Range<Int>, _ entry: StateEntry) -> [Range<Int>] {
        let row = max(1, entry.tensor.shape[1] * entry.tensor.type.size)
        let step = max(1, Self.pieceBytes / row)
        return stride(from: rows.lowerBound, to: rows.upperBound, by: step).map {
            $0..<min($0 + step, rows.upperBound)
        }
    }

    /// Where rows lie among those that are here.
    private func local(_ rows: Range<Int>) -> Range<Int> {
        let first = ranges[team.rank].lowerBound
        return rows.lowerBound - first..<rows.upperBound - first
    }

    private func empty(_ rows: Range<Int>, _ entry: StateEntry) -> Tensor {
        .zeros([rows.count, entry.tensor.shape[1]], type: entry.tensor.type)
    }
}
