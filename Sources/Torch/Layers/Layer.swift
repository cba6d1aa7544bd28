/// A part of a network: it owns parameters and maps a tensor to a tensor.
///
/// Whether it trains is an argument and never hidden state.
public protocol Layer: AnyObject {
    /// The layer's parameters and buffers under PyTorch's dotted names, in PyTorch's order.
    var state: [StateEntry] { get }

    /// Applies the layer.
    ///
    /// - Parameter training: Whether batch statistics are used and running ones updated.
    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor
}

/// A named tensor of a model.
public struct StateEntry {
    /// The role of a tensor, which decides about weight decay and about being trained at all.
    public enum Role: String, Sendable {
        /// Added to an output.
        case bias
        /// Not trained: statistics that training collects.
        case buffer
        /// Neither trained nor collected: the architecture fixes it.
        case constant
        /// Scale and shift of a normalisation.
        case normalization
        /// Multiplied with an input.
        case weight
    }

    /// PyTorch's dotted name, e.g. `layer1.0.conv1.weight`.
    public var name: String
    /// The tensor itself, not a copy.
    public var tensor: Tensor
    /// Its role.
    public var role: Role
    /// The layer whose running mean it is, which can be kept from collecting; nil for any other tensor.
    public private(set) var normalization: BatchNormalization?

    /// Creates an entry; its maker has marked as trainable what is trained.
    ///
    /// - Parameter normalization: The layer whose running mean it is.
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
    /// The entries with a prefix and a dot before each name.
    public func prefixed(_ prefix: String) -> [StateEntry] {
        map {
            StateEntry("\(prefix).\($0.name)", $0.tensor, $0.role, of: $0.normalization)
        }
    }

    /// The entries that are trained.
    public var parameters: [StateEntry] {
        filter { $0.role != .buffer && $0.role != .constant }
    }

    /// How many numbers are trained.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }
}
