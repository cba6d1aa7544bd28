import FaceReport
import Testing

@Suite struct SpreadTests {
    @Test func summarises() throws {
        #expect(Spread([]) == nil)
        let one = try #require(Spread([0.9]))
        #expect(one.mean == 0.9)
        #expect(one.standardDeviation == nil)
        #expect(one.varianceOfMean == 0)
        let three = try #require(Spread([1, 2, 6]))
        #expect(three.mean == 3)
        // Squares 4 + 1 + 9 over two.
        #expect(three.standardDeviation == 7.0.squareRoot())
        #expect(abs(three.varianceOfMean - 7.0 / 3) < 1e-12)
    }

    @Test func knowsTheErrorOfAnAccuracy() {
        // The field's usual example: 99.5 % on the 6,000 pairs of LFW are ± 0.091 points.
        let error = PairError.standardError(accuracy: 0.995, pairs: 6000)
        #expect(abs(error - 0.000_910_6) < 1e-7)
        #expect(PairError.standardError(accuracy: 1, pairs: 6000) == 0)
        #expect(PairError.standardError(accuracy: 0.5, pairs: 0) == 0)
    }
}
