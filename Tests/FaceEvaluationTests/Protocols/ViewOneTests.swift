import FaceEvaluation
import Testing

@Suite struct ViewOneTests {
    @Test func agreesWithTheReference() throws {
        let golden = try #require(SystemsGolden.content).threshold
        let result = try ViewOneResult(train: golden.train, test: golden.test)
        #expect(isClose(result.threshold, golden.viewOne.threshold))
        #expect(result.trainAccuracy == golden.viewOne.trainAccuracy)
        #expect(result.accuracy == golden.viewOne.accuracy)
        #expect(isClose(result.standardError, golden.viewOne.standardError))
        #expect(result.trainPairs == 400 && result.testPairs == 150)
    }

    @Test func needsBothLists() throws {
        let pair = ScoredPair(distance: 1, same: true, fold: 0)
        #expect(throws: FaceEvaluationError.noPairs) { try ViewOneResult(train: [], test: [pair]) }
        #expect(throws: FaceEvaluationError.noPairs) { try ViewOneResult(train: [pair], test: []) }
    }
}
