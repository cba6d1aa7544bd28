public import FaceData
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
    /// People with such pairs.
    public let people: Int
    /// Probes that the noise lists exclude.
    public let noisyProbes: Int
    /// Distractors that the noise lists exclude.
    public let noisyDistractors: Int
    /// Pairs with a probe that could not be used, which count as misses.
    public let failedPairs: Int
    /// Distractors that could not be used, which are left out.
    public let failedDistractors: Int
    /// The rates, fewest distractors first.
    public let rates: [Rates]
    /// TAR of the pairs at FAR 1e-6 among probes and distractors; nil where fewer than ten false accepts are to be
    /// expected.
    public let tarAtFAR1e6: Double?
    /// The figures with their intervals for other people among the probes: rank 1 among each number of distractors,
    /// and TAR at 1e-6 or, if fewer than ten false accepts are to be expected at it, at the lowest false acceptance
    /// rate of ``TemplateVerification/defaultRates`` that the pairs support.
    public let figures: [TemplateReport.Figure]
    /// Warnings about the numbers, one sentence each.
    public var warnings: [String]

    /// The figures on which models are compared: rank 1 among all distractors, and TAR.
    public var comparedFigures: [TemplateReport.Figure] {
        figures.filter { figure in
            if case .rankAmong(_, let distractors) = figure.measure {
                return distractors == rates.last?.distractors
            }
            return true
        }
    }

    /// Searches the probes among distractors.
    ///
    /// - Parameters:
    ///   - probes: Normalised rows of the probes.
    ///   - people: The person of each probe.
    ///   - distractors: Normalised rows of the distractors that could be used.
    ///   - noisy: Numbers of probes and distractors that are excluded as noise.
    ///   - failed: Probes that could not be used, by their rows.
    ///   - failedDistractors: Number of distractors that could not be used.
    ///   - draws: Draws of the probes' people; 0 for no intervals.
    public init(
        probes: EmbeddingTable, people: [String], distractors: EmbeddingTable,
        noisy: (probes: Int, distractors: Int), failed: Set<Int> = [],
        failedDistractors: Int = 0, draws: Int = PeopleReplicates.defaultDraws,
        product: BlockProduct = .plain
    ) throws {
        let usable = people.indices.filter { !failed.contains($0) }
        let far = Self.supportedFAR(usable.count * distractors.count)
        let search = try DistractorSearch(
            probes: failed.isEmpty ? probes : probes.selected(usable),
            people: usable.map { people[$0] }, distractors: distractors, far: far ?? 1e-6,
            product: product)
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
        self.failedDistractors = failedDistractors
        rates = search.sizes.map { size in
            Rates(
                distractors: size, rank1: share(search.rate(atRank: 1, distractors: size)),
                rank10: share(search.rate(atRank: 10, distractors: size)))
        }
        tarAtFAR1e6 = share(search.tar(atFAR: 1e-6))
        let drawn = DistractorDraws(people, usable: usable, count: draws)
        self.people = drawn.people
        figures =
            Self.ranks(rates, search, drawn)
            + [far.flatMap { Self.tar(share(search.tar(atFAR: $0)), $0, search, drawn) }]
            .compactMap { $0 }
        warnings = Self.warnings(failedPairs: all - search.pairs, failedDistractors)
    }

    /// The lowest of the usual false acceptance rates at which at least ten false accepts are to be expected; nil
    /// for too few pairs.
    private static func supportedFAR(_ impostors: Int) -> Double? {
        TemplateVerification.defaultRates.first {
            TemplateVerification.impostorsNeeded(forRate: $0) <= impostors
        }
    }

    private static func ranks(
        _ rates: [Rates], _ search: DistractorSearch, _ drawn: DistractorDraws
    ) -> [TemplateReport.Figure] {
        zip(rates, search.firsts).map { rates, firsts in
            TemplateReport.Figure(
                .rankAmong(1, distractors: rates.distractors), rates.rank1,
                rates.rank1.map {
                    PeopleReplicates(
                        estimate: $0, draws: drawn.rank1(firsts), people: drawn.people)
                }, needed: nil, insightFace: nil)
        }
    }

    private static func tar(
        _ value: Double?, _ far: Double, _ search: DistractorSearch, _ drawn: DistractorDraws
    ) -> TemplateReport.Figure? {
        value.map {
            TemplateReport.Figure(
                .tar(far: far), $0,
                PeopleReplicates(
                    estimate: $0, draws: drawn.tar(search, atFAR: far), people: drawn.people),
                needed: TemplateVerification.impostorsNeeded(forRate: far), insightFace: nil)
        }
    }

    private static func warnings(failedPairs: Int, _ failedDistractors: Int) -> [String] {
        var warnings: [String] = []
        if failedPairs > 0 {
            warnings.append(
                "\(counted(failedPairs, "pair")) with a probe that failed count as misses.")
        }
        if failedDistractors > 0 {
            let verb = failedDistractors == 1 ? "is" : "are"
            warnings.append(
                "\(counted(failedDistractors, "distractor")) that could not be used \(verb) left out."
            )
        }
        return warnings
    }
}

extension DistractorReport {
    /// Searches with the embeddings of MegaFace's images.
    ///
    /// - Parameters:
    ///   - set: The set.
    ///   - views: Embeddings of its images, probes first, not normalised.
    ///   - failed: Indices of images that could not be used.
    ///   - draws: Draws of the probes' people; 0 for no intervals.
    public init(
        of set: MegaFaceImages, _ views: EmbeddingViews, failed: Set<Int> = [],
        draws: Int = PeopleReplicates.defaultDraws, product: BlockProduct = .plain
    ) throws {
        let rows = try views.normalizedSum()
        let probes = 0..<set.people.count
        let distractors = (probes.upperBound..<rows.count).filter { !failed.contains($0) }
        try self.init(
            probes: rows.selected(probes), people: set.people,
            distractors: rows.selected(distractors), noisy: set.noisy,
            failed: failed.filter(probes.contains),
            failedDistractors: rows.count - probes.count - distractors.count, draws: draws,
            product: product)
    }
}
