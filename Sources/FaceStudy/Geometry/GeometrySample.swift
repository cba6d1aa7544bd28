import FaceData
import SeededRandom

/// The images of a training set on which the geometry of embeddings is measured.
///
/// It depends on the set alone, so that all runs on it use the same images.
struct GeometrySample {
    /// Maximum number of images of the sample.
    static let maxImages = 1500
    /// Maximum number of images of one identity.
    static let maxImagesOfOne = 10
    /// Maximum number of pairs of each kind.
    static let maxPairs = 20_000

    /// Indices of the images in the set.
    let indices: [Int]
    /// The identity of each.
    let labels: [Int]

    /// Draws identities and takes the first images of each.
    ///
    /// With very many identities there are fewer images, because each is compared with the class
    /// weights of all.
    init(of labels: [Int], identities: Int) {
        let budget = max(100, min(Self.maxImages, 40_000_000 / max(identities, 1)))
        let images = Dictionary(grouping: labels.indices) { labels[$0] }
        var stream = SeededRandom(seed: 0, "geometry of embeddings")
        var indices: [Int] = []
        for identity in stream.shuffled(Array(0..<identities)) {
            guard indices.count < budget else { break }
            indices += (images[identity] ?? []).prefix(Self.maxImagesOfOne)
        }
        self.indices = indices.prefix(budget).sorted()
        self.labels = self.indices.map { labels[$0] }
    }

    /// Pairs of the sample's images of one identity, by index in the sample.
    var within: [(first: Int, second: Int)] {
        let groups = Dictionary(grouping: labels.indices) { labels[$0] }
        let all = groups.sorted { $0.key < $1.key }.flatMap { _, images -> [(Int, Int)] in
            images.indices.flatMap { first -> [(Int, Int)] in
                images[(first + 1)...].map { (images[first], $0) }
            }
        }
        return Self.thinned(all).map { (first: $0, second: $1) }
    }

    /// Pairs of the sample's images of two identities.
    var between: [(first: Int, second: Int)] {
        guard Set(labels).count > 1 else { return [] }
        var stream = SeededRandom(seed: 0, "pairs of two identities")
        let wanted = min(Self.maxPairs, labels.count * 20)
        var pairs: [(first: Int, second: Int)] = []
        while pairs.count < wanted {
            let (first, second) = (stream.below(labels.count), stream.below(labels.count))
            if labels[first] != labels[second] { pairs.append((first, second)) }
        }
        return pairs
    }

    /// At most ``maxPairs`` elements, evenly spaced.
    static func thinned<Element>(_ elements: [Element]) -> [Element] {
        guard elements.count > maxPairs else { return elements }
        return (0..<maxPairs).map { elements[$0 * elements.count / maxPairs] }
    }
}

/// The identities that a map shows, with their images.
struct MapSample {
    /// Number of identities on a map.
    static let count = 8
    /// Maximum number of images of one identity.
    static let maxImagesOfOne = 24
    /// Minimum number of images of one identity.
    static let minImagesOfOne = 4

    /// Name of each identity and the indices of its images, those with the most images first.
    let identities: [(name: String, indices: [Int])]

    /// Chooses the identities with the most images; nil if there are too few.
    ///
    /// - Parameter people: The identity of each image; nil if it is not known.
    init?(of people: [String?]) {
        var images: [String: [Int]] = [:]
        for (index, person) in people.enumerated() {
            if let person { images[person, default: []].append(index) }
        }
        let usable = images.filter { $0.value.count >= Self.minImagesOfOne }
        guard usable.count >= Self.count else { return nil }
        identities = usable.sorted { a, b in
            (-a.value.count, a.key) < (-b.value.count, b.key)
        }.prefix(Self.count).map { ($0.key, Array($0.value.prefix(Self.maxImagesOfOne))) }
    }

    /// All images' indices, identity after identity.
    var indices: [Int] { identities.flatMap(\.indices) }
}
