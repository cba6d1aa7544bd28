/// A part of a network, which owns parameters and maps a tensor to a tensor.
///
/// Whether it is in training mode is an argument rather than hidden state.
public protocol Layer: AnyObject {
    /// The layer's parameters and buffers under PyTorch's dotted names, in PyTorch's order.
    var state: [StateEntry] { get }

    /// Applies the layer.
    ///
    /// - Parameter training: Whether the layer is in training mode, e.g. uses batch statistics and
    ///   updates running ones.
    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor
}

/// A named tensor of a model.
public struct StateEntry {
    /// The role of a tensor, which decides whether it is trained and subject to weight decay.
    public enum Role: String, Sendable {
        /// Added to an output.
        case bias
        /// Not trained: statistics collected in training.
        case buffer
        /// Neither trained nor collected: fixed by the architecture.
        case constant
        /// Scale and shift of a normalisation.
        case normalization
        /// Multiplied by an input.
        case weight
    }

    /// PyTorch's dotted name, e.g. `layer1.0.conv1.weight`.
    public var name: String
    /// The tensor itself, not a copy.
    public var tensor: Tensor
    /// Its role.
    public var role: Role
    /// The layer of which this is the running mean, for freezing its statistics; nil for any other
    /// tensor.
    public private(set) var normalization: BatchNormalization?

    /// Creates an entry; the tensor must already be marked as trainable if it is trained.
    ///
    /// - Parameter normalization: The layer of which the tensor is the running mean.
    public init(
        _ name: String, _ tensor: Tensor, _ role: Role, of normalization: BatchNormalization? = nil
    ) {
        self.name = name
        self.tensor = tensor
        self.role = role
        self.normalization = normalization
    }
}

extension [StateEntry] {
    /// The entries with a prefix and a dot prepended to each name.
    public func prefixed(_ prefix: String) -> [StateEntry] {
        map {
            StateEntry("\(prefix).\($0.name)", $0.tensor, $0.role, of: $0.normalization)
        }
    }

    /// The entries that are trained.
    public var parameters: [StateEntry] {
        filter { $0.role != .buffer && $0.role != .constant }
    }

    /// Number of trained scalars.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }
}
