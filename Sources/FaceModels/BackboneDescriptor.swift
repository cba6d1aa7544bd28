/// What an architecture is: the text of tables and of the help, and the settings it takes.
public struct BackboneDescriptor: Hashable, Sendable {
    /// Name on the command line and in files, e.g. `resnet50`.
    public let name: String
    /// Name in print, e.g. `ResNet50`.
    public let title: String
    /// One sentence: what the architecture is made of.
    public let summary: String
    /// The paper that introduced it.
    public let paper: String
    /// The settings, sorted by name.
    public let options: [BackboneOption]
    /// Smallest height and width of an image that its strides can halve to the end, in pixels.
    public let minInputSize: Int

    /// Creates a description.
    ///
    /// - Parameter options: Settings beside those that every backbone has: `bn`, `dropout`,
    ///   `embedding` and `width`. One of the same name takes that one's place.
    public init(
        name: String, title: String, summary: String, paper: String,
        options: [BackboneOption] = [], minInputSize: Int = 16
    ) {
        self.name = name
        self.title = title
        self.summary = summary
        self.paper = paper
        let common = [
            BackboneOptionKey.dropout.option, BackboneOptionKey.embeddingSize.option,
            BackboneOptionKey.normalizesEmbedding.option, BackboneOptionKey.width.option,
        ].filter { option in !options.contains { $0.name == option.name } }
        self.options = (common + options).sorted { $0.name < $1.name }
        self.minInputSize = minInputSize
    }

    /// The setting of a name.
    public func option(named name: String) -> BackboneOption? {
        options.first { $0.name == name }
    }
}
