import Foundation

/// Rates of searches in one or several galleries, by the names of ISO/IEC 19795-1. With several
/// galleries, as in IJB, each rate is the mean over them.
///
/// A probe whose person is enrolled is mated. A search is a hit at a threshold if the mate's score is
/// above it and the mate's rank is low enough; a search for a person who is not enrolled is a false
/// positive if any score is above it.
public struct IdentificationRates: Sendable {
    /// The searches of each gallery.
    public let galleries: [[SearchOutcome]]

    /// Computes rates from the outcomes of all searches, gallery by gallery.
    public init(_ galleries: [[SearchOutcome]]) { self.galleries = galleries }

    /// The rates of searches in galleries.
    public init(_ searches: [GallerySearch]) { self.init(searches.map(\.outcomes)) }

    /// Number of searches for enrolled people.
    public var mated: Int { galleries.reduce(0) { $0 + $1.count { $0.mate != nil } } }
    /// Number of searches for people who are not enrolled.
    public var nonmated: Int { galleries.reduce(0) { $0 + $1.count { $0.mate == nil } } }

    /// Weight of each person; usually 1 for all.
    typealias Weights = (Int?) -> Double

    /// Rank-k identification rate: the fraction of mated searches whose mate has at most rank `k`
    /// (a point of the CMC); nil without mated searches.
    public func rate(atRank k: Int) -> Double? { rate(atRank: k) { _ in 1 } }

    func rate(atRank k: Int, _ weights: Weights) -> Double? {
        mean { outcomes in
            Self.fraction(outcomes, weights) { $0.rank.map { $0 <= k } }
        }
    }

    /// The cumulative match characteristic: ``rate(atRank:)`` for increasing ranks.
    public func cumulativeMatches(_ ranks: [Int]) -> [Double]? {
        let rates = ranks.compactMap { rate(atRank: $0) }
        return rates.count == ranks.count ? rates : nil
    }

    /// True positive identification rate, 1 − FNIR: the fraction of mated searches with the mate at a
    /// rank of at most `rank` and above the lowest threshold that keeps the false positive
    /// identification rate at or below `fpir`.
    ///
    /// - Parameter rank: nil for any rank.
    /// - Returns: nil without searches of both kinds in a gallery.
    public func tpir(atFPIR fpir: Double, rank: Int? = 1) -> Double? {
        tpir(atFPIR: fpir, rank: rank) { _ in 1 }
    }

    func tpir(atFPIR fpir: Double, rank: Int?, _ weights: Weights) -> Double? {
        mean { outcomes in
            guard let threshold = Self.threshold(outcomes, fpir, weights) else { return nil }
            return Self.fraction(outcomes, weights) { outcome in
                outcome.mate.map { $0 > threshold && outcome.ahead < rank ?? .max }
            }
        }
    }

    /// The threshold of each gallery at a false positive identification rate.
    public func thresholds(atFPIR fpir: Double) -> [Float?] {
        galleries.map { Self.threshold($0, fpir) { _ in 1 } }
    }

    /// The false positive identification rate at a threshold; nil without searches for people who are
    /// not enrolled.
    public func fpir(at threshold: Float) -> Double? {
        mean { outcomes in
            Self.fraction(outcomes, { _ in 1 }) { $0.mate == nil ? $0.bestOther > threshold : nil }
        }
    }

    /// The false negative identification rate at a threshold, at any rank or at most one.
    public func fnir(at threshold: Float, rank: Int? = 1) -> Double? {
        mean { outcomes in
            Self.fraction(outcomes, { _ in 1 }) { outcome in
                outcome.mate.map { !($0 > threshold && outcome.ahead < rank ?? .max) }
            }
        }
    }

    /// The lowest value such that at most a given fraction of the non-mated searches has a score above it.
    private static func threshold(
        _ outcomes: [SearchOutcome], _ fpir: Double, _ weights: Weights
    ) -> Float? {
        let others = outcomes.filter { $0.mate == nil }
            .map { (score: $0.bestOther, weight: weights($0.person)) }
            .filter { $0.weight > 0 }.sorted { $0.score > $1.score }
        let total = others.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return nil }
        var accepted = 0.0
        for other in others {
            accepted += other.weight
            if accepted > fpir * total * (1 + 1e-12) { return other.score }
        }
        return -.infinity
    }

    /// The weighted fraction of searches for which a predicate is true, among those for which it
    /// is defined.
    private static func fraction(
        _ outcomes: [SearchOutcome], _ weights: Weights, _ answer: (SearchOutcome) -> Bool?
    ) -> Double? {
        var (yes, all) = (0.0, 0.0)
        for outcome in outcomes {
            guard let isTrue = answer(outcome) else { continue }
            let weight = weights(outcome.person)
            all += weight
            if isTrue { yes += weight }
        }
        return all > 0 ? yes / all : nil
    }

    private func mean(_ value: ([SearchOutcome]) -> Double?) -> Double? {
        let values = galleries.compactMap(value)
        guard !values.isEmpty, values.count == galleries.count else { return nil }
        return values.reduce(0, +) / Double(values.count)
    }
}

extension IdentificationRates {
    /// A point of the detection error trade-off.
    public struct ErrorPoint: Codable, Sendable, Hashable {
        /// False positive identification rate; 0...1.
        public let fpir: Double
        /// False negative identification rate at rank 1; 0...1.
        public let fnir: Double
    }

    /// FNIR at rank 1 over FPIR, at rates from one false positive to all of them, logarithmically spaced;
    /// empty without searches of both kinds.
    public func errorTradeOff(points: Int = 60) -> [ErrorPoint] {
        let fewest = galleries.map { $0.count { $0.mate == nil } }.min() ?? 0
        guard fewest > 0 else { return [] }
        let lowest = 1 / Double(fewest)
        return (0..<points).compactMap { index in
            let fpir = pow(lowest, 1 - Double(index) / Double(points - 1))
            return tpir(atFPIR: fpir).map { ErrorPoint(fpir: fpir, fnir: 1 - $0) }
        }
    }
}
