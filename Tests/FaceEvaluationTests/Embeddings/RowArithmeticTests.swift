import SeededRandom
import Testing

@testable import FaceEvaluation

/// Scalar products of rows, whose bits must not depend on the processor's instructions.
struct RowArithmeticTests {
    private static func table(_ count: Int, _ dimension: Int) throws -> EmbeddingTable {
        var stream = SeededRandom(seed: 1, "rows \(dimension)")
        let values = (0..<count * dimension).map { _ in
            Float(stream.unit() - 0.5) * Float(1 << stream.below(20))
        }
        return try EmbeddingTable(count: count, dimension: dimension, values: values)
    }

    /// Eight sums, one every eighth number, added up in a fixed order; then what is left of the row.
    private static func product(_ first: ArraySlice<Float>, _ second: ArraySlice<Float>) -> Double {
        let terms = zip(first, second).map { Double($0) * Double($1) }
        let whole = terms.count / 8 * 8
        var sums = [Double](repeating: 0, count: 8)
        for index in 0..<whole { sums[index % 8] += terms[index] }
        let fours = (0..<4).map { sums[$0] + sums[$0 + 4] }
        return (fours[0] + fours[1]) + (fours[2] + fours[3]) + terms[whole...].reduce(0, +)
    }

    @Test(arguments: [1, 7, 8, 9, 15, 64, 128, 511, 512])
    func productsHaveTheBitsOfOneOrder(dimension: Int) throws {
        let table = try Self.table(12, dimension)
        let pairs = (0..<11).map { ($0 * 5 % 12, $0 * 7 % 12) }
        let expected = pairs.map { Self.product(table[$0.0], table[$0.1]) }
        table.withRows { rows in
            #expect(pairs.map { RowArithmetic.product(rows[$0.0], rows[$0.1]) } == expected)
            // Several at once, and those that are left.
            for count in 1...pairs.count {
                let part = pairs.suffix(count)
                let found = [Double](unsafeUninitializedCapacity: count) { output, filled in
                    RowArithmetic.products(
                        of: part.map { Int32($0.0) }[...], in: rows,
                        with: part.map { Int32($0.1) }[...], in: rows,
                        into: UnsafeMutableBufferPointer(rebasing: output[..<count]))
                    filled = count
                }
                #expect(found == Array(expected.suffix(count)))
            }
        }
    }
}
