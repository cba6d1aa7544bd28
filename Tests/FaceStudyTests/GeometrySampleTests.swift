import Testing

@testable import FaceStudy

/// Which images of a set are looked at.
@Suite("Samples for the geometry of embeddings")
struct GeometrySampleTests {
    @Test("Of each identity the first ten images, up to 1,500 of all, and none twice")
    func images() {
        // 200 identities with 12 images each, taking turns.
        let labels = (0..<2400).map { $0 % 200 }
        let sample = GeometrySample(of: labels, identities: 200)
        #expect(sample.indices.count == 1500 && Set(sample.indices).count == 1500)
        #expect(sample.indices == sample.indices.sorted())
        #expect(sample.labels == sample.indices.map { labels[$0] })
        #expect(Set(sample.labels).count == 150)
        // Image number n of an identity is at n * 200; the eleventh and twelfth are left out.
        #expect(sample.indices.allSatisfy { $0 < 10 * 200 })
        let few = GeometrySample(of: [1, 0, 1, 1], identities: 2)
        #expect(few.indices == [0, 1, 2, 3] && few.labels == [1, 0, 1, 1])
    }

    @Test("With a million classes a hundred images, with 100,000 four times as many")
    func budget() {
        let labels = Array(0..<2000)
        #expect(GeometrySample(of: labels, identities: 1_000_000).indices.count == 100)
        let labelsOfAll = Array(0..<100_000)
        #expect(GeometrySample(of: labelsOfAll, identities: 100_000).indices.count == 400)
    }

    @Test("Pairs of one identity are all there are, those of two are never of one")
    func pairs() {
        let sample = GeometrySample(of: [0, 1, 0, 1, 0], identities: 2)
        #expect(sample.within.map { "\($0.first)\($0.second)" } == ["02", "04", "24", "13"])
        #expect(sample.between.count == 100)
        #expect(sample.between.allSatisfy { sample.labels[$0.first] != sample.labels[$0.second] })
        #expect(GeometrySample(of: [0, 0], identities: 1).between.isEmpty)
        let large = GeometrySample(of: (0..<1500).map { $0 % 150 }, identities: 150)
        // 150 times 45 pairs.
        #expect(large.within.count == 6750 && large.between.count == 20_000)
    }

    @Test("Too many elements are thinned evenly")
    func thinned() {
        #expect(GeometrySample.thinned(Array(0..<20_000)).count == 20_000)
        let thinned = GeometrySample.thinned(Array(0..<40_000))
        #expect(thinned == (0..<20_000).map { 2 * $0 })
    }

    @Test("A map shows the eight identities with most images, of equal ones the first by name")
    func map() throws {
        let counts = [
            "h": 5, "a": 4, "b": 4, "c": 30, "d": 4, "e": 4, "f": 4, "g": 4, "i": 4, "j": 3,
        ]
        let people = counts.sorted { $0.key < $1.key }.flatMap {
            [String?](repeating: $0.key, count: $0.value) + [nil]
        }
        let map = try #require(MapSample(of: people))
        #expect(map.identities.map(\.name) == ["c", "h", "a", "b", "d", "e", "f", "g"])
        #expect(map.identities[0].indices.count == 24)
        #expect(map.indices.count == 24 + 5 + 6 * 4)
        for (name, indices) in map.identities {
            #expect(indices.allSatisfy { people[$0] == name } && indices == indices.sorted())
        }
        #expect(MapSample(of: people.filter { $0 != "c" && $0 != "h" }) == nil)
    }
}
