import CProcessGroup
import CTorch
import Foundation

/// Processes that exchange tensors of the processor's memory, by LibTorch's c10d and Gloo.
///
/// All of them do the same exchanges in the same order. An exchange fails in all of them when one is
/// gone, or has not reached it within the limit; the group is of no use afterwards.
public final class ProcessGroup {
    /// This process's number, from 0.
    public let rank: Int
    /// Processes of the group.
    public let size: Int
    private let handle: pg_group
    private let store: ProcessStore
    private var isBroken = false

    /// The address at which other processes reach this machine.
    public enum Address: Sendable, Hashable {
        /// The address by which packets leave for a host.
        case toward(String)
        /// The address of a network interface.
        case interface(String)
    }

    /// Connects the processes of a group, which all call this.
    ///
    /// - Parameters:
    ///   - store: Where they find each other.
    ///   - name: What distinguishes the group from others in the store, those of former attempts
    ///     included.
    ///   - limit: Of the connection, and of each exchange.
    /// - Throws: `TorchError.libTorch`, also when not all have joined within the limit.
    public init(
        _ store: ProcessStore, name: String, rank: Int, size: Int, address: Address,
        limit: Duration
    ) throws(TorchError) {
        let (text, isInterface) =
            switch address {
            case .interface(let name): (name, true)
            case .toward(let host): (try Self.localAddress(toward: host), false)
            }
        var handle = pg_group()
        let status = unsafe pg_group_open(
            store.handle, name, Int32(rank), Int32(size), text, isInterface, limit.milliseconds,
            &handle)
        try requireSuccess(status, "connecting \(size) processes")
        self.handle = handle
        self.store = store
        self.rank = rank
        self.size = size
    }

    deinit {
        // What is closed waits for exchanges in progress, which a broken group may have forever.
        if !isBroken { pg_group_close(handle) }
    }

    /// The address of this machine by which packets leave it for a host.
    static func localAddress(toward host: String) throws(TorchError) -> String {
        var text: UnsafeMutablePointer<CChar>?
        unsafe try requireSuccess(pg_local_address(host, &text), "finding the way to '\(host)'")
        defer { unsafe free(text) }
        return unsafe text.map { unsafe String(cString: $0) } ?? ""
    }

    /// The tensors of all processes, one upon another in the order of ranks: `[size, ...]`.
    ///
    /// - Parameter tensor: Of the same shape and type in all of them.
    public func gathered(_ tensor: Tensor) throws(TorchError) -> Tensor {
        try gathering(tensor).wait()
    }

    /// Begins to gather: see ``gathered(_:)``.
    public func gathering(_ tensor: Tensor) throws(TorchError) -> PendingExchange {
        let input = tensor.detached().contiguous()
        let output = Tensor.zeros([size] + input.shape, type: input.type)
        return try begin("gathering", output) { work in
            unsafe pg_gather(handle, input.handle, output.handle, &work)
        }
    }

    /// Begins to give part i of a tensor to process i: of `[size, ...]` results `[size, ...]`, the part of each
    /// process that is for this one.
    public func exchanging(_ tensor: Tensor) throws(TorchError) -> PendingExchange {
        let input = tensor.detached().contiguous()
        precondition(input.shape.first == size, "every process is given a part")
        let output = Tensor.zeros(input.shape, type: input.type)
        return try begin("exchanging", output) { work in
            unsafe pg_exchange(handle, input.handle, output.handle, &work)
        }
    }

    /// Begins to add up a tensor of each process, in c10d's own order, which depends on their number.
    ///
    /// - Parameter tensor: Of the same shape and type in all of them.
    public func summing(_ tensor: Tensor) throws(TorchError) -> PendingExchange {
        let sum = tensor.detached().contiguous().copy()
        return try begin("adding up", sum) { work in unsafe pg_sum(handle, sum.handle, &work) }
    }

    private func begin(
        _ operation: String, _ output: Tensor, _ body: (inout pg_work) -> ct_status
    ) throws(TorchError) -> PendingExchange {
        var work = pg_work()
        try perform(body(&work), operation)
        return PendingExchange(self, work, operation, output)
    }

    /// Puts the values that a tensor has in one process into all processes' tensors.
    ///
    /// - Parameter root: The process that has the values.
    public func broadcast(_ tensor: Tensor, from root: Int = 0) throws(TorchError) {
        let values = tensor.detached().contiguous().to(device: .cpu).copy()
        try perform(pg_broadcast(handle, values.handle, Int32(root)), "broadcasting")
        if rank != root { tensor.assign(values) }
    }

    fileprivate func perform(_ status: ct_status, _ operation: String) throws(TorchError) {
        do throws(TorchError) {
            try requireSuccess(status, "\(operation) among \(size) processes")
        } catch {
            isBroken = true
            throw error
        }
    }
}

/// An exchange of tensors that is in progress. Exchanges complete in the order in which they were begun.
public final class PendingExchange {
    private let group: ProcessGroup
    private let work: pg_work
    private let operation: String
    private let output: Tensor

    fileprivate init(
        _ group: ProcessGroup, _ work: pg_work, _ operation: String, _ output: Tensor
    ) {
        self.group = group
        self.work = work
        self.operation = operation
        self.output = output
    }

    deinit { pg_forget(work) }

    /// Waits until it is complete.
    ///
    /// - Returns: What it gives this process.
    public func wait() throws(TorchError) -> Tensor {
        try group.perform(pg_wait(work), operation)
        return output
    }
}

/// The receiver of a backward pass's derivatives.
private final class ReadyDerivatives {
    let body: (Int, Tensor) -> Void

    init(_ body: @escaping (Int, Tensor) -> Void) { self.body = body }
}

extension Tensor {
    /// The derivatives as ``derivatives(of:gradOutput:)`` gives them, of parameters that occur once each.
    ///
    /// - Parameter ready: Receives each derivative, by its index, as soon as it is known and while the pass is
    ///   in progress: on the processor, on the caller's thread.
    public func derivatives(
        of inputs: [Tensor], gradOutput: Tensor, ready: (Int, Tensor) -> Void
    ) -> [Tensor] {
        withoutActuallyEscaping(ready) { ready in
            let receiver = ReadyDerivatives(ready)
            var out = [ct_tensor](repeating: ct_tensor(), count: inputs.count)
            unsafe expectSuccess(
                pg_derivatives(
                    handle, gradOutput.handle, inputs.map(\.handle), inputs.count,
                    { context, index, gradient in
                        guard let context = unsafe context else { return }
                        unsafe Unmanaged<ReadyDerivatives>.fromOpaque(context)
                            .takeUnretainedValue().body(index, Tensor(owning: gradient))
                    }, Unmanaged.passUnretained(receiver).toOpaque(), &out),
                "derivatives(of:gradOutput:ready:)")
            return withExtendedLifetime(receiver) { out.map(Tensor.init(owning:)) }
        }
    }

    /// Copies the values of a tensor of the same shape, without an objection of backward passes that are still
    /// to come: for what they do not need, or will find again, as a normalisation's running statistics between
    /// several forward passes.
    package func assignUnnoticed(_ source: Tensor) {
        forgetOrigin()
        expectSuccess(pg_assign_unnoticed(handle, source.handle), "assignUnnoticed(_:)")
    }
}
