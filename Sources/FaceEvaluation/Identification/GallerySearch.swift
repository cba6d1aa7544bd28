public import FaceData

/// Result of the search for one probe in a gallery.
public struct SearchOutcome: Codable, Sendable, Hashable {
    /// A template of another person, and its score.
    public struct Candidate: Codable, Sendable, Hashable {
        /// Index of the person in the set.
        public let person: Int
        /// Cosine similarity with the probe; -1...1.
        public let score: Float
    }

    /// The probe's index in the set's templates.
    public let probe: Int
    /// The probe's person; nil if it is unknown and the person is in no gallery.
    public let person: Int?
    /// The highest score of the person's own templates; nil for a person who is not enrolled.
    public let mate: Float?
    /// How many templates of other people have at least the mate's score: the mate's rank minus one,
    /// ties counting against it. For a person who is not enrolled, the gallery's size.
    public let ahead: Int
    /// The best templates of other people, highest score first; at most ``GallerySearch/candidates``.
    public let others: [Candidate]

    /// The mate's rank, from 1; nil for a person who is not enrolled.
    public var rank: Int? { mate.map { _ in ahead + 1 } }
    /// The highest score of another person's template.
    public var bestOther: Float { others.first?.score ?? -.infinity }
}

/// Searches probes in a gallery: 1:N.
public struct GallerySearch: Sendable {
    /// How many templates of other people are kept for each probe.
    public static let candidates = 24

    /// The searches, one per probe.
    public let outcomes: [SearchOutcome]
    /// Number of templates in the gallery.
    public let galleryCount: Int
    /// The highest scores of probes and templates of other people, highest first; as many as were
    /// requested.
    public let highestImpostors: [Float]

    /// Searches for all probes of a set.
    ///
    /// - Parameters:
    ///   - gallery: Which templates are searched.
    ///   - set: The set.
    ///   - embeddings: A normalised row for each template of the set.
    ///   - probes: Rows for the probes, if they differ from those for enrolled templates.
    ///   - impostors: Number of highest impostor scores to keep.
    ///   - product: How scores are computed.
    /// - Throws: The errors of `product`, ``FaceEvaluationError/scoreNotFinite(pair:)``.
    public init(
        _ gallery: [Int], of set: TemplateSet, _ embeddings: EmbeddingTable,
        probes: EmbeddingTable? = nil, impostors: Int = 0,
        product: BlockProduct = .plain
    ) throws {
        let people = gallery.map { set.templates[$0].person ?? -1 }
        let scores = BlockScores(
            probes: SelectedRows(probes ?? embeddings, set.probes),
            gallery: SelectedRows(embeddings, gallery), product: product)
        var mates: [Int: [Int]] = [:]
        for (place, person) in people.enumerated() { mates[person, default: []].append(place) }
        var state = set.probes.enumerated().map { row, probe in
            let person = set.templates[probe].person
            return Probe(
                person: person ?? -2,
                mate: scores.best(row, among: person.flatMap { mates[$0] } ?? []))
        }
        var highest = HighestScores(limit: impostors)
        let exact = scores.exact
        try state.withUnsafeMutableBufferPointer { state in
            nonisolated(unsafe) let state = state
            try scores.forEach { probe, first, scores in
                state[probe].add(scores, from: first, people, probe, exact)
            }
        }
        if impostors > 0 {
            // The highest scores of all probes share one list, so this is a second pass.
            let lock = HighestScores.Locked(highest)
            try scores.forEach { probe, first, scores in
                lock.add(scores, of: probe, slack: exact?.slack ?? 0) { index, score in
                    people[first + index] == state[probe].person
                        ? nil : exact?.score(probe, first + index) ?? score
                }
            }
            highest = lock.value
        }
        galleryCount = gallery.count
        highestImpostors = highest.sorted().map(\.score)
        outcomes = zip(set.probes, state).map { probe, state in
            SearchOutcome(
                probe: probe, person: set.templates[probe].person, mate: state.mate,
                ahead: state.mate == nil ? gallery.count : state.ahead, others: state.others)
        }
    }

    /// The nearest gallery row of each probe, each row counting as one person.
    ///
    /// - Parameters:
    ///   - probes: Normalised rows.
    ///   - gallery: Normalised rows; at least one.
    public static func nearest(
        probes: EmbeddingTable, gallery: EmbeddingTable,
        product: BlockProduct = .plain
    ) throws -> [Int] {
        let people = Array(0..<gallery.count)
        var state = (0..<probes.count).map { _ in Probe(person: -1, mate: nil) }
        try state.withUnsafeMutableBufferPointer { state in
            nonisolated(unsafe) let state = state
            let scores = BlockScores(probes: probes, gallery: gallery, product: product)
            let exact = scores.exact
            try scores.forEach { probe, first, scores in
                state[probe].add(scores, from: first, people, probe, exact)
            }
        }
        return state.map { $0.others.first?.person ?? 0 }
    }

    /// A probe's best matches so far.
    private struct Probe {
        let person: Int
        let mate: Float?
        var ahead = 0
        var others: [SearchOutcome.Candidate] = []

        /// The score that a candidate must reach.
        private var last: Float {
            others.count < GallerySearch.candidates ? -.infinity : others[others.count - 1].score
        }

        private var bound: Float { min(mate ?? .infinity, last) }

        /// Adds scores of a block of the gallery; those that rounding could decide, or that are kept,
        /// are recomputed where the block's are not exact.
        mutating func add(
            _ scores: UnsafeBufferPointer<Float>, from first: Int, _ people: [Int], _ probe: Int,
            _ exact: ExactScores?
        ) {
            let slack = exact?.slack ?? 0
            BlockScores.scan(scores, atLeast: bound - slack) { index, score in
                let other = people[first + index]
                guard other != person else { return bound - slack }
                let isNearMate = mate.map { abs(score - $0) <= slack } ?? false
                if score < last - slack, !isNearMate {
                    if let mate, score > mate { ahead += 1 }
                    return bound - slack
                }
                let score = exact?.score(probe, first + index) ?? score
                if let mate, score >= mate { ahead += 1 }
                if score >= last { keep(SearchOutcome.Candidate(person: other, score: score)) }
                return bound - slack
            }
        }

        private mutating func keep(_ candidate: SearchOutcome.Candidate) {
            let isFull = others.count == GallerySearch.candidates
            if isFull, let last = others.last, last.score >= candidate.score { return }
            if isFull { others.removeLast() }
            let place = others.firstIndex { $0.score < candidate.score } ?? others.count
            others.insert(candidate, at: place)
        }
    }
}
