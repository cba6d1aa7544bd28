import SeededRandom

/// Smooth noise on a seamless tile of 128 × 128 cells; mean about 0, range about ±1.
///
/// Skin, hair, cloth and background read the same tile at different scales.
struct NoiseField: Sendable {
    private static let side = 128
    private let values: [Float]

    /// The shared tile, created on first use.
    static let shared = NoiseField(seed: 0x0FACE)

    private init(seed: UInt64) {
        var stream = SeededRandom(seed: seed, "noise tile")
        var sum = [Float](repeating: 0, count: Self.side * Self.side)
        for (cells, weight) in [(16, Float(0.9)), (32, 0.65), (64, 0.45), (128, 0.3)] {
            let lattice = (0..<cells * cells).map { _ in stream.uniform(-1, 1) }
            Self.add(lattice, cells: cells, weight: weight, to: &sum)
        }
        values = sum
    }

    private static func add(_ lattice: [Float], cells: Int, weight: Float, to sum: inout [Float]) {
        let step = side / cells
        for row in 0..<side {
            let (r, fr) = (row / step, Float(row % step) / Float(step))
            let below = (r + 1) % cells
            let ty = fr * fr * (3 - 2 * fr)
            for column in 0..<side {
                let (c, fc) = (column / step, Float(column % step) / Float(step))
                let right = (c + 1) % cells
                let tx = fc * fc * (3 - 2 * fc)
                let upper = PortableMath.mix(
                    lattice[r * cells + c], lattice[r * cells + right], tx)
                let lower = PortableMath.mix(
                    lattice[below * cells + c], lattice[below * cells + right], tx)
                sum[row * side + column] += weight * PortableMath.mix(upper, lower, ty)
            }
        }
    }

    /// A view for inner loops, valid during `body`.
    func withSampler<Result>(_ body: (NoiseSampler) -> Result) -> Result {
        values.withUnsafeBufferPointer { body(NoiseSampler(values: $0)) }
    }
}

struct NoiseSampler {
    fileprivate let values: UnsafeBufferPointer<Float>

    /// The noise at a position in cells of the tile, interpolated; coordinates within ±2048.
    @inline(__always)
    func callAsFunction(_ x: Float, _ y: Float) -> Float {
        // The offset keeps truncation towards zero from mirroring the tile at the origin.
        let (px, py) = (x + 2048, y + 2048)
        let (column, row) = (Int(px), Int(py))
        let (fx, fy) = (px - Float(column), py - Float(row))
        let (c0, c1) = (column & 127, (column + 1) & 127)
        let (r0, r1) = ((row & 127) << 7, ((row + 1) & 127) << 7)
        let upper = values[r0 + c0] + (values[r0 + c1] - values[r0 + c0]) * fx
        let lower = values[r1 + c0] + (values[r1 + c1] - values[r1 + c0]) * fx
        return upper + (lower - upper) * fy
    }
}
