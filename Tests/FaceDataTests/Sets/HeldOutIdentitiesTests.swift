import FaceData
import Foundation
import Testing

@Suite("Held-out identities")
struct HeldOutIdentitiesTests {
    private func set(_ counts: [Int]) -> LabelledImageSet {
        let paths = counts.enumerated().flatMap { label, count in
            (0..<count).map { "p\(label)/\($0).jpg" }
        }
        return LabelledImageSet(
            source: ImageFiles(paths, in: URL(fileURLWithPath: "/nowhere")),
            identities: counts.indices.map { "p\($0)" },
            labels: counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) })
    }

    @Test("Training set and pairs share no person, nor do folds")
    func disjoint() throws {
        let set = set((0..<200).map { 1 + $0 % 7 })
        let held = try #require(HeldOutIdentities(of: set, fraction: 0.2, maxPairs: 300))
        #expect(held.identities.count == 40)
        #expect(held.train.identities.count == 160)
        #expect(Set(held.train.identities).isDisjoint(with: held.identities))
        #expect(held.pairs.identities.isSubset(of: held.identities))
        #expect(held.train.count + held.pairs.images.count == set.count)
        #expect(Set(held.train.labels) == Set(0..<160))
        let folds = (0..<held.pairs.folds).map { fold in
            Set(
                held.pairs.pairs.filter { $0.fold == fold }.flatMap { pair in
                    [pair.first, pair.second].map { held.pairs.images[$0].prefix { $0 != "/" } }
                })
        }
        #expect(folds.count == 10)
        #expect(folds.reduce(0) { $0 + $1.count } == Set(folds.joined()).count)
    }

    @Test("Half of a fold's pairs show one person, none comes twice, labels are right")
    func pairs() throws {
        let held = try #require(
            HeldOutIdentities(
                of: set(Array(repeating: 6, count: 100)), fraction: 0.3, maxPairs: 400))
        let all = held.pairs.pairs
        #expect(all.count <= 400 && all.count >= 300)
        #expect(Set(all.map { [$0.first, $0.second].sorted() }).count == all.count)
        for pair in all {
            let people = [pair.first, pair.second].map {
                held.pairs.images[$0].prefix { $0 != "/" }
            }
            #expect((people[0] == people[1]) == pair.same)
            #expect(pair.first != pair.second)
        }
        for fold in 0..<held.pairs.folds {
            let members = all.filter { $0.fold == fold }
            #expect(members.count { $0.same } * 2 == members.count)
        }
        // The folds follow each other, as the protocol cuts them.
        #expect(all.map(\.fold) == all.map(\.fold).sorted())
    }

    @Test("The same every time, and down to the smallest set")
    func small() throws {
        let set = set([2, 2, 2, 2, 2, 2, 2, 2])
        let held = try #require(HeldOutIdentities(of: set, fraction: 0.5, maxPairs: 1000))
        let again = try #require(HeldOutIdentities(of: set, fraction: 0.5, maxPairs: 1000))
        #expect(held.pairs.pairs == again.pairs.pairs && held.pairs.images == again.pairs.images)
        #expect(held.pairs.folds == 2 && held.pairs.pairs.count == 8)
        #expect(HeldOutIdentities(of: set, fraction: 0.3, maxPairs: 1000) == nil)
        let lonely = self.set(Array(repeating: 1, count: 20))
        #expect(HeldOutIdentities(of: lonely, fraction: 0.5, maxPairs: 1000) == nil)
    }
}
