import Foundation
import SafeFiles
import Testing

@testable import FaceSynthesis

@Suite("Descriptions of sets")
struct SyntheticSetTests {
    /// A small valid set with some values changed.
    private func set(
        name: String = "a-b_c.1", seed: UInt64 = 1, first: Int = 0, identities: Int = 8,
        images: ImageCount = .fixed(4), noise: Float = 0, size: Int = 64, variation: Float = 1,
        pairs: SyntheticSet.Pairs? = nil
    ) throws(FaceSynthesisError) -> SyntheticSet {
        try SyntheticSet(
            name: name, seed: seed, firstIdentity: first, identities: identities,
            imagesPerIdentity: images, labelNoise: noise, size: size, variation: variation,
            pairs: pairs)
    }

    private func key(of body: () throws(FaceSynthesisError) -> SyntheticSet) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            guard case .invalidValue(let key, _, _) = error else { return "\(error)" }
            return key
        }
    }

    @Test("Values at the ends of their ranges are taken, those beyond are named")
    func ranges() {
        #expect(key { () throws(FaceSynthesisError) in try set() } == nil)
        for name in ["", ".a", "a b", "ä", "a/b"] {
            #expect(key { () throws(FaceSynthesisError) in try set(name: name) } == "name")
        }
        for (size, found) in [(16, nil), (512, nil), (15, "size"), (513, "size")] {
            #expect(key { () throws(FaceSynthesisError) in try set(size: size) } == found)
        }
        for (variation, found) in [
            (Float(0), nil), (2, nil), (-0.1, "variation"), (2.1, "variation"), (.nan, "variation"),
        ] {
            #expect(key { () throws(FaceSynthesisError) in try set(variation: variation) } == found)
        }
        for (noise, found) in [(Float(0.9), nil), (0.91, "labelNoise"), (-0.1, "labelNoise")] {
            #expect(key { () throws(FaceSynthesisError) in try set(noise: noise) } == found)
        }
        for (seed, found) in [(UInt64(1) << 53 - 1, nil), (UInt64(1) << 53, "seed")] {
            #expect(key { () throws(FaceSynthesisError) in try set(seed: seed) } == found)
        }
        for (first, count, found) in [
            (9_999_992, 8, nil), (9_999_993, 8, "identities"), (-1, 8, "firstIdentity"),
            (10_000_000, 8, "firstIdentity"), (0, 0, "identities"), (0, 10_000_001, "identities"),
        ] {
            #expect(
                key { () throws(FaceSynthesisError) in try set(first: first, identities: count) }
                    == found)
        }
        // Nobody else to be taken for.
        #expect(
            key { () throws(FaceSynthesisError) in try set(identities: 1, noise: 0.1) }
                == "identities")
    }

    @Test("Counts of images at the ends of their ranges")
    func counts() {
        for (count, found) in [
            (ImageCount.fixed(1), nil), (.fixed(9999), nil), (.fixed(0), "imagesPerIdentity.fixed"),
            (.fixed(10_000), "imagesPerIdentity.fixed"),
            (.longTail(least: 1, greatest: 1, exponent: 0), nil),
            (.longTail(least: 9999, greatest: 9999, exponent: 4), nil),
            (
                .longTail(least: 0, greatest: 1, exponent: 0),
                "imagesPerIdentity.longTail.least"
            ),
            (
                .longTail(least: 5, greatest: 4, exponent: 0),
                "imagesPerIdentity.longTail.greatest"
            ),
            (
                .longTail(least: 5, greatest: 10_000, exponent: 0),
                "imagesPerIdentity.longTail.greatest"
            ),
            (
                .longTail(least: 1, greatest: 2, exponent: 4.5),
                "imagesPerIdentity.longTail.exponent"
            ),
            (
                .longTail(least: 1, greatest: 2, exponent: -0.5),
                "imagesPerIdentity.longTail.exponent"
            ),
        ] {
            #expect(key { () throws(FaceSynthesisError) in try set(images: count) } == found)
        }
    }

    @Test("A long tail falls with the rank to the power of the exponent, not below the least")
    func longTail() {
        let counts = ImageCount.longTail(least: 4, greatest: 60, exponent: 0.4)
            .counts(identities: 300)
        let expected = (1...300).map { max(4, Int((60 * pow(Double($0), -0.4) + 0.5))) }
        #expect(counts == expected)
        #expect(ImageCount.fixed(3).counts(identities: 4) == [3, 3, 3, 3])
        #expect(ImageCount.fixed(3).counts(identities: -1).isEmpty)
    }

    @Test("Pairs need people and images enough")
    func pairs() {
        func error(
            _ identities: Int, _ images: Int, _ folds: Int, _ each: Int
        ) -> FaceSynthesisError? {
            do {
                _ = try set(
                    identities: identities, images: .fixed(images),
                    pairs: .init(folds: folds, pairsPerFold: each))
                return nil
            } catch { return error }
        }
        // A fold of 2 people with 3 images each: 6 pairs of one person, 9 of two.
        #expect(error(4, 3, 2, 6) == nil)
        #expect(error(4, 3, 2, 7) == .tooFewPairs(kind: "matched", available: 6, wanted: 7))
        // A fold of 2 people with 1 image each: no pair of one person.
        #expect(error(4, 1, 2, 1) == .tooFewPairs(kind: "matched", available: 0, wanted: 1))
        // With 9 images each there are 72 of one person and 81 of two; with 2, 2 and 4.
        #expect(error(4, 9, 2, 72) == nil)
        #expect(error(4, 9, 2, 73) == .tooFewPairs(kind: "matched", available: 72, wanted: 73))
        for (identities, folds, each, key) in [
            (3, 2, 1, "identities"), (8, 1, 1, "pairs.folds"), (8, 1001, 1, "pairs.folds"),
            (8, 2, 0, "pairs.pairsPerFold"), (8, 2, 100_001, "pairs.pairsPerFold"),
        ] {
            guard case .invalidValue(key, _, _) = error(identities, 4, folds, each) else {
                Issue.record("\(identities) \(folds) \(each): \(key)")
                continue
            }
        }
    }

    @Test("A description is what is read back; keys that do not exist are named")
    func coding() throws {
        for set in SyntheticSet.presets {
            let data = try JSONEncoder().encode(set)
            #expect(try JSONDecoder().decode(SyntheticSet.self, from: data) == set)
        }
        func read(_ text: String) throws -> SyntheticSet {
            try JSONDecoder().decode(SyntheticSet.self, from: Data(text.utf8))
        }
        let least = try read(#"{"name": "a", "identities": 3, "imagesPerIdentity": {"fixed": 2}}"#)
        #expect(least == (try set(name: "a", identities: 3, images: .fixed(2), size: 112)))
        let error = #expect(throws: FaceSynthesisError.self) {
            try read(#"{"name": "a", "identity": 3, "imagesPerIdentity": {"fixed": 2}}"#)
        }
        guard case .unknownKey("identity", let allowed) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(allowed.contains("identities") && allowed.count == 10)
        #expect(throws: FaceSynthesisError.self) {
            try read(#"{"name": "a", "identities": 3, "imagesPerIdentity": {"longTails": {}}}"#)
        }
        #expect(throws: FaceSynthesisError.self) {
            try read(#"{"name": "a", "identities": 3, "imagesPerIdentity": {"fixed": 0}}"#)
        }
    }

    @Test("Errors say what, where and what to do")
    func errors() {
        #expect(
            FaceSynthesisError.differentSet(path: "a", found: "b", wanted: "c").description
                == "'a' holds the synthetic set b, not c; remove it or choose another folder")
        #expect(
            FaceSynthesisError.invalidValue(key: "k", value: "v", allowed: "w").description
                == "k of a synthetic set is v but must be w")
        #expect(
            FaceSynthesisError.tooFewPairs(kind: "matched", available: 1, wanted: 2).description
                == "a fold yields 1 of the 2 matched pairs required; use more identities or images")
        #expect(FaceSynthesisError(.noSpace(path: "a")).description.contains("the disk is full"))
    }
}
