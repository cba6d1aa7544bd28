// The vocabulary of parameters is part of this module's interface: a file that defines a backbone imports this
// module only.
@_exported public import FaceConfiguration

/// A parameter of a backbone's specification: its name, its meaning and its allowed values.
public typealias BackboneOption = Parameter

/// A parameter together with the Swift type of its values, as an architecture declares it.
///
/// It is read by ``BackboneSpecification/subscript(_:)``.
public typealias BackboneOptionKey = ParameterKey

// MARK: - Parameters of every backbone

extension ParameterKey<Double> {
    /// Factor on the channels of all layers but the embedding layer.
    public static var width: ParameterKey {
        .number(
            "width", aliases: ["width_mult", "alpha"], default: 1, in: 0.05...4,
            "width multiplier for the channels of every layer")
    }
}

extension ParameterKey<Double> {
    /// Dropout rate before the embedding's linear layer, in training; 0...0.9.
    public static var dropout: ParameterKey { .dropout(0) }

    /// The same with another default.
    public static func dropout(_ value: Double) -> ParameterKey {
        .number(
            "dropout", default: value, in: 0...0.9,
            "fraction of the features before the embedding that training drops")
    }
}

extension ParameterKey<Int> {
    /// Length of an embedding.
    public static var embeddingSize: ParameterKey { .embeddingSize(512) }

    /// The same with another default.
    public static func embeddingSize(_ value: Int) -> ParameterKey {
        .whole(
            "embedding", aliases: ["embedding_size", "emb_size", "num_features"], default: value,
            in: 2...8192, "length of an embedding")
    }
}

extension ParameterKey<Bool> {
    /// Whether batch normalisation follows the embedding layer's linear map.
    public static var normalizesEmbedding: ParameterKey {
        .toggle("bn", default: true, "batch normalisation of the embedding")
    }

    /// The same for networks that do not end in batch normalisation by default.
    ///
    /// - Parameter other: What follows the linear layer if it is not normalised.
    public static func normalizesEmbedding(insteadOf other: String) -> ParameterKey {
        .toggle("bn", default: false, "batch normalisation of the embedding instead of \(other)")
    }
}
