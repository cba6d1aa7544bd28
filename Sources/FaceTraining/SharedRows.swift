import FaceLosses
import Processes
import Torch

/// The rows of class weights and of their optimiser states, of which each process has those of its own
/// classes.
///
/// Files do not depend on this division: process 0 writes all rows as it receives them, and reads them as it
/// distributes them. All processes call the same functions in the same order.
final class SharedRows {
    private let team: ProcessTeam
    private let head: any DividedHead
    /// The rows of each process.
    private let ranges: [Range<Int>]
    /// The tensors of which each process has a part.
    private(set) var entries: [StateEntry] = []
    /// Where process 0 has the rows of all processes, by name, until they are distributed.
    private var allRows: [String: Rows] = [:]
    /// Why process 0 could not read some rows, after all have been distributed.
    private(set) var failure: (any Error)?
    /// Number of ``entries`` that the current save has gathered.
    private var gathered = 0
    private var isRestored = false

    /// Some of a tensor's rows.
    typealias Rows = (Range<Int>) throws(TorchError) -> Tensor

    /// Name of the class weights in a model's state.
    private static let weightName = "loss.weight"
    /// Maximum number of bytes exchanged at once, unless a row is larger.
    private static let pieceBytes = 16 << 20

    /// Divides the class weights of a loss; nil for one process, and for losses that each process computes
    /// as a whole.
    init?(_ loss: any FaceLoss, _ team: ProcessTeam?) {
        guard let team, let head = loss as? any DividedHead, head.blocks.count > 1 else {
            return nil
        }
        self.team = team
        self.head = head
        ranges = (0..<team.size).map {
            head.rows(of: head.blocks.classes(of: head.blocks.range(of: $0, among: team.size)))
        }
        let own = head.blocks.range(of: team.rank, among: team.size)
        guard head.ownBlocks != own else { return }
        // Process 0 may have started with different weights.
        let whole = head.ownWeight.detached()
        if team.leads { allRows[Self.weightName] = { whole.narrowed(0, $0) } }
        head.keep(own)
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

    /// Takes an entry's rows from a file that process 0 has opened, when they are distributed.
    func keep(_ entry: StateEntry, _ rows: @escaping Rows) { allRows[entry.name] = rows }

    /// Sends each process its rows from process 0; does nothing if process 0 has none.
    ///
    /// If rows cannot be read, zeros are sent in their place, so that processes stay in step, and ``failure`` is set.
    func distribute(_ entry: StateEntry) throws(ProcessError) {
        let whole = allRows.removeValue(forKey: entry.name)
        let isThere = Tensor([whole == nil ? 0 : 1])
        try team.exchange { group throws(TorchError) in try group.broadcast(isThere) }
        guard isThere.array(of: Int.self) == [1] else { return }
        for (rank, rows) in ranges.enumerated() {
            for piece in pieces(of: rows, entry) {
                let part = try distribute(piece, whole, of: entry, to: rank)
                guard rank == team.rank else { continue }
                entry.tensor.detached().narrowed(0, local(piece)).assign(part)
            }
        }
    }

    private func distribute(
        _ piece: Range<Int>, _ whole: Rows?, of entry: StateEntry, to rank: Int
    ) throws(ProcessError) -> Tensor {
        var own: Tensor?
        do throws(TorchError) {
            // In all processes on the same device, which decides how it is sent.
            if failure == nil { own = try whole?(piece).to(device: entry.tensor.device) }
        } catch { failure = error }
        let part = own ?? empty(piece, entry)
        if rank > 0 {
            try team.exchange { group throws(TorchError) in try group.broadcast(part) }
        }
        return part
    }

    // MARK: From all to process 0

    /// Gathers the rows of all processes, in their order, at process 0.
    ///
    /// - Parameter take: Called there with pieces `[m, d]`. If it throws, the exchange is still completed,
    ///   so that processes stay in step.
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

    /// Gathers and discards the entries that a save has not reached, because the other processes wait for
    /// them.
    func finishSave() throws {
        for entry in entries.dropFirst(gathered) { try gather(entry) { _ in } }
    }

    /// Gathers the weights of all classes at process 0 after the last step; does nothing if it has them
    /// already.
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

    /// Divides rows into the pieces that are exchanged at once.
    private func pieces(of rows: Range<Int>, _ entry: StateEntry) -> [Range<Int>] {
        let row = max(1, entry.tensor.shape[1] * entry.tensor.type.size)
        let step = max(1, Self.pieceBytes / row)
        return stride(from: rows.lowerBound, to: rows.upperBound, by: step).map {
            $0..<min($0 + step, rows.upperBound)
        }
    }

    /// The position of rows among those of this process.
    private func local(_ rows: Range<Int>) -> Range<Int> {
        let first = ranges[team.rank].lowerBound
        return rows.lowerBound - first..<rows.upperBound - first
    }

    private func empty(_ rows: Range<Int>, _ entry: StateEntry) -> Tensor {
        entry.tensor.detached().filled(like: 0, shape: [rows.count, entry.tensor.shape[1]])
    }
}
