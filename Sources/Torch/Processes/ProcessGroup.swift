import CProcessGroup
import CTorch
import Foundation
import Spelling

/// Processes that exchange tensors through LibTorch's c10d: on the CPU by Gloo, and, where each has a GPU of its
/// own, between these by NCCL.
///
/// All of them must make the same exchanges in the same order. An exchange fails in all of them if
/// one has ended, or has not reached it within the limit; the group is unusable afterwards.
public final class ProcessGroup {
    /// This process's rank, from 0.
    public let rank: Int
    /// Number of processes.
    public let size: Int
    private let handle: pg_group
    private let store: ProcessStore
    /// The GPU whose tensors are exchanged without the CPU.
    private var gpu: Device?
    private var isBroken = false

    /// The address at which other processes reach this machine.
    public enum Address: Sendable, Hashable {
        /// The address by which packets leave for a host.
        case toward(String)
        /// The address of a network interface.
        case interface(String)
    }

    /// Connects the processes of a group; all of them must call this.
    ///
    /// - Parameters:
    ///   - store: The store through which they find each other.
    ///   - name: A name that no other group in the store has, including those of earlier attempts.
    ///   - limit: Time limit of the connection and of each exchange.
    /// - Throws: `TorchError.libTorch`, also if not all have joined within the limit.
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
        // Closing waits for exchanges in progress, which may never end in a broken group.
        if !isBroken { pg_group_close(handle) }
    }

    /// The address of this machine by which packets leave it for a host.
    static func localAddress(toward host: String) throws(TorchError) -> String {
        var text: UnsafeMutablePointer<CChar>?
        unsafe try requireSuccess(
            pg_local_address(host, &text), "finding the way to \(quoted: host)")
        defer { unsafe free(text) }
        return unsafe text.map { unsafe String(cString: $0) } ?? ""
    }

    // MARK: GPUs

    /// Identifies a GPU among those of this machine; nil for the CPU, and where GPUs cannot be connected because
    /// scripts/bootstrap has not built what that needs.
    public static func identity(of device: Device) -> String? {
        guard case .cuda(let index) = device else { return nil }
        var text: UnsafeMutablePointer<CChar>?
        do throws(TorchError) {
            unsafe try requireSuccess(pg_gpu_identity(Int32(index), &text), "identifying a GPU")
        } catch { return nil }
        defer { unsafe free(text) }
        return unsafe text.map { unsafe String(cString: $0) }
    }

    /// Connects the GPUs of all processes by NCCL; all of them must call this.
    ///
    /// - Parameters:
    ///   - device: This process's GPU, which no other process uses.
    ///   - name: A name that no other group in the store has, including those of earlier attempts.
    ///   - limit: Time limit of the connection and of each exchange.
    public func connect(
        _ device: Device, name: String, limit: Duration
    ) throws(TorchError) {
        guard case .cuda(let index) = device else { throw .noDevice("\(device)") }
        let status = unsafe pg_group_connect_gpus(
            handle, store.handle, name, Int32(index), limit.milliseconds)
        try perform(status, "connecting the GPUs")
        gpu = device
    }

    /// Leaves the connections open, because closing them would wait for something that may never end.
    public func abandon() { isBroken = true }

    /// The tensor where it can be exchanged: on the connected GPU, or else on the CPU.
    public func exchangeable(_ tensor: Tensor) -> Tensor {
        tensor.device == gpu ? tensor : tensor.to(device: .cpu)
    }

    // MARK: Exchanges

    /// The tensors of all processes, stacked in the order of ranks: `[size, ...]`.
    ///
    /// - Parameter tensor: Of the same shape and type in all of them, and ``exchangeable(_:)``, as in all exchanges
    ///   but ``broadcast(_:from:)``.
    public func gathered(_ tensor: Tensor) throws(TorchError) -> Tensor {
        try gathering(tensor).wait()
    }

    /// Starts to gather tensors asynchronously: see ``gathered(_:)``.
    public func gathering(_ tensor: Tensor) throws(TorchError) -> PendingExchange {
        try begin("gathering", tensor.detached().contiguous()) { input, output, work in
            unsafe pg_gather(handle, input.handle, &output, &work)
        }
    }

    /// Starts an all-to-all exchange: sends part i of a tensor `[size, ...]` to process i; the result
    /// `[size, ...]` contains each process's part for this one.
    public func exchanging(_ tensor: Tensor) throws(TorchError) -> PendingExchange {
        precondition(tensor.shape.first == size, "every process is given a part")
        return try begin("exchanging", tensor.detached().contiguous()) { input, output, work in
            unsafe pg_exchange(handle, input.handle, &output, &work)
        }
    }

    /// Starts an all-reduce: sums the tensors of all processes, in c10d's order, which depends on
    /// their number.
    ///
    /// - Parameter tensor: Of the same shape and type in all of them; the sum takes its memory.
    public func summing(_ tensor: consuming Tensor) throws(TorchError) -> PendingExchange {
        let sum = tensor.detached().contiguous()
        var work = pg_work()
        try unsafe perform(pg_sum(handle, sum.handle, &work), "adding up")
        return PendingExchange(self, work, "adding up", sum)
    }

    private func begin(
        _ operation: String, _ input: Tensor,
        _ body: (_ input: Tensor, _ output: inout ct_tensor, _ work: inout pg_work) -> ct_status
    ) throws(TorchError) -> PendingExchange {
        var (output, work) = (ct_tensor(), pg_work())
        try perform(body(input, &output, &work), operation)
        return PendingExchange(self, work, operation, Tensor(owning: output))
    }

    /// Copies the values of one process's tensor to the tensors of all processes.
    ///
    /// - Parameter root: The process that has the values.
    public func broadcast(_ tensor: Tensor, from root: Int = 0) throws(TorchError) {
        let values = exchangeable(tensor.detached().contiguous()).copy()
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

/// An asynchronous exchange of tensors. Exchanges complete in the order in which they were started.
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
    /// - Returns: This process's result.
    public func wait() throws(TorchError) -> Tensor {
        try group.perform(pg_wait(work), operation)
        return output
    }
}

/// Receives derivatives during a backward pass.
private final class ReadyDerivatives {
    let body: (Int, Tensor) -> Void

    init(_ body: @escaping (Int, Tensor) -> Void) { self.body = body }
}

extension Tensor {
    /// The same as ``derivatives(of:gradOutput:)``, for parameters that are each used once.
    ///
    /// - Parameter ready: Receives each derivative with its index as soon as it is computed, while the pass
    ///   continues; on the CPU, it is called on the caller's thread.
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

    /// Copies the values of a tensor of the same shape without invalidating later backward passes: for values
    /// that these do not need, or that will be restored, such as a normalisation's running statistics between
    /// several forward passes.
    package func assignUnnoticed(_ source: Tensor) {
        forgetOrigin()
        expectSuccess(pg_assign_unnoticed(handle, source.handle), "assignUnnoticed(_:)")
    }
}
