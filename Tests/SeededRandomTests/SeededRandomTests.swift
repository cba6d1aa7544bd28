import Foundation
import SeededRandom
import Testing

@Suite struct SeededRandomTests {
    struct Golden: Decodable {
        var seed: String
        var name: String
        var first: String
        var second: String
        var words: [String]
        var below: [Int]
        var shuffled: [Int]

        func stream() throws -> SeededRandom {
            SeededRandom(
                seed: try #require(UInt64(seed)), name, try #require(UInt64(first)),
                try #require(UInt64(second)))
        }
    }

    @Test func drawsWhatNumPyDraws() throws {
        let file = try #require(
            Bundle.module.url(forResource: "Fixtures/streams", withExtension: "json"))
        let cases = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: file))
        #expect(cases.count == 5)
        for golden in cases {
            var words = try golden.stream()
            #expect(golden.words.map { _ in String(words.next()) } == golden.words)
            var units = try golden.stream()
            for word in golden.words {
                let bits = try #require(UInt64(word)) >> 11
                #expect(units.unit() == Double(bits) / 9_007_199_254_740_992)
            }
            var numbers = try golden.stream()
            let bounds = [1, 2, 3, 1000, 1_000_000_000_000_000_000, (1 << 62) + 1]
            #expect(bounds.map { numbers.below($0) } == golden.below)
            var order = try golden.stream()
            #expect(order.shuffled(Array(0..<10)) == golden.shuffled)
        }
    }

    @Test func everyPartOfANameMatters() {
        var streams = [
            SeededRandom(seed: 1, "a"), SeededRandom(seed: 2, "a"), SeededRandom(seed: 1, "b"),
            SeededRandom(seed: 1, "a", 1), SeededRandom(seed: 1, "a", 0, 1),
        ]
        #expect(Set(streams.indices.map { streams[$0].next() }).count == streams.count)
    }

    @Test func numbersAreSpreadEvenly() {
        var stream = SeededRandom(seed: 3, "spread")
        var counts = [0, 0, 0, 0, 0]
        for _ in 0..<10_000 { counts[stream.below(5)] += 1 }
        // Four standard deviations of a binomial count.
        #expect(counts.allSatisfy { abs($0 - 2000) < 160 })
        // Two thirds of 2^64: multiplying alone would give every second number twice as often.
        let bound = Int(UInt64.max / 3)
        let halves = (0..<10_000).count { _ in stream.below(bound) < bound / 2 }
        #expect(abs(halves - 5000) < 200)
    }

    @Test func realNumbersAreInTheirRanges() {
        var stream = SeededRandom(seed: 5, "uniform")
        let numbers = (0..<10_000).map { _ in stream.uniform(-2, 6) }
        #expect(numbers.allSatisfy { $0 >= -2 && $0 < 6 })
        // Four standard errors of the mean of 10,000.
        #expect(abs(numbers.reduce(0, +) / 10_000 - 2) < 4 * 8 / Float(12).squareRoot() / 100)
        let hits = (0..<10_000).count { _ in stream.chance(0.3) }
        #expect(abs(hits - 3000) < 184)
        #expect(!(0..<100).contains { _ in stream.chance(0) })
        #expect((0..<100).allSatisfy { _ in stream.chance(1) })
    }

    @Test func shufflingKeepsEveryElement() {
        var stream = SeededRandom(seed: 4, "shuffle")
        for count in [0, 1, 2, 100] {
            #expect(stream.shuffled(Array(0..<count)).sorted() == Array(0..<count))
        }
    }
}
