/// Pairs of pictures with their scores: those a network misclassifies, the worst first.
public struct ErrorGallery: Hashable, Sendable {
    /// A JPEG and its name.
    public struct Picture: Hashable, Sendable {
        /// Name of the image.
        public var name: String
        /// The picture as a JPEG file; empty if it cannot be shown.
        public var jpeg: [UInt8]

        /// Memberwise initialiser.
        public init(name: String, jpeg: [UInt8]) {
            self.name = name
            self.jpeg = jpeg
        }
    }

    /// Two pictures that were compared.
    public struct Pair: Hashable, Sendable {
        /// The first picture.
        public var first: Picture
        /// The second picture.
        public var second: Picture
        /// Cosine of the angle between their embeddings.
        public var cosine: Double
        /// The cosine above which the pair is taken for one person.
        public var threshold: Double
        /// Further information about the pair, in a line; nil for none.
        public var note: String?

        /// Memberwise initialiser.
        public init(
            first: Picture, second: Picture, cosine: Double, threshold: Double,
            note: String? = nil
        ) {
            self.first = first
            self.second = second
            self.cosine = cosine
            self.threshold = threshold
            self.note = note
        }
    }

    /// Total number of misclassified pairs.
    public var total: Int
    /// The worst of them.
    public var shown: [Pair]

    /// Whether there are pictures; without any, pairs are named in a list.
    public var hasPictures: Bool

    /// Memberwise initialiser.
    public init(total: Int, shown: [Pair], hasPictures: Bool = true) {
        self.total = total
        self.shown = shown
        self.hasPictures = hasPictures
    }
}
