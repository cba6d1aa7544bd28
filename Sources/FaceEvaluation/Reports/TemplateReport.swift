import FaceData
import FaceStatistics
import Spelling

/// All results of one model on one set of templates: 1:1 and 1:N.
///
/// No number is NaN: values that a set does not define are nil.
public struct TemplateReport: Codable, Sendable, Hashable {
    /// A rate of verification or identification.
    public enum Measure: Codable, Sendable, Hashable {
        /// True acceptance rate at a false acceptance rate.
        case tar(far: Double)
        /// Rank-k identification rate.
        case rank(Int)
        /// True positive identification rate at rank 1, 1 − FNIR, at a false positive identification
        /// rate.
        case tpir(fpir: Double)
        /// Rank-k identification rate with a number of distractors in the gallery, as in MegaFace.
        case rankAmong(Int, distractors: Int)

        /// Name in tables.
        public var title: String {
            switch self {
            case .tar(let far): "TAR at FAR \(OperatingPoint.text(ofRate: far))"
            case .rank(let k): "rank \(k)"
            case .tpir(let fpir): "TPIR at FPIR \(OperatingPoint.text(ofRate: fpir))"
            case .rankAmong(let k, let distractors):
                "rank \(k) among \(counted(distractors, "distractor"))"
            }
        }

        /// What ``Figure/needed`` counts.
        var needs: String {
            switch self {
            case .tar: "pairs of two people"
            case .rank, .rankAmong: "searches"
            case .tpir: "searches for people who are not enrolled"
            }
        }
    }

    /// A rate with its uncertainty.
    public struct Figure: Codable, Sendable, Hashable {
        /// The kind of rate.
        public let measure: Measure
        /// The figure, 0...1; nil if fewer than ten errors are expected on the set.
        public let value: Double?
        /// The 95 % interval over people, 0...1, its lower end first.
        public let interval: [Double]?
        /// Number of pairs of two people, or of searches for people who are not enrolled, that the figure
        /// needs; nil for a rank.
        public let needed: Int?
        /// The value by insightface's arithmetic; nil if it defines none.
        public let insightFace: Double?
        /// The figure on draws of the people, for paired comparisons.
        public let replicates: PeopleReplicates?
    }

    /// How the embeddings of a template's images were pooled.
    public let pooling: String
    /// How scores were normalised, and by which cohort; nil if they were not.
    public let normalization: String?
    /// Number of images.
    public let images: Int
    /// Number of templates.
    public let templates: Int
    /// Number of known people.
    public let people: Int
    /// Number of genuine pairs of templates.
    public let genuine: Int
    /// Number of impostor pairs of templates.
    public let impostor: Int
    /// Number of searches for enrolled people.
    public let mated: Int
    /// Number of searches for people who are not enrolled.
    public let nonmated: Int
    /// Number of templates in each gallery.
    public let galleries: [Int]
    /// Number of templates without a usable image, which count as misses.
    public let failedToEnrol: Int
    /// The images and templates that failed; nil where none did.
    public let failures: FailuresToEnrol?
    /// The figures: TAR, ranks, TPIR.
    public let figures: [Figure]
    /// Rank-k identification rates for ``matchRanks``; empty without mated searches.
    public let cumulativeMatches: [Double]
    /// FNIR over FPIR; empty without searches of both kinds.
    public let errorTradeOff: [IdentificationRates.ErrorPoint]
    /// Warnings about the numbers, one sentence each.
    public let warnings: [String]

    /// Ranks of ``cumulativeMatches``.
    public static let matchRanks = Array(1...20) + [30, 50, 100]
    /// Ranks of the tables.
    public static let ranks = [1, 5, 10]
    /// False positive identification rates of the tables.
    public static let fpirs = [0.01, 0.1]

    /// Evaluates scored templates.
    ///
    /// - Parameters:
    ///   - scored: The set, its embeddings and its scores.
    ///   - draws: Number of draws of people; 0 for no intervals.
    public init(of scored: ScoredTemplates, draws: Int = PeopleReplicates.defaultDraws) throws {
        let (set, usable, rows) = (scored.set, scored.usable, scored.rows)
        let product = scored.product
        let peopleOfTemplates = set.peopleOfTemplates
        let verification = try TemplateVerification(
            of: scored.pairs, people: peopleOfTemplates, scored.cosines, scored.scores,
            draws: draws)
        let searches = try usable.set.galleries.map {
            try GallerySearch(
                $0.templates, of: usable.set, rows.enrolled, probes: rows.probes, product: product)
        }
        let rates = IdentificationRates(
            zip(searches, set.galleries).map { usable.outcomes($0.outcomes, in: $1, of: set) })
        let other = try InsightFaceSearch(
            usable.matchable(of: set), rows.enrolled, probes: rows.probes, product: product)
        pooling = scored.pooling.name(set.detectorScores != nil)
        normalization = scored.cohort?.text
        images = set.source.count
        templates = set.templates.count
        people = Set(peopleOfTemplates).count
        genuine = verification.scores.genuine.count
        impostor = verification.scores.impostor.count
        mated = rates.mated
        nonmated = rates.nonmated
        galleries = set.galleries.map(\.templates.count)
        failedToEnrol = usable.failed.count
        failures = FailuresToEnrol(scored.failedImages, of: set)
        figures =
            Self.figures(verification)
            + Self.figures(rates, other, people: set.people.count, draws: draws)
        cumulativeMatches = mated > 0 ? rates.cumulativeMatches(Self.matchRanks) ?? [] : []
        errorTradeOff = rates.errorTradeOff()
        warnings = Self.warnings(set, failures, figures, hasPairs: !scored.pairs.isEmpty)
    }

    private static func figures(_ verification: TemplateVerification) -> [Figure] {
        guard !verification.scores.genuine.isEmpty, !verification.scores.impostor.isEmpty else {
            return []
        }
        let points = InsightFaceReading.points(of: verification.scores, atFARs: verification.rates)
        return verification.rates.indices.map { index in
            let value = verification.supportedTAR(index)
            return Figure(
                .tar(far: verification.rates[index]), value, verification.replicates[index],
                needed: TemplateVerification.impostorsNeeded(forRate: verification.rates[index]),
                insightFace: points?[index].tar)
        }
    }

    private static func figures(
        _ rates: IdentificationRates, _ other: InsightFaceSearch?, people: Int, draws: Int
    ) -> [Figure] {
        guard rates.mated > 0 else { return [] }
        func replicates(_ measure: IdentificationMeasure) -> PeopleReplicates? {
            rates.replicates(of: measure, people: people, draws: draws)
        }
        let ranked = ranks.enumerated().map { index, k in
            Figure(
                .rank(k), rates.rate(atRank: k), replicates(.rank(k)), needed: nil,
                insightFace: other?.rankRates[index])
        }
        guard rates.nonmated > 0 else { return ranked }
        let fewest = rates.galleries.map { $0.count { $0.mate == nil } }.min() ?? 0
        return ranked
            + fpirs.enumerated().map { index, fpir in
                let needed = TemplateVerification.impostorsNeeded(forRate: fpir)
                return Figure(
                    .tpir(fpir: fpir), fewest >= needed ? rates.tpir(atFPIR: fpir) : nil,
                    replicates(.tpir(fpir: fpir)), needed: needed, insightFace: other?.tpir[index])
            }
    }

    private static func warnings(
        _ set: TemplateSet, _ failures: FailuresToEnrol?, _ figures: [Figure], hasPairs: Bool
    ) -> [String] {
        var warnings = set.warnings + (failures.map { [$0.warning] } ?? [])
        let missing = figures.filter { $0.value == nil }
        if !missing.isEmpty {
            warnings.append(
                "No figure is given where fewer than ten errors are to be expected: "
                    + missing.map { figure in
                        "\(figure.measure.title) (needs \(grouped(figure.needed ?? 0)) "
                            + "\(figure.measure.needs))"
                    }.joined(separator: ", ") + ".")
        }
        if !hasPairs, !set.probes.isEmpty {
            warnings.append(
                "There would be more than \(grouped(TemplateSet.mostCrossPairs)) pairs of a probe and an enrolled "
                    + "template, so only searches are evaluated.")
        }
        return warnings
    }
}

extension TemplateReport.Figure {
    init(
        _ measure: TemplateReport.Measure, _ value: Double?, _ replicates: PeopleReplicates?,
        needed: Int?, insightFace: Double?
    ) {
        self.measure = measure
        self.value = value
        self.needed = needed
        self.insightFace = insightFace
        self.replicates = (replicates?.draws.isEmpty ?? true) ? nil : replicates
        let found = value == nil ? nil : self.replicates?.interval()
        interval = found.map { [max(0, $0.lower), min(1, $0.upper)] }
    }
}

extension TemplatePooling {
    /// Name in tables, for a set with or without the detector's confidences.
    package func name(_ hasScores: Bool) -> String {
        let norm = weighsByNorm ? "weighted by the norm" : "normalised"
        return hasScores && weighsByDetector ? norm + " and by the detector's confidence" : norm
    }
}

extension [TemplateReport.Figure] {
    /// The figure of a measure; nil if there is none.
    package subscript(measure: TemplateReport.Measure) -> TemplateReport.Figure? {
        first { $0.measure == measure }
    }
}
