import FaceData
import Foundation
import Testing

@Suite struct RandomStreamTests {
    struct Golden: Decodable {
        var seed: String
        var name: String
        var index: String
        var next: [String]
        var below: [Int]
        var shuffled: [Int]

        func stream() throws -> RandomStream {
            RandomStream(
                seed: try #require(UInt64(seed)), name: name, index: try #require(UInt64(index)))
        }
    }

    @Test func drawsWhatAnotherImplementationDraws() throws {
        let cases = try JSONDecoder().decode(
            [Golden].self, from: Data(try Fixture.bytes("random.json")))
        #expect(cases.count == 5)
        for golden in cases {
            var words = try golden.stream()
            #expect(golden.next.map { _ in String(words.next()) } == golden.next)
            var numbers = try golden.stream()
            let bounds = [1, 2, 3, 1000, 1_000_000_000_000_000_000, (1 << 62) + 1]
            #expect(bounds.map { numbers.below($0) } == golden.below)
            var order = try golden.stream()
            #expect(order.shuffled(Array(0..<10)) == golden.shuffled)
        }
    }

    @Test func seedNameAndIndexEachMatter() {
        var streams = [
            RandomStream(seed: 1, name: "a"), RandomStream(seed: 2, name: "a"),
            RandomStream(seed: 1, name: "b"), RandomStream(seed: 1, name: "a", index: 1),
        ]
        #expect(Set(streams.indices.map { streams[$0].next() }).count == streams.count)
    }

    @Test func numbersAreSpreadEvenly() {
        var stream = RandomStream(seed: 3, name: "spread")
        var counts = [0, 0, 0, 0, 0]
        for _ in 0..<10_000 { counts[stream.below(5)] += 1 }
        // Four standard deviations of a binomial count.
        #expect(counts.allSatisfy { abs($0 - 2000) < 160 })
    }

    @Test func shufflingKeepsEveryElement() {
        var stream = RandomStream(seed: 4, name: "shuffle")
        for count in [0, 1, 2, 100] {
            #expect(stream.shuffled(Array(0..<count)).sorted() == Array(0..<count))
        }
    }
}
