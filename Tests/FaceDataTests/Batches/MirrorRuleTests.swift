import FaceData
import Testing

@Suite struct MirrorRuleTests {
    @Test func dependsOnSeedEpochAndStepAlone() {
        let rule = MirrorRule(seed: 1, epoch: 2)
        let decisions = rule.decisions(step: 3, count: 64)
        #expect(MirrorRule(seed: 1, epoch: 2).decisions(step: 3, count: 64) == decisions)
        #expect(rule.decisions(step: 3, count: 32) == Array(decisions.prefix(32)))
        #expect(rule.decisions(step: 4, count: 64) != decisions)
        #expect(MirrorRule(seed: 1, epoch: 3).decisions(step: 3, count: 64) != decisions)
        #expect(MirrorRule(seed: 2, epoch: 2).decisions(step: 3, count: 64) != decisions)
    }

    @Test func mirrorsHalfOfTheImages() {
        let count = (0..<100).reduce(0) { count, step in
            count
                + MirrorRule(seed: 5, epoch: 0).decisions(step: step, count: 100).count { $0 }
        }
        // Four standard deviations of a fair coin's count.
        #expect(abs(count - 5000) < 200)
    }
}
