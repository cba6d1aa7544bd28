public import FaceConfiguration

/// Describes a loss: the text of tables and of the help, and its parameters.
public struct LossDescriptor: Hashable, Sendable {
    /// Name on the command line and in files, e.g. `arcface`.
    public var name: String
    /// Title in tables, e.g. `ArcFace`.
    public var title: String
    /// Other common names, e.g. `additive angular margin`.
    ///
    /// Names match in any case, with or without hyphens and a final `loss`, so names that differ only in
    /// these are not listed, nor is ``title``.
    public var aliases: [String]
    /// One sentence: what the loss requires of embeddings.
    public var summary: String
    /// The paper that introduced it.
    public var paper: String
    /// The loss of one sample, as one line of text.
    public var equation: String
    /// Notes that complement the equation.
    public var guide: LossGuide
    /// The parameters, in the order of the help.
    public var parameters: [LossParameter]
    /// Other names of the loss with other parameter values.
    public var presets: [LossPreset]
    /// Whether a batch should contain several images of each identity (P x K), because the loss uses pairs.
    public var prefersIdentityBatches: Bool
    /// Parameter values with which it uses pairs, although it does not by default.
    public var identityBatchValues: [String: LossValue]
    /// Whether the loss has no classes and is therefore added to a classification loss: `arcface+center`,
    /// or the softmax if only its own name is given.
    public var joinsClassification: Bool
    /// Names of parameters that are factors of the same part of the loss: their product must be within the
    /// range of `float32`, otherwise that part would overflow or silently vanish.
    public var factors: [[String]]

    /// Creates the description of a loss.
    public init(
        name: String, title: String, aliases: [String] = [], summary: String, paper: String,
        equation: String,
        guide: LossGuide = LossGuide(), parameters: [LossParameter] = [],
        presets: [LossPreset] = [],
        prefersIdentityBatches: Bool = false, identityBatchValues: [String: LossValue] = [:],
        joinsClassification: Bool = false, factors: [[String]] = []
    ) {
        self.name = name
        self.title = title
        self.aliases = aliases
        self.summary = summary
        self.paper = paper
        self.equation = equation
        self.guide = guide
        self.parameters = parameters
        self.presets = presets
        self.prefersIdentityBatches = prefersIdentityBatches
        self.identityBatchValues = identityBatchValues
        self.joinsClassification = joinsClassification
        self.factors = factors
    }

    /// The parameter with a name in any case, an alias, or a former name.
    public func parameter(named name: String) -> LossParameter? { parameters.named(name) }
}

/// Notes on a loss that complement its equation.
public struct LossGuide: Hashable, Sendable {
    /// The normalisation, and the loss's own tensors.
    public var normalization: String
    /// How the gradient differs from the exact one, if it does.
    public var gradient: String
    /// When to use the loss.
    public var use: String
    /// Known problems and their remedies.
    public var pitfalls: String

    /// Memberwise initialiser.
    public init(
        normalization: String = "", gradient: String = "", use: String = "", pitfalls: String = ""
    ) {
        self.normalization = normalization
        self.gradient = gradient
        self.use = use
        self.pitfalls = pitfalls
    }
}

/// Another name for a loss, with given parameter values.
public struct LossPreset: Hashable, Sendable {
    /// The name, e.g. `sphereface`.
    public var name: String
    /// Title in tables, e.g. `SphereFace`; for most presets their ``name``.
    public var title: String
    /// Other common names.
    public var aliases: [String]
    /// Source of the values.
    public var summary: String
    /// Values by parameter name.
    public var values: [String: LossValue]

    /// Creates a preset from published parameter values.
    public init(
        _ name: String, title: String? = nil, aliases: [String] = [], _ summary: String,
        _ values: [String: LossValue] = [:]
    ) {
        self.name = name
        self.title = title ?? name
        self.aliases = aliases
        self.summary = summary
        self.values = values
    }
}
