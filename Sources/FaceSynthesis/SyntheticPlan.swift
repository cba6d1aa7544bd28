import SeededRandom

/// Every image of a ``SyntheticSet``: its folder, and the person whose face it shows.
public struct SyntheticPlan: Sendable, Hashable {
    /// The contents of one rendered image.
    public struct Image: Sendable, Hashable {
        /// Number of the identity it is filed under, from 0 within the set.
        public let label: Int
        /// Number of the image within its folder, from 1 as in LFW.
        public let number: Int
        /// Number of the identity it shows, from 0 within the set; not `label` if it is
        /// mislabelled.
        public let shown: Int

        /// Whether it is filed under a wrong identity.
        public var isMislabelled: Bool { label != shown }
    }

    /// The set that is planned.
    public let set: SyntheticSet
    /// Images by folder, in order.
    public let folders: [[Image]]

    /// Plans a set.
    ///
    /// - Throws: ``FaceSynthesisError`` for an invalid set.
    public init(_ set: SyntheticSet) throws(FaceSynthesisError) {
        try set.validate()
        self.set = set
        let key = UInt64(set.firstIdentity)
        let counts = Self.imageCounts(set, key)
        let wrong = Self.mislabelled(set, counts, key)
        var position = 0
        folders = counts.enumerated().map { label, count in
            (1...count).map { number in
                defer { position += 1 }
                return Image(label: label, number: number, shown: wrong[position] ?? label)
            }
        }
    }

    /// The number of images of each identity: by role for templates, otherwise shuffled.
    private static func imageCounts(_ set: SyntheticSet, _ key: UInt64) -> [Int] {
        if let templates = set.templates { return set.imageCounts(templates) }
        var counts = set.imagesPerIdentity.counts(identities: set.identities)
        var order = SeededRandom(seed: set.seed, "image counts", key)
        order.shuffle(&counts)
        return counts
    }

    /// The identities shown by mislabelled images, by the images' position.
    private static func mislabelled(
        _ set: SyntheticSet, _ counts: [Int], _ key: UInt64
    ) -> [Int: Int] {
        let labels = counts.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
        let wanted = Int(Float(labels.count) * set.labelNoise + 0.5)
        guard wanted > 0 else { return [:] }
        var stream = SeededRandom(seed: set.seed, "label noise", key)
        var positions = Array(labels.indices)
        stream.shuffle(&positions)
        var wrong = [Int: Int]()
        for position in positions.prefix(wanted) {
            let other = stream.below(set.identities - 1)
            wrong[position] = other < labels[position] ? other : other + 1
        }
        return wrong
    }

    /// Number of images.
    public var imageCount: Int { folders.reduce(0) { $0 + $1.count } }

    /// All images that are filed under a wrong identity, in order.
    public var mislabelled: [Image] { folders.joined().filter(\.isMislabelled) }

    /// Name of an identity and of its folder, e.g. `Person_0000042`. The number is that within the
    /// population, so different people have different names in all sets with the same seed.
    public func name(of label: Int) -> String {
        let digits = String(set.firstIdentity + label)
        return "Person_" + String(repeating: "0", count: max(7 - digits.count, 0)) + digits
    }

    /// Path of an image below the set's folder, e.g. `Person_0000042/Person_0000042_0001.jpg`.
    public func path(of image: Image) -> String {
        let digits = String(image.number)
        let number = String(repeating: "0", count: max(4 - digits.count, 0)) + digits
        return "\(name(of: image.label))/\(name(of: image.label))_\(number).jpg"
    }

    /// The person an image shows.
    public func identity(of image: Image) -> FaceIdentity {
        FaceIdentity(seed: set.seed, index: set.firstIdentity + image.shown)
    }

    /// The view of an image.
    public func view(of image: Image) -> FaceView {
        FaceView(
            seed: set.seed, identity: set.firstIdentity + image.label, image: image.number,
            variation: set.variation * unevenness(of: image))
    }

    /// The factor on an image's variation.
    private func unevenness(of image: Image) -> Float {
        guard let spread = set.templates?.unevenness else { return 1 }
        var stream = SeededRandom(
            seed: set.seed, "unevenness", UInt64(set.firstIdentity + image.label),
            UInt64(image.number))
        return stream.uniform(1 - spread, 1 + spread)
    }
}
