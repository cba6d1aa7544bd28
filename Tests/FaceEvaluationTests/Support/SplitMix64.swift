import FaceEvaluation

/// A small generator with a fixed seed, so that a failing property can be looked at again.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A table of numbers between -1 and 1.
    mutating func table(count: Int, dimension: Int) throws -> EmbeddingTable {
        let values = (0..<count * dimension).map { _ in Float.random(in: -1...1, using: &self) }
        return try EmbeddingTable(count: count, dimension: dimension, values: values)
    }

    /// Pairs whose distances are on a lattice, so that many are equal and some are thresholds.
    mutating func pairs(count: Int, lattice: Double) -> [ScoredPair] {
        (0..<count).map { index in
            let same = Bool.random(using: &self)
            let range = same ? 0...2.5 : 0.5...4.0
            let distance = (Double.random(in: range, using: &self) / lattice).rounded() * lattice
            return ScoredPair(distance: Float(distance), same: same, fold: index % 7)
        }
    }
}
