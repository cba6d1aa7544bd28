/// Describes an architecture: the text of tables and of the help, and its parameters.
public struct BackboneDescriptor: Hashable, Sendable {
    /// Name on the command line and in files, e.g. `resnet50`.
    public let name: String
    /// Name in print, e.g. `ResNet50`.
    public let title: String
    /// Other common names, as they are printed; names that differ from ``name`` only in case and
    /// hyphens are not listed.
    public let aliases: [String]
    /// One sentence: the structure of the architecture.
    public let summary: String
    /// The paper that introduced it.
    public let paper: String
    /// How its authors used it, if that differs from today's practice.
    public let recipe: BackboneRecipe?
    /// The parameters, sorted by name.
    public let options: [BackboneOption]
    /// Smallest height and width of an input image that its strides allow, in pixels.
    public let minInputSize: Int

    /// Creates a description.
    ///
    /// - Parameter options: Parameters in addition to those of every backbone: `bn`, `dropout`, `embedding`
    ///   and `width`. One with the same name replaces the standard one.
    public init(
        name: String, title: String, aliases: [String] = [], summary: String, paper: String,
        recipe: BackboneRecipe? = nil, options: [BackboneOption] = [], minInputSize: Int = 16
    ) {
        self.name = name
        self.title = title
        self.aliases = aliases
        self.summary = summary
        self.paper = paper
        self.recipe = recipe
        let common = [
            BackboneOptionKey.dropout.parameter,
            BackboneOptionKey.embeddingSize.parameter,
            BackboneOptionKey.normalizesEmbedding.parameter,
            BackboneOptionKey.width.parameter,
        ].filter { option in !options.contains { $0.name == option.name } }
        self.options = (common + options).sorted { $0.name < $1.name }
        self.minInputSize = minInputSize
    }

    /// The parameter with a name or alias, regardless of case.
    public func option(named name: String) -> BackboneOption? {
        options.named(name)
    }
}

/// How an architecture's authors trained and used it, and the results they report.
public struct BackboneRecipe: Codable, Hashable, Sendable {
    /// The loss it was trained with.
    public let loss: String
    /// Height and width of its images, in pixels.
    public let inputSize: Int
    /// Length of the embedding used to compare images.
    public let embeddingSize: Int
    /// The results published in the paper.
    public let published: String

    /// Creates a recipe from published values.
    public init(loss: String, inputSize: Int, embeddingSize: Int, published: String) {
        self.loss = loss
        self.inputSize = inputSize
        self.embeddingSize = embeddingSize
        self.published = published
    }
}
