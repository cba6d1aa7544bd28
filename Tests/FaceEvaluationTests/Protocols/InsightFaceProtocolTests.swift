import FaceEvaluation
import Testing

@Suite struct InsightFaceProtocolTests {
    @Test func goldenCasesAreThere() {
        #expect(GoldenCase.all.count == 18)
    }

    @Test(arguments: GoldenCase.all)
    func agreesWithTheReference(golden: GoldenCase) throws {
        var rule = InsightFaceProtocol(folds: .contiguous(golden.folds))
        rule.targetFAR = golden.targetFAR
        let result = try rule.evaluate(golden.pairs)
        #expect(result.folds.map(\.pairs) == golden.rows.map(\.pairs))
        #expect(result.folds.map(\.threshold) == golden.rows.map(\.threshold))
        #expect(result.folds.map(\.accuracy) == golden.rows.map(\.accuracy))
        for (point, row) in zip(result.operatingPoints, golden.rows) {
            #expect(isClose(point.threshold, row.farThreshold))
            #expect(point.tar == row.tar)
            #expect(point.far == row.far)
        }
        #expect(isClose(result.accuracy, golden.accuracy))
        #expect(isClose(result.standardDeviation, golden.standardDeviation))
        #expect(isClose(result.tar, golden.tar))
        #expect(isClose(result.far, golden.far))
    }

    /// The sweep must not differ from trying every threshold on every pair.
    @Test(arguments: [0.01, 0.001, 0.25, 1e-7])
    func agreesWithTheNaiveSweep(lattice: Double) throws {
        var generator = SplitMix64(seed: 42)
        for count in [10, 11, 53, 200] {
            let pairs = generator.pairs(count: count, lattice: lattice)
            let result = try InsightFaceProtocol().evaluate(pairs)
            let folds = try FoldAssignment.contiguous(10).folds(of: pairs)
            for fold in 0..<10 {
                let train = zip(pairs, folds).filter { $0.1 != fold }.map(\.0)
                #expect(result.folds[fold].threshold == naiveThreshold(train))
            }
        }
    }

    @Test func accuracyAndRatesAreWhatBothTogetherSay() throws {
        var generator = SplitMix64(seed: 8)
        let pairs = generator.pairs(count: 120, lattice: 0.01)
        var rule = InsightFaceProtocol()
        let (both, accuracy) = (try rule.evaluate(pairs), try rule.accuracy(of: pairs))
        let rates = try rule.rates(of: pairs)
        #expect(accuracy.mean == both.accuracy && accuracy.threshold == both.threshold)
        #expect(
            accuracy.standardDeviation == both.standardDeviation && accuracy.folds == both.folds)
        #expect(rates.tar == both.tar && rates.far == both.far)
        #expect(rates.folds == both.operatingPoints && rates.tar != nil)
        // The rate requested is none of the accuracy's business.
        rule.targetFAR = 1.5
        #expect(try rule.accuracy(of: pairs) == accuracy)
        #expect(throws: FaceEvaluationError.self) { try rule.rates(of: pairs) }
    }

    private func naiveThreshold(_ pairs: [ScoredPair]) -> Double {
        var (best, most) = (0.0, -1)
        for index in 0..<400 {
            let threshold = Double(index) * 0.01
            let correct = pairs.count { (Double($0.distance) < threshold) == $0.same }
            if correct > most { (best, most) = (threshold, correct) }
        }
        return best
    }

    @Test func orderWithinAFoldDoesNotMatter() throws {
        var generator = SplitMix64(seed: 3)
        let pairs = generator.pairs(count: 100, lattice: 0.05)
        let shuffled = stride(from: 0, to: 100, by: 10).flatMap {
            pairs[$0..<$0 + 10].shuffled(using: &generator)
        }
        let rule = InsightFaceProtocol()
        #expect(try rule.evaluate(pairs) == rule.evaluate(shuffled))
    }

    @Test func labelledFoldsNeedNoOrder() throws {
        var generator = SplitMix64(seed: 5)
        let pairs = generator.pairs(count: 70, lattice: 0.03)
        let sorted = (0..<7).flatMap { fold in pairs.filter { $0.fold == fold } }
        let labelled = try InsightFaceProtocol(folds: .labelled).evaluate(pairs)
        #expect(try labelled == InsightFaceProtocol(folds: .contiguous(7)).evaluate(sorted))
    }

    @Test func pairsOfOneKindHaveAnAccuracyButNoRates() throws {
        let same = [Float](stride(from: 0.1, to: 0.5, by: 0.1)).map {
            ScoredPair(distance: $0, same: true, fold: 0)
        }
        let result = try InsightFaceProtocol(folds: .contiguous(2)).evaluate(same)
        #expect(result.accuracy == 0.5)
        #expect(result.tar == nil)
        #expect(result.far == nil)
    }

    @Test func badInputIsNamed() {
        let pair = ScoredPair(distance: 1, same: true, fold: 0)
        let broken = ScoredPair(distance: .nan, same: true, fold: 0)
        let one = InsightFaceProtocol(folds: .contiguous(1))
        var eager = one
        eager.targetFAR = 1.5
        let table: [(InsightFaceProtocol, [ScoredPair], String)] = [
            (one, [], "there are no pairs to evaluate; the test set needs at least one"),
            (
                InsightFaceProtocol(), [pair],
                "1 pair cannot fill 10 folds; use fewer folds or more pairs"
            ),
            (
                one, [pair, broken],
                "pair 1 has the distance nan, which is not a squared distance; "
                    + "check the embeddings of its images"
            ),
            (eager, [pair], "the target FAR is 1.5 but must be between 0 and 1"),
        ]
        for (rule, pairs, message) in table {
            let error = #expect(throws: FaceEvaluationError.self) { try rule.evaluate(pairs) }
            #expect(error?.description == message)
        }
    }
}
