public import FaceConfiguration

/// What a loss is: the text of tables and of the help, and the parameters it takes.
public struct LossDescriptor: Hashable, Sendable {
    /// Name on the command line and in files, e.g. `arcface`.
    public var name: String
    /// Name in print, e.g. `ArcFace`.
    public var title: String
    /// Other names in circulation, as they are printed, e.g. `additive angular margin`.
    ///
    /// Names count in any case and with or without hyphens, so those that differ in nothing else are
    /// not listed, nor is ``title``, nor what only has `loss` at its end besides.
    public var aliases: [String]
    /// One sentence: what the loss asks of embeddings.
    public var summary: String
    /// The paper that introduced it.
    public var paper: String
    /// The loss of one sample as a line of text.
    public var equation: String
    /// What a reader should know beside the equation.
    public var guide: LossGuide
    /// The parameters, in the order of the help.
    public var parameters: [LossParameter]
    /// Other names under which the loss comes with other values.
    public var presets: [LossPreset]
    /// Whether a batch should hold several images of each identity (P x K), because the loss looks
    /// at pairs.
    public var prefersIdentityBatches: Bool
    /// Values of parameters with which it looks at pairs although it does not otherwise.
    public var identityBatchValues: [String: LossValue]
    /// Whether the loss has no classes and therefore stands beside a loss that has:
    /// `arcface+center`, or with its name alone the softmax.
    public var joinsClassification: Bool
    /// Names of parameters that a part of the loss is multiplied by, for each such part: their product
    /// must be a number that `float32` holds, or the part is infinite or silently absent.
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

    /// The parameter of a name, in any case, by an alias or by the name of a former version.
    public func parameter(named name: String) -> LossParameter? { parameters.named(name) }
}

/// What a reader should know about a loss beside its equation; a sentence or a few each.
public struct LossGuide: Hashable, Sendable {
    /// What is normalised and what the loss's own tensors are.
    public var normalization: String
    /// What the gradient is of, where that is not the value itself.
    public var gradient: String
    /// When to take the loss.
    public var use: String
    /// What has gone wrong with it, and what to do.
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

/// Another name for a loss, which stands for values of its parameters.
public struct LossPreset: Hashable, Sendable {
    /// The name, e.g. `sphereface`.
    public var name: String
    /// Name in print, e.g. `SphereFace`; of most presets their ``name``.
    public var title: String
    /// Other names in circulation, as they are printed.
    public var aliases: [String]
    /// Whose values these are.
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
