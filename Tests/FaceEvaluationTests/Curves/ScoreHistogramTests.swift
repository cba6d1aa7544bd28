import FaceEvaluation
import Testing

@Suite struct ScoreHistogramTests {
    @Test func pairsFallInBinsOfTheirKind() throws {
        let table: [(Float, Bool)] = [
            (0, true), (0.999, true), (1, true), (3.999, false), (4, false), (4.000001, false),
        ]
        let pairs = table.map { ScoredPair(distance: $0.0, same: $0.1, fold: 0) }
        let histogram = try ScoreHistogram(of: pairs, bins: 4)
        #expect(histogram.positives == [2, 1, 0, 0])
        #expect(histogram.negatives == [0, 0, 0, 3])
        #expect(histogram.binWidth == 1)
    }

    @Test func everyPairIsCountedOnce() throws {
        var generator = SplitMix64(seed: 23)
        let pairs = generator.pairs(count: 500, lattice: 0.01)
        for bins in [0, 1, 7, 80] {
            let histogram = try ScoreHistogram(of: pairs, bins: bins)
            #expect(histogram.positives.reduce(0, +) == pairs.count(where: \.same))
            #expect((histogram.positives + histogram.negatives).reduce(0, +) == 500)
            #expect(histogram.negatives.count == max(bins, 1))
        }
    }
}
