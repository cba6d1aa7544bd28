import FaceEvaluation
import Testing

@Suite struct VerificationErrorsTests {
    @Test(arguments: [11, 12, 13])
    func areWhatTheAccuracyIsShortOf(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let pairs = generator.pairs(count: 200, lattice: 0.001)
        let errors = try VerificationErrors(of: pairs)
        let result = try InsightFaceProtocol().evaluate(pairs)
        // Folds are equally large, so the mean of their accuracies is the fraction of all pairs.
        #expect(isClose(Double(200 - errors.count) / 200, result.accuracy))
        for entry in errors.falseAccepts {
            #expect(!pairs[entry.pair].same && Double(entry.distance) < entry.threshold)
        }
        for entry in errors.falseRejects {
            #expect(pairs[entry.pair].same && Double(entry.distance) >= entry.threshold)
        }
        let accepts = errors.falseAccepts.map(\.distance)
        let rejects = errors.falseRejects.map(\.distance)
        #expect(accepts == accepts.sorted() && rejects == rejects.sorted(by: >))
        #expect(!accepts.isEmpty && !rejects.isEmpty)
    }

    @Test func thereAreNoneWhereAllIsRight() throws {
        let pairs = (0..<40).map {
            ScoredPair(distance: $0 % 2 == 0 ? 0.5 : 2, same: $0 % 2 == 0, fold: 0)
        }
        #expect(try VerificationErrors(of: pairs).count == 0)
    }
}
