import FaceData
import FaceEvaluation
import Testing

@Suite struct DistractorSearchTests {
    @Test func ranksEqualALoopOverAllPairs() throws {
        let probes = try IdentificationRatesTests.table(30, 6, seed: 1)
        let distractors = try IdentificationRatesTests.table(500, 6, seed: 2)
        let people = (0..<30).map { "\($0 / 3)" }
        let search = try DistractorSearch(
            probes: probes, people: people, distractors: distractors, sizes: [10, 100, 1000])
        #expect(search.sizes == [10, 100, 500])
        #expect(search.pairs == 60)
        func score(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
            Float(zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
        }
        for size in search.sizes {
            var ranks: [Int] = []
            for probe in 0..<30 {
                for mate in 0..<30 where mate != probe && people[mate] == people[probe] {
                    let own = score(probes[probe], probes[mate])
                    ranks.append(
                        1 + (0..<size).count { score(probes[probe], distractors[$0]) >= own })
                }
            }
            for k in [1, 2, 5, 20] {
                #expect(
                    isClose(
                        search.rate(atRank: k, distractors: size),
                        Double(ranks.count { $0 <= k }) / 60, within: 1.01 / 60))
            }
        }
        // 15,000 scores of strangers let expect 15 false accepts at 1e-3, and 1.5 at 1e-4.
        #expect(search.tar(atFAR: 1e-4) == nil)
        let known = try DistractorSearch(
            probes: probes, people: people, distractors: distractors, far: 1e-3)
        let others = (0..<30).flatMap { probe in
            (0..<500).map { score(probes[probe], distractors[$0]) }
        }.sorted(by: >)
        let own = (0..<30).flatMap { probe in
            (0..<30).filter { $0 != probe && people[$0] == people[probe] }
                .map { score(probes[probe], probes[$0]) }
        }
        #expect(
            isClose(
                known.tar(atFAR: 1e-3), Double(own.count { $0 > others[15] }) / 60,
                within: 1.01 / 60))
    }

    @Test func equalScoresCountAgainstTheProbe() throws {
        let same = try EmbeddingTable(count: 4, dimension: 2, values: [1, 0, 1, 0, 1, 0, 1, 0])
        let search = try DistractorSearch(
            probes: same, people: ["a", "a", "b", "b"], distractors: same, sizes: [2])
        #expect(search.rate(atRank: 1, distractors: 2) == 0)
        #expect(search.rate(atRank: 3, distractors: 2) == 1)
    }
}
