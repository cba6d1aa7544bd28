import Spelling

/// The specification of a set of synthetic faces: which faces, how many, and how difficult.
///
/// The same specification gives the same pixels on every machine. There are two built-in training
/// sets, which differ like the two of the paper (arXiv 1901.05903), and two test sets of other
/// people:
///
/// | preset | role of | identities | images | label noise |
/// |---|---|---|---|---|
/// | ``cleanTraining`` | CASIA-WebFace | 180 | 16 each | none |
/// | ``wildTraining`` | MS-Celeb-1M | 300 | long tail, 6 to 60 | 6 % |
/// | ``verification`` | LFW | 300 | 5 each | none |
/// | ``identification`` | IJB | 440 | 8, 6 or 1 | none |
public struct SyntheticSet: Codable, Sendable, Hashable {
    /// A verification protocol like LFW's: folds of matched and mismatched pairs that share no
    /// identities.
    public struct Pairs: Codable, Sendable, Hashable {
        /// Number of folds, at least 2.
        public var folds: Int
        /// Number of matched pairs per fold, and of mismatched ones.
        public var pairsPerFold: Int

        /// LFW's ten folds of 300 matched and 300 mismatched pairs.
        public static let lfw = Pairs(folds: 10, pairsPerFold: 300)

        /// Creates a protocol of `folds` folds.
        public init(folds: Int, pairsPerFold: Int) {
            self.folds = folds
            self.pairsPerFold = pairsPerFold
        }

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case folds, pairsPerFold
        }

        /// Reads a protocol; unknown keys are errors.
        public init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            folds = try container.decode(Int.self, forKey: .folds)
            pairsPerFold = try container.decode(Int.self, forKey: .pairsPerFold)
        }
    }

    /// Name of the set: letters, digits, `-`, `_` and `.`.
    public var name: String
    /// Seed of the population and of all views, up to 2^53 − 1, which any JSON parser preserves.
    public var seed: UInt64
    /// Number, within the population, of the set's first identity. Sets with the same seed share no
    /// people if their ranges `firstIdentity ..< firstIdentity + identities` are disjoint.
    public var firstIdentity: Int
    /// Number of classes (identities).
    public var identities: Int
    /// Images of each identity.
    public var imagesPerIdentity: ImageCount
    /// Fraction of images filed under a wrong identity, 0 to 0.9.
    public var labelNoise: Float
    /// Width and height of the images in pixels, 16 to 512.
    public var size: Int
    /// Strength of pose, light, expression and so on; see ``FaceView/init(from:variation:)``.
    public var variation: Float
    /// The verification protocol of a test set; nil for a training set.
    public var pairs: Pairs?
    /// The identification protocol of a test set of templates; nil for any other set.
    public var templates: Templates?

    /// Creates a description and checks it.
    ///
    /// - Throws: ``FaceSynthesisError`` for a value out of its range.
    public init(
        name: String, seed: UInt64 = 1, firstIdentity: Int = 0, identities: Int,
        imagesPerIdentity: ImageCount, labelNoise: Float = 0, size: Int = 112,
        variation: Float = 1, pairs: Pairs? = nil, templates: Templates? = nil
    ) throws(FaceSynthesisError) {
        self.init(
            unchecked: name, seed, firstIdentity, identities, imagesPerIdentity, labelNoise, size,
            variation, pairs, templates)
        try validate()
    }

    private init(
        unchecked name: String, _ seed: UInt64, _ firstIdentity: Int, _ identities: Int,
        _ imagesPerIdentity: ImageCount, _ labelNoise: Float = 0, _ size: Int = 112,
        _ variation: Float = 1, _ pairs: Pairs? = nil, _ templates: Templates? = nil
    ) {
        self.name = name
        self.seed = seed
        self.firstIdentity = firstIdentity
        self.identities = identities
        self.imagesPerIdentity = imagesPerIdentity
        self.labelNoise = labelNoise
        self.size = size
        self.variation = variation
        self.pairs = pairs
        self.templates = templates
    }

    /// Checks all values.
    ///
    /// - Throws: ``FaceSynthesisError`` for the first value out of its range.
    public func validate() throws(FaceSynthesisError) {
        let plain = name.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0))
        }
        guard plain, !name.isEmpty, name.first != "." else {
            throw .invalidValue(
                key: "name", value: "\(quoted: name)", allowed: "letters, digits, '-', '_' and '.'")
        }
        try Self.require(0...((1 << 53) - 1), seed, "seed")
        try Self.require(0...9_999_999, firstIdentity, "firstIdentity")
        try Self.require(1...(10_000_000 - firstIdentity), identities, "identities")
        try imagesPerIdentity.validate()
        try Self.require(0...0.9, labelNoise, "labelNoise")
        try Self.require(FaceRenderer.sizes, size, "size")
        try Self.require(0...2, variation, "variation")
        if labelNoise > 0 { try Self.require(2...10_000_000, identities, "identities") }
        if let pairs { try validate(pairs) }
        if let templates { try validate(templates) }
    }

    private func validate(_ pairs: Pairs) throws(FaceSynthesisError) {
        try Self.require(2...1_000, pairs.folds, "pairs.folds")
        try Self.require(1...100_000, pairs.pairsPerFold, "pairs.pairsPerFold")
        try Self.require((2 * pairs.folds)...10_000_000, identities, "identities")
        let capacity = SyntheticPairs.capacity(of: self, folds: pairs.folds)
        if capacity.same < pairs.pairsPerFold {
            throw .tooFewPairs(
                kind: "matched", available: capacity.same, wanted: pairs.pairsPerFold)
        }
        if capacity.different < pairs.pairsPerFold {
            throw .tooFewPairs(
                kind: "mismatched", available: capacity.different, wanted: pairs.pairsPerFold)
        }
    }

    static func require<Value: Comparable>(
        _ range: ClosedRange<Value>, _ value: Value, _ key: String
    ) throws(FaceSynthesisError) {
        guard range.contains(value) else {
            throw .invalidValue(
                key: key, value: "\(value)",
                allowed: "from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}

extension SyntheticSet {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, seed, firstIdentity, identities, imagesPerIdentity, labelNoise, size, variation
        case pairs, templates
    }

    /// Reads a description and checks it; unknown keys are errors, `seed`, `firstIdentity`,
    /// `labelNoise`, `size`, `variation`, `pairs` and `templates` may be left out.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            name: container.decode(String.self, forKey: .name),
            seed: container.decodeIfPresent(UInt64.self, forKey: .seed) ?? 1,
            firstIdentity: container.decodeIfPresent(Int.self, forKey: .firstIdentity) ?? 0,
            identities: container.decode(Int.self, forKey: .identities),
            imagesPerIdentity: container.decode(ImageCount.self, forKey: .imagesPerIdentity),
            labelNoise: container.decodeIfPresent(Float.self, forKey: .labelNoise) ?? 0,
            size: container.decodeIfPresent(Int.self, forKey: .size) ?? 112,
            variation: container.decodeIfPresent(Float.self, forKey: .variation) ?? 1,
            pairs: container.decodeIfPresent(Pairs.self, forKey: .pairs),
            templates: container.decodeIfPresent(Templates.self, forKey: .templates))
    }
}

extension SyntheticSet {
    /// Fewer people, equally many images of each, correct labels: the role of CASIA-WebFace.
    public static let cleanTraining = SyntheticSet(
        unchecked: "synthetic-clean", 1, 0, 180, .fixed(16), 0, 112, 0.85)

    /// More people, few images of most of them, some wrong labels: the role of MS-Celeb-1M.
    public static let wildTraining = SyntheticSet(
        unchecked: "synthetic-wild", 1, 1_000_000, 300,
        .longTail(least: 4, greatest: 60, exponent: 0.4), 0.06, 112, 0.85)

    /// 6,000 pairs of people who are in neither training set: the role of LFW.
    public static let verification = SyntheticSet(
        unchecked: "synthetic-pairs", 1, 2_000_000, 300, .fixed(5), 0, 112, 0.85, .lfw)

    /// 140 people in two galleries or in none, and 300 distractors, none of whom is in the other
    /// sets: the role of IJB, small enough for a comparison that takes minutes.
    public static let identification = SyntheticSet(
        unchecked: "synthetic-templates", 1, 3_000_000, 440, .fixed(8), 0, 112, 0.85, nil,
        Templates(
            galleries: 2, enrolled: 2, probeImages: 3, unknown: 40, distractors: 300,
            unevenness: 0.8))

    /// The built-in sets that commands know by name.
    public static let presets = [cleanTraining, wildTraining, verification, identification]

    /// The same kind of set with `factor` times as many identities, but at least one (two per fold,
    /// one per gallery). A test set of pairs has as many pairs as possible, up to this set's
    /// number.
    public func scaled(by factor: Float) throws(FaceSynthesisError) -> SyntheticSet {
        try Self.require(0...10_000, factor, "scale")
        var set = self
        let wanted = Int(Float(identities) * factor + 0.5)
        set.identities = max(wanted, pairs.map { 2 * $0.folds } ?? 1)
        if let pairs {
            let capacity = SyntheticPairs.capacity(of: set, folds: pairs.folds)
            set.pairs?.pairsPerFold = min(
                pairs.pairsPerFold, capacity.same, capacity.different)
        }
        if var templates {
            func scaled(_ count: Int) -> Int { Int(Float(count) * factor + 0.5) }
            templates.unknown = scaled(templates.unknown)
            templates.distractors = scaled(templates.distractors)
            set.templates = templates
            set.identities =
                max(scaled(known), templates.galleries) + templates.unknown + templates.distractors
        }
        try set.validate()
        return set
    }
}
