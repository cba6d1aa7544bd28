import Torch

/// A network that was recorded with two numbers of images: what differs between the recordings grows with
/// that number, and what does not differ is the network's own.
struct BatchTrace {
    /// The length of a dimension.
    enum Length: Equatable {
        /// The same for any number of images.
        case fixed(Int)
        /// So many for each image.
        case perImage(Int)
    }

    /// The recording with fewer images.
    let trace: TracedGraph
    private let wider: TracedGraph

    /// Images of the first recording; single ones are left to special cases of LibTorch's.
    private static let images = 2

    /// Records a network.
    ///
    /// - Parameters:
    ///   - title: The network's, for messages.
    ///   - side: Height and width of its images, in pixels.
    /// - Throws: `TorchError`, and ``ModelExportError/unsupported(operation:network:)`` where it computes
    ///   otherwise for another number of images.
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

    /// Black images that a network is recorded with.
    static func zeros(_ side: Int) -> Tensor { zeros(images, side) }

    private static func zeros(_ count: Int, _ side: Int) -> Tensor {
        Tensor.zeros([count, 3, side, side])
    }

    /// Lengths of a tensor's dimensions; nil where one of them grows neither with the number of images nor
    /// stays as it is.
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

    /// The value of a tensor that no operation makes; nil for others, for the input, and for one that was
    /// made for a number of images.
    func constant(_ tensor: TracedGraph.Identifier) -> Tensor? {
        guard let value = trace.constant(tensor), wider.constant(tensor)?.shape == value.shape
        else { return nil }
        return value
    }
}
