import CTorch

/// Scrambled Sobol points: they fill the unit cube more evenly than random ones (Owen 1998, *Scrambling
/// Sobol' and Niederreiter-Xing points*), and each prefix of the sequence does.
///
/// The points are those of `torch.quasirandom.SobolEngine(dimension, scramble=True, seed=seed)`, in
/// float64; PyTorch gives the first one in its default type, in which it may be 1. The scrambling of a
/// dimension depends on how many there are.
public enum SobolSequence {
    /// The most dimensions that LibTorch has direction numbers for.
    public static let maxDimension = 21_201

    /// The first points of a sequence.
    ///
    /// - Parameters:
    ///   - count: Points; none for 0.
    ///   - dimension: Coordinates of a point; 1...``maxDimension``.
    ///   - seed: Of the scrambling.
    /// - Returns: Coordinates from 0 to below 1, point by point.
    public static func points(_ count: Int, dimension: Int, seed: UInt64) -> [[Double]] {
        guard count > 0 else { return [] }
        let tensor = Tensor.make {
            unsafe ct_sobol(Int64(dimension), Int64(count), seed, &$0)
        }
        let values = tensor.array(of: Double.self)
        return (0..<count).map { Array(values[$0 * dimension..<($0 + 1) * dimension]) }
    }
}
