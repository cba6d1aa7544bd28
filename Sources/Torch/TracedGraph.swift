import CTorch
public import Foundation

/// The operations of a network, recorded by LibTorch's tracer while the network runs.
///
/// ```swift
/// let graph = try TracedGraph(of: backbone.state, on: images) { backbone($0, training: false) }
/// for operation in graph.operations { print(operation.name) }  // aten::conv2d, aten::batch_norm, ...
/// ```
///
/// Lengths that the network derives from its input, such as the number of images, are recorded as
/// constants. The tracer only sees LibTorch's operations, so this project's kernels are disabled, and
/// gradients are enabled, so that normalisations are not folded into convolutions.
public final class TracedGraph {
    /// The number of a tensor in the graph: 0 is the network's input, followed by the state's entries in
    /// their order and the results of operations.
    public typealias Identifier = Int

    /// An argument of an operation.
    public enum Argument: Equatable, Sendable {
        case bool(Bool)
        /// A floating-point number.
        case float(Double)
        case int(Int)
        case ints([Int])
        /// No argument was given.
        case none
        /// Something irrelevant to the computation, such as a memory format.
        case other
        case tensor(Identifier)
        case tensors([Identifier])
    }

    /// One operation of the graph.
    public struct Operation: Equatable, Sendable {
        /// LibTorch's name, e.g. `aten::conv2d`.
        public var name: String
        /// Its arguments, in LibTorch's order.
        public var arguments: [Argument]
        /// Its results.
        public var results: [Identifier]
    }

    /// The operations in the order of execution.
    public let operations: [Operation]
    /// The network's output.
    public let output: Identifier
    /// Number of images with which it was recorded.
    public let batch: Int

    private let handle: ct_trace
    private let state: [StateEntry]

    /// Runs a network and records its operations.
    ///
    /// - Parameters:
    ///   - state: The network's parameters and buffers, to which the graph refers.
    ///   - images: `[n, 3, h, w]`, contiguous `float32`.
    /// - Throws: ``TorchError`` if something in it cannot be recorded.
    public init(
        of state: [StateEntry], on images: Tensor, _ body: (Tensor) -> Tensor
    ) throws(TorchError) {
        var out = ct_trace()
        let status = withoutActuallyEscaping(body) { escaping in
            let run = Body(escaping)
            return withKernels(upTo: .libTorch) {
                unsafe ct_trace_run(
                    images.handle, state.map(\.tensor.handle), state.count,
                    Unmanaged.passUnretained(run).toOpaque(), Body.call, &out)
            }
        }
        try requireSuccess(status, "tracing a network")
        handle = out
        self.state = state
        batch = images.shape[0]
        output = Int(ct_trace_output(out))
        operations = (0..<ct_trace_count(out)).map { Self.operation($0, of: out) }
    }

    deinit { ct_trace_free(handle) }

    /// The shape of a tensor; empty if unknown.
    public func shape(of tensor: Identifier) -> [Int] {
        if let entry = entry(tensor) { return entry.tensor.shape }
        if case .ints(let shape) = Self.argument(ct_trace_shape(handle, Int64(tensor))) {
            return shape
        }
        return []
    }

    /// The entry of the state for a tensor; nil for other tensors.
    public func entry(_ tensor: Identifier) -> StateEntry? {
        state.indices.contains(tensor - 1) ? state[tensor - 1] : nil
    }

    /// The value of a tensor that is constant; nil for results of operations and for the input.
    public func constant(_ tensor: Identifier) -> Tensor? {
        if let entry = entry(tensor) { return entry.tensor }
        guard tensor > 0 else { return nil }
        var out = ct_tensor()
        unsafe expectSuccess(ct_trace_constant(handle, Int64(tensor), &out), "constant(_:)")
        return unsafe out.impl == nil ? nil : Tensor(owning: out)
    }

    /// Writes the network as TorchScript that takes any number of images.
    ///
    /// - Parameter wider: The same network, recorded with one more image, to find what depends on the
    ///   number of images.
    /// - Throws: ``TorchError`` if the file cannot be written, or the two differ in anything else.
    public func writeTorchScript(to url: URL, wider: TracedGraph) throws(TorchError) {
        let status = unsafe ct_trace_save(
            handle, wider.handle, state.map(\.tensor.handle), state.count, Int64(batch), url.path)
        try requireSuccess(status, "writing TorchScript")
    }

    private static func operation(_ index: Int, of trace: ct_trace) -> Operation {
        Operation(
            name: unsafe String(cString: ct_trace_operation(trace, index)),
            arguments: (0..<ct_trace_argument_count(trace, index)).map {
                argument(ct_trace_argument(trace, index, $0))
            },
            results: (0..<ct_trace_result_count(trace, index)).map {
                Int(ct_trace_result(trace, index, $0))
            })
    }

    private static func argument(_ value: ct_traced_value) -> Argument {
        var list: [Int] {
            unsafe UnsafeBufferPointer(start: value.list, count: value.count).map { Int($0) }
        }
        return switch value.kind {
        case CT_TRACED_BOOL: .bool(value.integer != 0)
        case CT_TRACED_FLOAT: .float(value.number)
        case CT_TRACED_INT: .int(Int(value.integer))
        case CT_TRACED_INTS: .ints(list)
        case CT_TRACED_NONE: .none
        case CT_TRACED_TENSOR: .tensor(Int(value.integer))
        case CT_TRACED_TENSORS: .tensors(list)
        default: .other
        }
    }
}

/// A network that can be called from C.
private final class Body {
    private let run: (Tensor) -> Tensor

    init(_ run: @escaping (Tensor) -> Tensor) { self.run = run }

    static let call:
        @convention(c) (UnsafeMutableRawPointer?, ct_tensor, UnsafeMutablePointer<ct_tensor>?) ->
            Bool = { context, input, output in
                guard let context = unsafe context else { return false }
                let body = unsafe Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
                var own = ct_tensor()
                let aliased = unsafe ct_alias(input, &own)
                defer { ct_status_free(aliased) }
                guard aliased.kind == CT_OK else { return false }
                let result = body.run(Tensor(owning: own))
                let given = unsafe ct_alias(result.handle, output)
                defer { ct_status_free(given) }
                return given.kind == CT_OK
            }
}
