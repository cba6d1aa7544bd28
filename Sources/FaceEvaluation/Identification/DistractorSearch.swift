import SafeNumbers

/// MegaFace's identification: each pair of images of a person, one as the probe and the other as the only mate
/// among the distractors, for an increasing number of these (Kemelmacher-Shlizerman et al. 2016).
///
/// The rank of the other image is 1 and the number of distractors with at least its score, so ties
/// count against it.
public struct DistractorSearch: Sendable {
    /// Numbers of distractors in the gallery.
    public let sizes: [Int]
    /// For each size, how many pairs have each rank: 1 first, up to ``ranks``, then all others.
    public let counts: [[Int]]
    /// For each size, how many pairs of each probe have rank 1.
    public let firsts: [[Int]]
    /// Pairs of a probe and another image of its person.
    public let pairs: Int
    /// Scores of the pairs of one person, highest first.
    public let scores: [Double]
    /// The same, each with its probe, for draws of people.
    let mates: [HighestScores.Entry]
    /// The highest scores of probes and distractors, for TAR.
    let highest: [HighestScores.Entry]
    /// Number of pairs of a probe and a distractor.
    let impostors: Int

    /// Ranks that are counted one by one.
    public static let ranks = 100
    /// MegaFace's numbers of distractors.
    public static let defaultSizes = [10, 100, 1000, 10_000, 100_000, 1_000_000]

    /// Searches.
    ///
    /// - Parameters:
    ///   - probes: Normalised rows of the probes.
    ///   - people: Index of each probe's person.
    ///   - distractors: Normalised rows; the first ones make the smaller sets.
    ///   - sizes: Numbers of distractors; larger ones than available mean all.
    ///   - far: The lowest false acceptance rate for which ``tar(atFAR:)`` is needed.
    public init(
        probes: EmbeddingTable, people: [String], distractors: EmbeddingTable,
        sizes: [Int] = defaultSizes, far: Double = 1e-6,
        product: BlockProduct = .plain
    ) throws {
        guard people.count == probes.count else {
            throw FaceEvaluationError.embeddingCount(images: people.count, rows: probes.count)
        }
        var cuts: [Int] = []
        for size in sizes.sorted() where size > 0 && distractors.count > 0 {
            let size = min(size, distractors.count)
            if cuts.last != size { cuts.append(size) }
        }
        var members: [String: [Int]] = [:]
        for (row, person) in people.enumerated() { members[person, default: []].append(row) }
        var state = probes.withRows { rows in
            people.enumerated().map { row, person in
                Mates(
                    (members[person] ?? []).filter { $0 != row }.map {
                        Float(RowArithmetic.product(rows[row], rows[$0]))
                    })
            }
        }
        impostors = probes.count * distractors.count
        // More than the rate allows, because on a draw of people other scores are among the highest.
        let wanted = min(1 << 20, max(4 * TemplateScores.allowed(far, of: impostors), 4096) + 1)
        let lock = HighestScores.Locked(HighestScores(limit: wanted))
        var counts = cuts.map { _ in [Int](repeating: 0, count: Self.ranks + 1) }
        var firsts: [[Int]] = []
        let scores = BlockScores(probes: probes, gallery: distractors, product: product)
        let exact = scores.exact
        let slack = exact?.slack ?? 0
        // A size is complete when the first block after it begins.
        var done = 0
        func count(upTo first: Int) {
            while done < cuts.count, cuts[done] <= first {
                firsts.append(state.map { $0.count(into: &counts[done]) })
                done += 1
            }
        }
        for (start, end) in zip([0] + cuts, cuts) {
            try state.withUnsafeMutableBufferPointer { state in
                nonisolated(unsafe) let state = state
                try scores.forEach(in: start..<end) { probe, first, scores in
                    func exactly(_ index: Int, _ score: Float) -> Float {
                        exact?.score(probe, first + index) ?? score
                    }
                    state[probe].add(scores, slack, exactly)
                    lock.add(scores, of: probe, slack: slack, exact: exactly)
                }
            }
            count(upTo: end)
        }
        self.sizes = cuts
        self.counts = counts
        self.firsts = firsts
        mates = state.enumerated().flatMap { row, mates in
            mates.scores.map { HighestScores.Entry(score: $0, row: Int32(row)) }
        }.sorted(by: >)
        pairs = mates.count
        self.scores = mates.map { Double($0.score) }
        highest = lock.value.sorted()
    }

    /// The fraction of pairs with a rank of at most `k` among the given number of distractors; nil for a
    /// number that was not requested, or without pairs.
    public func rate(atRank k: Int, distractors size: Int) -> Double? {
        guard let index = sizes.firstIndex(of: size), pairs > 0, (1...Self.ranks).contains(k) else {
            return nil
        }
        return Double(counts[index].prefix(k).reduce(0, +)) / Double(pairs)
    }

    /// TAR of the pairs at a false acceptance rate among all probes and distractors; nil if fewer
    /// than ten false accepts are expected, or the rate is above the requested one.
    public func tar(atFAR rate: Double) -> Double? {
        guard rate * Double(impostors) * (1 + 1e-12) >= TemplateVerification.minExpectedErrors
        else { return nil }
        let allowed = TemplateScores.allowed(rate, of: impostors)
        guard allowed < highest.count, pairs > 0 else { return nil }
        let threshold = Double(highest[allowed].score)
        return Double(TemplateScores.count(above: threshold, in: scores)) / Double(pairs)
    }

    /// The scores of a probe's other images, lowest first, and how many distractors reach each.
    private struct Mates {
        let scores: [Float]
        /// How many distractors have at least the score at an index and less than the next.
        private var reached: [Int]

        init(_ scores: [Float]) {
            self.scores = scores.sorted()
            reached = [Int](repeating: 0, count: scores.count)
        }

        /// Adds scores of distractors; those so close to an image's score that rounding could decide
        /// are recomputed.
        mutating func add(
            _ others: UnsafeBufferPointer<Float>, _ slack: Float,
            _ exactly: (_ index: Int, _ score: Float) -> Float
        ) {
            guard let lowest = scores.first else { return }
            BlockScores.scan(others, atLeast: lowest - slack) { index, score in
                var count = reachedScores(score)
                if reachedScores(score - slack) != count || reachedScores(score + slack) != count {
                    count = reachedScores(exactly(index, score))
                }
                if count > 0 { reached[count - 1] += 1 }
                return lowest - slack
            }
        }

        /// How many of the images' scores a distractor's score reaches.
        private func reachedScores(_ score: Float) -> Int {
            scores.partitioningIndex { $0 > score }
        }

        /// Adds the ranks of the other images.
        ///
        /// - Returns: How many of them have rank 1.
        func count(into counts: inout [Int]) -> Int {
            var (ahead, firsts) = (0, 0)
            for index in scores.indices.reversed() {
                ahead += reached[index]
                counts[min(ahead, DistractorSearch.ranks)] += 1
                if ahead == 0 { firsts += 1 }
            }
            return firsts
        }
    }
}
