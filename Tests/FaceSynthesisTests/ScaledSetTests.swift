import FaceSynthesis
import Testing

@Suite("Sets of more or fewer people")
struct ScaledSetTests {
    @Test(
        "Every factor gives a test set whose pairs its people can make",
        arguments: [0.001, 0.05, 0.1, 0.25, 0.5, 0.99, 1, 2.5] as [Float])
    func pairs(factor: Float) throws {
        let set = try SyntheticSet.verification.scaled(by: factor)
        let plan = try SyntheticPlan(set)
        let each = try #require(set.pairs?.pairsPerFold)
        #expect(set.identities >= 20 && (1...300).contains(each))
        let folds = SyntheticPairs(plan).folds
        #expect(folds.count == 10)
        #expect(folds.allSatisfy { $0.matched.count == each && $0.mismatched.count == each })
    }

    @Test("The whole set keeps LFW's pairs")
    func whole() throws {
        #expect(try SyntheticSet.verification.scaled(by: 1) == SyntheticSet.verification)
        #expect(try SyntheticSet.cleanTraining.scaled(by: 0.1).identities == 18)
    }
}
