import CVectors

/// Sums over rows of single-precision numbers, taken in double precision.
///
/// Four partial sums run in parallel, so that the processor need not wait for one addition before the next,
/// and are added up in a fixed order: a result never depends on the machine.
enum RowArithmetic {
    private typealias Lanes = SIMD4<Double>

    /// Sum of the squares of a row.
    static func square(_ row: UnsafeBufferPointer<Float>) -> Double {
        var sum = Sum()
        var index = 0
        while index + 8 <= row.count {
            sum.add(widened(row, index), widened(row, index + 4))
            index += 8
        }
        while index < row.count {
            sum.add(Double(row[index]))
            index += 1
        }
        return sum.total
    }

    /// Sum of the squares of the sum of two rows.
    static func square(
        _ row: UnsafeBufferPointer<Float>, plus other: UnsafeBufferPointer<Float>
    ) -> Double {
        var sum = Sum()
        var index = 0
        while index + 8 <= row.count {
            sum.add(
                widened(row, index) + widened(other, index),
                widened(row, index + 4) + widened(other, index + 4))
            index += 8
        }
        while index < row.count {
            sum.add(Double(row[index]) + Double(other[index]))
            index += 1
        }
        return sum.total
    }

    /// Squared L2 distance of two rows.
    static func squaredDistance(
        _ row: UnsafeBufferPointer<Float>, _ other: UnsafeBufferPointer<Float>
    ) -> Double {
        var sum = Sum()
        var index = 0
        while index + 8 <= row.count {
            sum.add(
                widened(row, index) - widened(other, index),
                widened(row, index + 4) - widened(other, index + 4))
            index += 8
        }
        while index < row.count {
            sum.add(Double(row[index]) - Double(other[index]))
            index += 1
        }
        return sum.total
    }

    /// Scalar product of two rows of equal length.
    static func product(
        _ row: UnsafeBufferPointer<Float>, _ other: UnsafeBufferPointer<Float>
    ) -> Double {
        guard let left = row.baseAddress, let right = other.baseAddress else { return 0 }
        return rows_product(left, right, row.count)
    }

    /// Scalar products of rows of one table with rows of another, into uninitialised memory.
    static func products(
        of lefts: ArraySlice<Int32>, in first: EmbeddingTable.Rows, with rights: ArraySlice<Int32>,
        in second: EmbeddingTable.Rows, into output: UnsafeMutableBufferPointer<Double>
    ) {
        guard let products = output.baseAddress, let first = first.values.baseAddress,
            let others = second.values.baseAddress
        else { return }
        lefts.withUnsafeBufferPointer { lefts in
            rights.withUnsafeBufferPointer { rights in
                rows_products(
                    first, others, second.dimension, lefts.baseAddress, rights.baseAddress,
                    output.count, products)
            }
        }
    }

    @inline(__always)
    private static func widened(_ row: UnsafeBufferPointer<Float>, _ index: Int) -> Lanes {
        Lanes(
            UnsafeRawBufferPointer(row).loadUnaligned(
                fromByteOffset: index * MemoryLayout<Float>.stride, as: SIMD4<Float>.self))
    }

    /// A running sum of squares.
    private struct Sum {
        private var first = Lanes.zero
        private var second = Lanes.zero
        private var rest = 0.0

        @inline(__always)
        mutating func add(_ a: Lanes, _ b: Lanes) {
            first += a * a
            second += b * b
        }

        mutating func add(_ value: Double) { rest += value * value }

        var total: Double {
            let both = first + second
            return (both[0] + both[1]) + (both[2] + both[3]) + rest
        }
    }
}

extension EmbeddingTable {
    /// Calls a body with the numbers of all rows.
    func withRows<Result>(_ body: (Rows) throws -> Result) rethrows -> Result {
        try values.withUnsafeBufferPointer { try body(Rows(values: $0, dimension: dimension)) }
    }

    /// The rows of a table while its memory is borrowed.
    struct Rows {
        let values: UnsafeBufferPointer<Float>
        let dimension: Int

        subscript(row: Int) -> UnsafeBufferPointer<Float> {
            UnsafeBufferPointer(rebasing: values[row * dimension..<(row + 1) * dimension])
        }
    }
}
