/// Sums over rows of single-precision numbers, taken in double precision.
///
/// Four sums run side by side, so that the processor need not wait for one addition before the next,
/// and are added up in a fixed order: a result never depends on the machine.
enum RowArithmetic {
    private typealias Lanes = SIMD4<Double>

    /// Sum of the squares of a row.
    static func square(_ row: UnsafeBufferPointer<Float>) -> Double {
        sum(row.count) {
            widened(row, $0)
        } tail: {
            Double(row[$0])
        }
    }

    /// Sum of the squares of the sum of two rows.
    static func square(
        _ row: UnsafeBufferPointer<Float>, plus other: UnsafeBufferPointer<Float>
    ) -> Double {
        sum(row.count) {
            widened(row, $0) + widened(other, $0)
        } tail: {
            Double(row[$0]) + Double(other[$0])
        }
    }

    /// Squared L2 distance of two rows.
    static func squaredDistance(
        _ row: UnsafeBufferPointer<Float>, _ other: UnsafeBufferPointer<Float>
    ) -> Double {
        sum(row.count) {
            widened(row, $0) - widened(other, $0)
        } tail: {
            Double(row[$0]) - Double(other[$0])
        }
    }

    @inline(__always)
    private static func widened(_ row: UnsafeBufferPointer<Float>, _ place: Int) -> Lanes {
        Lanes(
            Double(row[place]), Double(row[place + 1]), Double(row[place + 2]),
            Double(row[place + 3]))
    }

    @inline(__always)
    private static func sum(
        _ count: Int, lanes: (Int) -> Lanes, tail: (Int) -> Double
    ) -> Double {
        var (first, second) = (Lanes.zero, Lanes.zero)
        var place = 0
        while place + 8 <= count {
            let (a, b) = (lanes(place), lanes(place + 4))
            first += a * a
            second += b * b
            place += 8
        }
        let both = first + second
        var rest = 0.0
        while place < count {
            let value = tail(place)
            rest += value * value
            place += 1
        }
        return (both[0] + both[1]) + (both[2] + both[3]) + rest
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
