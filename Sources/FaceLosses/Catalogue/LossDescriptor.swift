public import FaceConfiguration

/// Describes a loss: the text of tables and of the help, and its parameters.
public struct LossDescriptor: Hashable, Sendable {
    /// Name on the command line and in files, e.g. `arcface`.
    public var name: String
    /// Name in print, e.g. `ArcFace`.
    public var title: String
    /// Other common names, as they are printed, e.g. `additive angular margin`.
    ///
    /// Names match in any case and with or without hyphens, so names that differ only in these are
    /// not listed, nor is ``title``, nor what only has `loss` at its end besides.
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
    /// Whether a batch should hold several images of each identity (P x K), because the loss uses
    /// pairs.
    public var prefersIdentityBatches: Bool
    /// Parameter values with which it uses pairs although it does not otherwise.
    public var identityBatchValues: [String: LossValue]
    /// Whether the loss has no classes and is therefore added to a loss that has:
    /// `arcface+center`, or with its name alone the softmax.
    public var joinsClassification: Bool
    /// Names of parameters that a part of the loss is multiplied by, for each such part: their product
    /// must be within the range of `float32`, or the part is infinite or silently absent.
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

    /// The parameter of a name, in any case, by an alias or by the name of an earlier version.
    public func parameter(named name: String) -> LossParameter? { parameters.named(name) }
}

/// Notes on a loss that complement its equation; a sentence or a few each.
public struct LossGuide: Hashable, Sendable {
    /// The normalisation, and the loss's own tensors.
    public var normalization: String
    /// How the gradient differs from that of the value, if it does.
    public var gradient: String
    /// When to use the loss.
    public var use: String
    /// Known problems and their remedies.
    public var pitfalls: String

    /// Creates a guide for people who choose a loss.
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
    /// Name in print, e.g. `SphereFace`; for most presets their ``name``.
    public var title: String
    /// Other common names, as they are printed.
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
