public import FaceData

/// insightface's evaluation of IJB's 1:N protocol: all galleries are merged, every probe's person is
/// enrolled, and the threshold of an "FPIR" is taken from single scores instead of searches: with `q`
/// probes, the ⌈q·FPIR⌉-th highest score of a probe and another person's template.
///
/// This is not a false positive identification rate in the sense of ISO/IEC 19795-1, and no probe is
/// unknown; compare ``IdentificationRates``.
public struct InsightFaceSearch: Codable, Sendable, Hashable {
    /// Ranks of insightface's table.
    public static let ranks = [1, 5, 10]
    /// Rates of insightface's table.
    public static let rates = [0.01, 0.1]

    /// Fractions of the probes whose mate has at most rank 1, 5 and 10.
    public let rankRates: [Double]
    /// Fractions of the probes whose mate's score is above the threshold of each rate.
    public let tpir: [Double]

    /// Evaluates a set; nil when a probe's person is in no gallery or in several, which insightface
    /// refuses.
    public init?(
        _ set: TemplateSet, _ embeddings: EmbeddingTable, probes: EmbeddingTable? = nil,
        product: BlockProduct = .plain
    ) throws {
        let gallery = set.galleries.flatMap(\.templates)
        var enrolled: [Int: Int] = [:]
        for template in gallery {
            guard let person = set.templates[template].person else { return nil }
            enrolled[person, default: 0] += 1
        }
        let count = set.probes.count
        guard count > 0,
            set.probes.allSatisfy({ set.templates[$0].person.map { enrolled[$0] == 1 } ?? false })
        else { return nil }
        let wanted = Self.rates.map { Int((Double(count) * $0).rounded(.up)) }
        let search = try GallerySearch(
            gallery, of: set, embeddings, probes: probes, impostors: wanted.max() ?? 0,
            product: product)
        rankRates = Self.ranks.map { k in
            Double(search.outcomes.count { $0.ahead < k }) / Double(count)
        }
        tpir = wanted.map { place in
            guard place >= 1, place <= search.highestImpostors.count else { return 0 }
            let threshold = search.highestImpostors[place - 1]
            return Double(search.outcomes.count { ($0.mate ?? -.infinity) > threshold })
                / Double(count)
        }
    }
}
