/// `geometry.json`: the geometry of the embeddings of a run's last model.
///
/// All angles are in degrees of 0...180. Embeddings are of the images alone, not averaged with those of
/// their mirror images.
public struct RunGeometry: Codable, Sendable, Hashable {
    /// Version of the file's format.
    public static let currentFormat = 1

    /// Format the file was written in.
    public var format = RunGeometry.currentFormat
    /// A sample of the training set: the same images for every run on it.
    public var training: SetGeometry
    /// The test sets, the primary one first.
    public var tests: [SetGeometry]
    /// Some identities in two dimensions; nil without enough identities that have several images.
    public var map: EmbeddingMap?

    /// Memberwise initialiser.
    public init(training: SetGeometry, tests: [SetGeometry], map: EmbeddingMap?) {
        self.training = training
        self.tests = tests
        self.map = map
    }
}

/// The geometry of the embeddings of a set's images.
public struct SetGeometry: Codable, Sendable, Hashable {
    /// Name of the set.
    public var name: String
    /// Number of images that were embedded.
    public var images: Int
    /// L2 norms of their embeddings.
    public var norm: SummaryRecord?
    /// Angles between images of one identity: for a test set, of the protocol's pairs of one person.
    public var within: SummaryRecord?
    /// Angles between images of two identities: for a test set, of the protocol's pairs of two.
    public var between: SummaryRecord?
    /// Angles of images to the class weight of their identity; nil for test sets, and for losses
    /// without class weights.
    public var targetClass: SummaryRecord?
    /// Angles of images to the nearest class weight of another identity; nil as above.
    public var nearestNonTarget: SummaryRecord?

    /// Keys of the file; some keep former names of the properties.
    private enum CodingKeys: String, CodingKey {
        case name, images, norm, within, between
        case targetClass = "ownClass"
        case nearestNonTarget = "nearestOther"
    }

    /// Memberwise initialiser.
    public init(
        name: String, images: Int, norm: SummaryRecord?, within: SummaryRecord?,
        between: SummaryRecord?, targetClass: SummaryRecord? = nil,
        nearestNonTarget: SummaryRecord? = nil
    ) {
        self.name = name
        self.images = images
        self.norm = norm
        self.within = within
        self.between = between
        self.targetClass = targetClass
        self.nearestNonTarget = nearestNonTarget
    }
}

/// A summary of many values, as stored in a run folder.
public struct SummaryRecord: Codable, Sendable, Hashable {
    /// Number of values.
    public var count: Int
    /// Mean of the values.
    public var mean: Double
    /// Their population standard deviation.
    public var standardDeviation: Double
    /// Their quantiles at 5, 25, 50, 75 and 95 %: `Summary.quantileLevels`.
    public var quantiles: [Double]

    /// Memberwise initialiser; there must be five quantiles.
    public init(count: Int, mean: Double, standardDeviation: Double, quantiles: [Double]) {
        self.count = count
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.quantiles = quantiles
    }
}

/// Embeddings of some identities in two dimensions: unit embeddings, centred, on their first two
/// principal components.
public struct EmbeddingMap: Codable, Sendable, Hashable {
    /// An identity with its images.
    public struct Identity: Codable, Sendable, Hashable {
        /// Name of the identity.
        public var name: String
        /// Positions of its images along the first component.
        public var x: [Double]
        /// Positions of its images along the second component, in the same order.
        public var y: [Double]

        /// Memberwise initialiser.
        public init(name: String, x: [Double], y: [Double]) {
            self.name = name
            self.x = x
            self.y = y
        }
    }

    /// Name of the set that the identities belong to.
    public var set: String
    /// The identities, those with the most images first.
    public var identities: [Identity]
    /// Fractions of the variance that both components explain; 0...1.
    public var explained: [Double]

    /// Memberwise initialiser.
    public init(set: String, identities: [Identity], explained: [Double]) {
        self.set = set
        self.identities = identities
        self.explained = explained
    }
}
