import FaceData
import FaceEvaluation
import Testing

@Suite struct EmbeddingViewsTests {
    @Test func withoutAMirrorImageTheImageStandsAlone() throws {
        var generator = SplitMix64(seed: 5)
        let table = try generator.table(count: 4, dimension: 9)
        let alone = try EmbeddingViews(original: table)
        #expect(try alone.normalizedSum() == table.normalized())
        #expect(try alone.meanNorm() == EmbeddingTable.meanNorm(of: [table]))
    }

    /// Rows of every length near the width of the processor's vectors.
    @Test(arguments: 1...19)
    func sumsAreThoseOfALoop(dimension: Int) throws {
        var generator = SplitMix64(seed: 7)
        let a = try generator.table(count: 3, dimension: dimension)
        let b = try generator.table(count: 3, dimension: dimension)
        let sum = try EmbeddingViews(original: a, mirrored: b).normalizedSum()
        for row in 0..<3 {
            let raw = zip(a[row], b[row]).map { Double($0) + Double($1) }
            let norm = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for (value, expected) in zip(sum[row], raw) {
                #expect(isClose(Double(value), expected / norm, within: 1e-7))
            }
        }
        let pair = VerificationPair(first: 0, second: 2, same: true, fold: 0)
        let distance = try a.scores(of: [pair])[0].distance
        let expected = zip(a[0], a[2]).reduce(0.0) {
            $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
        }
        #expect(isClose(Double(distance), expected, within: 1e-5))
    }
}
