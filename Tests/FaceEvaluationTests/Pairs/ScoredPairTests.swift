import FaceData
import FaceEvaluation
import Testing

@Suite struct ScoredPairTests {
    @Test func distanceIsSquaredL2OfRows() throws {
        let table = try EmbeddingTable(count: 3, dimension: 2, values: [1, 0, 0, 1, -1, 0])
        let pairs = [
            VerificationPair(first: 0, second: 0, same: true, fold: 0),
            VerificationPair(first: 0, second: 1, same: false, fold: 1),
            VerificationPair(first: 2, second: 0, same: false, fold: 2),
        ]
        let scores = try table.scores(of: pairs)
        #expect(scores.map(\.distance) == [0, 2, 4])
        #expect(scores.map(\.cosine) == [1, 0, -1])
        #expect(scores.map(\.same) == [true, false, false])
        #expect(scores.map(\.fold) == [0, 1, 2])
    }

    @Test func pairsMustNameRows() throws {
        let table = try EmbeddingTable(count: 2, dimension: 1, values: [1, 1])
        for bad in [2, -1] {
            let pairs = [
                VerificationPair(first: 0, second: 1, same: true, fold: 0),
                VerificationPair(first: 0, second: bad, same: true, fold: 0),
            ]
            #expect(throws: FaceEvaluationError.pairOutOfRange(pair: 1, image: bad, count: 2)) {
                try table.scores(of: pairs)
            }
        }
    }

    /// The bound the documentation gives against a pipeline in double precision throughout.
    @Test func singlePrecisionCostsLessThanAMillionth() throws {
        var generator = SplitMix64(seed: 7)
        let (original, mirrored) = (
            try generator.table(count: 40, dimension: 512),
            try generator.table(count: 40, dimension: 512)
        )
        let rows = (0..<40).map { row in
            let sum = zip(original[row], mirrored[row]).map { Double($0) + Double($1) }
            let norm = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return sum.map { $0 / norm }
        }
        let pairs = (0..<39).map {
            VerificationPair(first: $0, second: $0 + 1, same: true, fold: 0)
        }
        let scores = try original.normalizedSum(with: mirrored).scores(of: pairs)
        for (pair, score) in zip(pairs, scores) {
            let exact = zip(rows[pair.first], rows[pair.second])
                .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            #expect(abs(Double(score.distance) - exact) < 1e-6)
        }
    }

    @Test func cosineAndDistanceConvertBothWays() {
        for distance in stride(from: 0.0, through: 4, by: 0.125) {
            let cosine = ScoredPair.cosine(squaredDistance: distance)
            #expect((-1...1).contains(cosine))
            #expect(ScoredPair.squaredDistance(cosine: cosine) == distance)
        }
    }
}
