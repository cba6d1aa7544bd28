import FaceData

/// Normalisation of scores by a template's scores against a cohort of other people, as in speaker
/// and face recognition.
///
/// With mean m and standard deviation s (divided by count) of the cohort's scores, a score c becomes
/// (c − m) / s: in z-norm with those of the enrolled template (Li and Porter 1988, in the form of
/// Auckenthaler et al. 2000), in t-norm with those of the probe (Auckenthaler et al. 2000), in s-norm
/// the mean of both (Kenny 2010), and in adaptive s-norm with the highest cohort scores of each side
/// only (Matějka et al. 2017, "adaptive s-norm 1").
public enum ScoreNormalization: Sendable, Hashable, Codable {
    /// By the enrolled template's scores against the cohort.
    case z
    /// By the probe's scores against the cohort.
    case t
    /// The mean of ``z`` and ``t``.
    case s
    /// As ``s``, with the given number of highest scores of each side.
    case adaptive(top: Int)

    /// Number of highest scores that `as` uses by default.
    public static let defaultTop = 200

    /// Reads `z`, `t`, `s`, `as` or `as:N`; nil for anything else, and for N below 2.
    public init?(_ text: String) {
        switch text {
        case "z": self = .z
        case "t": self = .t
        case "s": self = .s
        case "as": self = .adaptive(top: Self.defaultTop)
        default:
            guard text.hasPrefix("as:"), let top = Int(text.dropFirst(3)), top > 1 else {
                return nil
            }
            self = .adaptive(top: top)
        }
    }

    /// Name in tables.
    public var title: String {
        switch self {
        case .z: "z-norm"
        case .t: "t-norm"
        case .s: "s-norm"
        case .adaptive(let top): "adaptive s-norm (\(top) highest)"
        }
    }

    /// Rows whose scalar products are normalised scores.
    ///
    /// A normalised score is linear in the score, with coefficients of each template, so that it is
    /// the scalar product of longer rows: in s-norm, of (x/2, 1/2, x/2s, −m/2s) of the probe and
    /// (y/s, −m/s, y, 1) of the enrolled template. They can be used in place of embeddings.
    ///
    /// - Parameters:
    ///   - embeddings: Normalised rows of the templates.
    ///   - cohort: Normalised rows of other people, at least two.
    /// - Throws: ``FaceEvaluationError/embeddingTablesDiffer(count:dimension:otherCount:otherDimension:)``
    ///   for a cohort of another dimension, ``FaceEvaluationError/cohortTooSmall(count:)``.
    public func rows(
        of embeddings: EmbeddingTable, cohort: EmbeddingTable,
        product: BlockProduct = .plain
    ) throws -> TemplateRows {
        guard cohort.count > 1 else {
            throw FaceEvaluationError.cohortTooSmall(count: cohort.count)
        }
        let moments = try moments(of: embeddings, cohort, product)
        func table(_ parts: (Int) -> [(factor: Double, isRow: Bool)]) throws -> EmbeddingTable {
            var values: [Float] = []
            for row in 0..<embeddings.count {
                for part in parts(row) {
                    if part.isRow {
                        for value in embeddings[row] {
                            values.append(Float(part.factor * Double(value)))
                        }
                    } else {
                        values.append(Float(part.factor))
                    }
                }
            }
            let size = embeddings.count > 0 ? values.count / embeddings.count : 1
            return try EmbeddingTable(count: embeddings.count, dimension: size, values: values)
        }
        func normed(_ row: Int, _ half: Double = 1) -> [(factor: Double, isRow: Bool)] {
            let (mean, deviation) = moments[row]
            return [(half / deviation, true), (-half * mean / deviation, false)]
        }
        func plain(_ half: Double = 1) -> [(factor: Double, isRow: Bool)] {
            [(half, true), (half, false)]
        }
        switch self {
        case .z:
            return TemplateRows(
                enrolled: try table { normed($0) }, probes: try table { _ in plain() })
        case .t:
            return TemplateRows(
                enrolled: try table { _ in plain() }, probes: try table { normed($0) })
        case .s, .adaptive:
            return TemplateRows(
                enrolled: try table { normed($0) + plain() },
                probes: try table { plain(0.5) + normed($0, 0.5) })
        }
    }

    /// Mean and standard deviation of each row's scores against the cohort, of the highest ones in
    /// adaptive s-norm.
    private func moments(
        of embeddings: EmbeddingTable, _ cohort: EmbeddingTable, _ product: BlockProduct
    ) throws -> [(mean: Double, deviation: Double)] {
        var top: Int?
        if case .adaptive(let count) = self { top = max(2, count) }
        var sums = [Moments](repeating: Moments(top: top), count: embeddings.count)
        try sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let sums = sums
            try BlockScores(probes: embeddings, gallery: cohort, product: product)
                .forEach { row, _, scores in sums[row].add(scores) }
        }
        return sums.map(\.value)
    }

    /// Accumulates scores block by block.
    private struct Moments {
        private var count = 0.0
        private var sum = 0.0
        private var squares = 0.0
        private var highest: HighestScores?

        init(top: Int?) { highest = top.map { HighestScores(limit: $0) } }

        mutating func add(_ scores: UnsafeBufferPointer<Float>) {
            guard highest == nil else {
                for score in scores { highest?.add(score) }
                return
            }
            for score in scores { add(Double(score)) }
        }

        private mutating func add(_ score: Double) {
            count += 1
            sum += score
            squares += score * score
        }

        var value: (mean: Double, deviation: Double) {
            var all = self
            for entry in highest?.sorted() ?? [] { all.add(Double(entry.score)) }
            let mean = all.sum / max(1, all.count)
            let variance = all.squares / max(1, all.count) - mean * mean
            // A cohort of equal embeddings has no spread.
            return (mean, variance > 1e-12 ? variance.squareRoot() : 1)
        }
    }
}

/// Rows of templates for comparison: the scalar product of a probe's and an enrolled template's
/// row is their score. Without score normalisation both are the embeddings.
public struct TemplateRows: Sendable {
    /// A row for each template as the enrolled one.
    public let enrolled: EmbeddingTable
    /// A row for each template as the probe.
    public let probes: EmbeddingTable

    /// Combines both tables, which must have the same shape.
    public init(enrolled: EmbeddingTable, probes: EmbeddingTable) {
        (self.enrolled, self.probes) = (enrolled, probes)
    }

    /// The embeddings themselves, whose scalar products are cosines.
    public init(_ embeddings: EmbeddingTable) {
        self.init(enrolled: embeddings, probes: embeddings)
    }

    /// Rows normalised by a cohort, if there is one.
    init(
        _ embeddings: EmbeddingTable, _ cohort: ScoreCohort?, _ product: BlockProduct
    ) throws {
        guard let cohort else {
            self.init(embeddings)
            return
        }
        self = try cohort.normalization.rows(
            of: embeddings, cohort: cohort.embeddings, product: product)
    }

    /// Rows for the first and the second of a set's pairs: a list of pairs has the enrolled template
    /// first, and pairs made from probes and galleries have the probe first.
    func ofPairs(in set: TemplateSet) -> (first: EmbeddingTable, second: EmbeddingTable) {
        set.pairs.isEmpty ? (probes, enrolled) : (enrolled, probes)
    }
}

/// People by whom scores are normalised, and the method.
public struct ScoreCohort: Sendable {
    /// How scores are normalised by the cohort.
    public let normalization: ScoreNormalization
    /// A normalised row for each person.
    public let embeddings: EmbeddingTable
    /// Who they are, to follow "by" in a sentence, e.g. `450 people of 'celeba'`.
    public let name: String

    /// Creates a cohort of embeddings, a row for each person.
    public init(_ normalization: ScoreNormalization, _ embeddings: EmbeddingTable, name: String) {
        (self.normalization, self.embeddings, self.name) = (normalization, embeddings, name)
    }

    /// Description for a report.
    var text: String { "\(normalization.title) by \(name)" }
}
