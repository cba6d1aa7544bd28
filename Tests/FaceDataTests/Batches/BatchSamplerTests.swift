import FaceData
import SeededRandom
import Testing

@Suite struct BatchSamplerTests {
    /// Five identities with 1, 3, 4, 6 and 10 images, mixed.
    static let labels: [Int] = {
        let counts = [1, 3, 4, 6, 10]
        var stream = SeededRandom(seed: 9, "labels")
        return stream.shuffled(
            counts.indices.flatMap { Array(repeating: $0, count: counts[$0]) })
    }()

    @Test func shufflingShowsEveryImageOnce() {
        let sampler = ShuffleSampler(imageCount: 24, batchSize: 6, seed: 1)
        for epoch in 0..<5 {
            let batches = sampler.batches(epoch: epoch)
            #expect(batches.map(\.count) == [6, 6, 6, 6])
            #expect(batches.joined().sorted() == Array(0..<24))
        }
    }

    @Test func anIncompleteBatchIsLeftOut() {
        let sampler = ShuffleSampler(imageCount: 23, batchSize: 6, seed: 1)
        let batches = sampler.batches(epoch: 0)
        #expect(sampler.batchesPerEpoch == 3)
        #expect(batches.map(\.count) == [6, 6, 6])
        #expect(Set(batches.joined()).count == 18)
        let seen = (0..<20).reduce(into: Set<Int>()) {
            $0.formUnion(sampler.batches(epoch: $1).joined())
        }
        #expect(seen.count == 23)
    }

    @Test(arguments: ["shuffle", "pk:3x2"])
    func anEpochIsAFunctionOfItsNumber(name: String) throws {
        let sampler = try BatchSamplers.make(
            name, labels: Self.labels, batchSize: 6, seed: 1)
        let later = sampler.batches(epoch: 7)
        _ = sampler.batches(epoch: 0)
        #expect(sampler.batches(epoch: 7) == later)
        let again = try BatchSamplers.make(name, labels: Self.labels, batchSize: 6, seed: 1)
        #expect(again.batches(epoch: 7) == later)
        let other = try BatchSamplers.make(name, labels: Self.labels, batchSize: 6, seed: 2)
        #expect(other.batches(epoch: 7) != later)
        #expect(sampler.batches(epoch: 8) != later)
        #expect(later.count == sampler.batchesPerEpoch)
        #expect(sampler.batchesPerEpoch == 4)
    }

    @Test func batchesHaveIdentitiesWithImages() throws {
        let sampler = try BatchSamplers.make(
            "pk:2x4", labels: Self.labels, batchSize: 8, seed: 5)
        for batch in (0..<20).flatMap({ sampler.batches(epoch: $0) }) {
            #expect(batch.count == 8)
            let groups = [batch.prefix(4), batch.suffix(4)]
            let identities = groups.map { Set($0.map { Self.labels[$0] }) }
            #expect(identities.allSatisfy { $0.count == 1 })
            #expect(identities[0] != identities[1])
            for group in groups {
                let owned = Self.labels.count { $0 == Self.labels[group.first ?? 0] }
                #expect(owned < 4 || Set(group).count == 4)
            }
        }
    }

    @Test func everyIdentityComesOnceARound() throws {
        let labels = (0..<60).map { $0 % 6 }
        let sampler = try BatchSamplers.make("pk:3x2", labels: labels, batchSize: 6, seed: 5)
        let batches = sampler.batches(epoch: 0)
        for round in stride(from: 0, to: batches.count, by: 2) {
            let shown = (batches[round] + batches[round + 1]).map { labels[$0] }
            #expect(shown.sorted() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
        }
    }

    @Test(arguments: ["shuffle", "pk:5x5"])
    func aSetThatFillsNoBatchGivesNone(name: String) throws {
        let sampler = try BatchSamplers.make(name, labels: Self.labels, batchSize: 25, seed: 0)
        #expect(sampler.batchesPerEpoch == 0)
        #expect(sampler.batches(epoch: 0).isEmpty)
    }

    @Test(arguments: [
        ("random", 8, "it must be 'shuffle' or 'pk:PxK', e.g. 'pk:32x4'"),
        ("pk:8", 8, "it must be 'shuffle' or 'pk:PxK', e.g. 'pk:32x4'"),
        ("pk:2x4x1", 8, "it must be 'shuffle' or 'pk:PxK', e.g. 'pk:32x4'"),
        ("pk:2xax4", 8, "it must be 'shuffle' or 'pk:PxK', e.g. 'pk:32x4'"),
        ("pk:2xx4", 8, "it must be 'shuffle' or 'pk:PxK', e.g. 'pk:32x4'"),
        ("pk:-2x-4", 8, "it must be 'shuffle' or 'pk:PxK', e.g. 'pk:32x4'"),
        ("pk:8x1", 8, "it must be 'shuffle' or 'pk:PxK', e.g. 'pk:32x4'"),
        ("pk:2x4", 9, "2 identities with 4 images each do not make a batch of 9"),
        (
            "pk:9223372036854775807x2", 9,
            "9223372036854775807 identities with 2 images each do not make a batch of 9"
        ),
        ("shuffle", 0, "a batch cannot have 0 images"),
    ])
    func refusesWhatCannotBeDrawn(name: String, batchSize: Int, reason: String) {
        let error = refusal {
            _ = try BatchSamplers.make(
                name, labels: Self.labels, batchSize: batchSize, seed: 0)
        }
        #expect(error == .sampler(name: name, reason: reason))
        #expect(error?.description == "the sampler '\(name)' cannot be used: \(reason)")
    }

    @Test func tooFewIdentitiesAreTold() {
        let error = refusal {
            _ = try BatchSamplers.make("pk:6x2", labels: Self.labels, batchSize: 12, seed: 0)
        }
        #expect(error == .tooFewIdentities(sampler: "pk:6x2", wanted: 6, identities: 5))
    }
}
