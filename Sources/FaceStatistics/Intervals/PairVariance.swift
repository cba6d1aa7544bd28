/// Variance of a test set's quantity due to its limited number of pairs.
///
/// Pairs of one person and pairs of two are treated separately, because a protocol fixes the number of
/// each kind.
public struct PairVariance: Sendable, Hashable {
    /// Variance of the quantity if all pairs were independent.
    public let independent: Double
    /// Variance of the quantity when pairs share people: pairs without a common person are treated as
    /// independent, and nothing is assumed about the others. Never below ``independent``.
    ///
    /// It is the sandwich estimate for dyadic data (Aronow, Samii and Assenova 2015; Fafchamps and
    /// Gubert 2007).
    public let sharingPeople: Double

    /// Estimates the variances of ``PairDesign/mean(_:)`` of one value per pair.
    ///
    /// - Throws: ``FaceStatisticsError/differentCounts(expected:found:)``.
    public init(_ values: [Double], _ design: PairDesign) throws(FaceStatisticsError) {
        guard values.count == design.count else {
            throw .differentCounts(expected: design.count, found: values.count)
        }
        let residuals = Self.residuals(values, design)
        independent = residuals.reduce(0) { $0 + $1 * $1 }
        sharingPeople = max(independent, Self.dyadic(residuals, design))
    }

    /// Each pair's residual: its contribution beyond the mean of its kind, with the standard
    /// correction for having estimated that mean.
    private static func residuals(_ values: [Double], _ design: PairDesign) -> [Double] {
        var sums = [0.0, 0]
        var weights = [0.0, 0]
        var counts = [0.0, 0]
        for (index, pair) in design.people.enumerated() {
            let kind = pair.isSame ? 1 : 0
            sums[kind] += design.weights[index] * values[index]
            weights[kind] += design.weights[index]
            counts[kind] += 1
        }
        let means = zip(sums, weights).map { $1 > 0 ? $0 / $1 : 0 }
        let factors = counts.map { $0 > 1 ? ($0 / ($0 - 1)).squareRoot() : 1 }
        return design.people.indices.map { index in
            let kind = design.people[index].isSame ? 1 : 0
            return design.weights[index] * (values[index] - means[kind]) * factors[kind]
        }
    }

    /// Σ eₚ e_q over all p, q that share a person: the squared sums of the people, in which what
    /// two pairs of the same two people give is counted twice.
    private static func dyadic(_ residuals: [Double], _ design: PairDesign) -> Double {
        var byPerson = [Double](repeating: 0, count: design.peopleCount)
        var byTwo: [PairDesign.People: Double] = [:]
        for (pair, residual) in zip(design.people, residuals) {
            byPerson[pair.first] += residual
            guard !pair.isSame else { continue }
            byPerson[pair.second] += residual
            byTwo[pair, default: 0] += residual
        }
        // Sorted, because the order of a dictionary, and with it the last bit, changes from run to run.
        let twice = byTwo.sorted { ($0.key.first, $0.key.second) < ($1.key.first, $1.key.second) }
        return byPerson.reduce(0) { $0 + $1 * $1 } - twice.reduce(0) { $0 + $1.value * $1.value }
    }
}
