import Foundation
import Torch

/// A network that was traced with two batch sizes: lengths that differ between the traces scale with the
/// batch size, and all others are fixed.
struct BatchTrace {
    /// The length of a dimension.
    enum Length: Equatable {
        /// The same for any batch size.
        case fixed(Int)
        /// A multiple of the batch size.
        case perImage(Int)
    }

    /// The trace with fewer images.
    let trace: TracedGraph
    private let wider: TracedGraph

    /// Batch size of the first trace; not 1, for which LibTorch has special cases.
    private static let images = 2

    /// Traces a network.
    ///
    /// - Parameters:
    ///   - title: Name of the network, for messages.
    ///   - side: Height and width of its images, in pixels.
    /// - Throws: `TorchError`, and ``ModelExportError/unsupported(operation:network:)`` if its operations
    ///   depend on the batch size.
    init(
        of state: [StateEntry], title: String, side: Int, _ body: (Tensor) -> Tensor
    ) throws {
        trace = try TracedGraph(of: state, on: Self.zeros(Self.images, side), body)
        wider = try TracedGraph(of: state, on: Self.zeros(Self.images + 1, side), body)
        let (first, second) = (trace.operations.map(\.name), wider.operations.map(\.name))
        guard first == second else {
            let other = zip(first, second).first { $0 != $1 }?.0 ?? first.last ?? ""
            throw ModelExportError.unsupported(operation: other, network: title)
        }
    }

    private static func zeros(_ count: Int, _ side: Int) -> Tensor {
        Tensor.zeros([count, 3, side, side])
    }

    /// Lengths of a tensor's dimensions; nil if one of them is neither fixed nor a multiple of the batch size.
    func lengths(of tensor: TracedGraph.Identifier) -> [Length]? {
        let (shape, other) = (trace.shape(of: tensor), wider.shape(of: tensor))
        guard shape.count == other.count else { return nil }
        var lengths: [Length] = []
        for (length, more) in zip(shape, other) {
            let perImage = more - length
            guard perImage == 0 || length == perImage * trace.batch else { return nil }
            lengths.append(perImage == 0 ? .fixed(length) : .perImage(perImage))
        }
        return lengths
    }

    /// The value of a constant tensor; nil for results of operations, for the input, and for one whose
    /// shape depends on the batch size.
    func constant(_ tensor: TracedGraph.Identifier) -> Tensor? {
        guard let value = trace.constant(tensor), wider.constant(tensor)?.shape == value.shape
        else { return nil }
        return value
    }

    /// Writes the network as TorchScript, which takes any number of images.
    ///
    /// - Throws: `TorchError` when the file cannot be written.
    func writeTorchScript(to url: URL) throws {
        try trace.writeTorchScript(to: url, wider: wider)
    }
}
