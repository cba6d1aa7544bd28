import FaceData
import SeededRandom
import Testing

@testable import FaceEvaluation

@Suite("Pairs of templates, multiplied by tiles of rows")
struct PairTilesTests {
    /// Two tables of 4.9 MB together, and more pairs than 16 of a row.
    private static let (rows, others, dimension, count) = (600, 610, 1024, 12_000)

    private static func pairs() -> TemplatePairs {
        var random = SeededRandom(seed: 3, "pairs")
        var pairs = TemplatePairs()
        for _ in 0..<count {
            pairs.append(
                Int.random(in: 0..<rows, using: &random),
                Int.random(in: 0..<rows, using: &random), same: false)
        }
        return pairs
    }

    @Test("The order has every pair once, tile by tile, and in a tile as they were")
    func order() throws {
        let pairs = Self.pairs()
        let tiles = try #require(
            PairTiles(
                pairs.first, pairs.second, rows: (Self.rows, Self.others), dimension: Self.dimension
            ))
        #expect(tiles.order.sorted() == (0..<Int32(Self.count)).map { $0 })
        // Of 256 rows each, which take a megabyte.
        let keys = tiles.order.map { pair in
            (pairs.first[Int(pair)] / 256, pairs.second[Int(pair)] / 256, pair)
        }
        #expect(keys.elementsEqual(keys.sorted(by: <), by: ==))
    }

    @Test("Rows that fit into the cache, or are used a few times, need no other order")
    func notNeeded() {
        let pairs = Self.pairs()
        func tiles(_ count: Int, _ rows: Int, _ dimension: Int) -> PairTiles? {
            PairTiles(
                Array(pairs.first.prefix(count)), Array(pairs.second.prefix(count)),
                rows: (rows, rows), dimension: dimension)
        }
        #expect(tiles(Self.count, 600, 128) == nil)
        #expect(tiles(600 * 16, 600, 1024) == nil)
        #expect(tiles(601 * 16, 600, 1024) != nil)
        #expect(tiles(0, 0, 0) == nil)
    }

    @Test("The scores are those of each pair alone, to the last bit")
    func scores() throws {
        var random = SeededRandom(seed: 4, "rows")
        func table(_ rows: Int) throws -> EmbeddingTable {
            try EmbeddingTable(
                count: rows, dimension: Self.dimension,
                values: (0..<rows * Self.dimension).map { _ in
                    Float.random(in: -1...1, using: &random)
                })
        }
        let (first, second) = (try table(Self.rows), try table(Self.others))
        let pairs = Self.pairs()
        let found = try TemplateScores.cosines(of: pairs, first, second: second)
        let expected = first.withRows { rows in
            second.withRows { others in
                (0..<Self.count).map { pair in
                    RowArithmetic.product(
                        rows[Int(pairs.first[pair])], others[Int(pairs.second[pair])])
                }
            }
        }
        #expect(found == expected)
    }
}
