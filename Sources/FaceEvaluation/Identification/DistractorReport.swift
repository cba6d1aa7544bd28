import Spelling

/// MegaFace's figures: how many pairs of one person are found among how many distractors.
public struct DistractorReport: Codable, Sendable, Hashable {
    /// Rates with one number of distractors.
    public struct Rates: Codable, Sendable, Hashable {
        /// Distractors in the gallery.
        public let distractors: Int
        /// Rank-1 identification rate; 0...1.
        public let rank1: Double?
        /// Rank-10 identification rate; 0...1.
        public let rank10: Double?
    }

    /// Pairs of a probe and another image of its person.
    public let pairs: Int
    /// Probes that the noise lists exclude.
    public let noisyProbes: Int
    /// Distractors that the noise lists exclude.
    public let noisyDistractors: Int
    /// Pairs with a probe that could not be used, which count as misses.
    public let failedPairs: Int
    /// The rates, fewest distractors first.
    public let rates: [Rates]
    /// TAR of the pairs at FAR 1e-6 among probes and distractors; nil where fewer than ten false accepts are to be
    /// expected.
    public let tarAtFAR1e6: Double?

    /// Searches the probes among distractors.
    ///
    /// - Parameters:
    ///   - probes: Normalised rows of the probes.
    ///   - people: The person of each probe.
    ///   - distractors: Normalised rows of the distractors.
    ///   - noisy: Numbers of probes and distractors that are excluded as noise.
    ///   - failed: Probes that could not be used, by their rows.
    public init(
        probes: EmbeddingTable, people: [String], distractors: EmbeddingTable,
        noisy: (probes: Int, distractors: Int), failed: Set<Int> = [],
        product: BlockProduct = .plain
    ) throws {
        let usable = people.indices.filter { !failed.contains($0) }
        let search = try DistractorSearch(
            probes: failed.isEmpty ? probes : probes.selected(usable),
            people: usable.map { people[$0] }, distractors: distractors, product: product)
        let counts = Dictionary(people.map { ($0, 1) }, uniquingKeysWith: +)
        let all = counts.values.reduce(0) { $0 + $1 * ($1 - 1) }
        // Pairs of failed probes count as misses.
        func share(_ rate: Double?) -> Double? {
            rate.map { all > 0 ? $0 * Double(search.pairs) / Double(all) : 0 }
        }
        pairs = all
        noisyProbes = noisy.probes
        noisyDistractors = noisy.distractors
        failedPairs = all - search.pairs
        rates = search.sizes.map { size in
            Rates(
                distractors: size, rank1: share(search.rate(atRank: 1, distractors: size)),
                rank10: share(search.rate(atRank: 10, distractors: size)))
        }
        tarAtFAR1e6 = share(search.tar(atFAR: 1e-6))
    }
}
