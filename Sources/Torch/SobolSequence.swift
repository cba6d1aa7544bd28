import CTorch

/// Scrambled Sobol points, every prefix of which fills the unit cube more evenly than random points
/// (Owen 1998, *Scrambling Sobol' and Niederreiter-Xing points*).
///
/// The points are those of `torch.quasirandom.SobolEngine(dimension, scramble=True, seed=seed)`, in
/// float64; PyTorch returns the first one in its default type, in which coordinates may be 1. The
/// scrambling of a dimension depends on the number of dimensions.
public enum SobolSequence {
    /// The most dimensions for which LibTorch has direction numbers.
    public static let maxDimension = 21_201

    /// The first points of a sequence.
    ///
    /// - Parameters:
    ///   - count: Number of points.
    ///   - dimension: Number of coordinates of a point; 1...``maxDimension``.
    ///   - seed: Seed of the scrambling.
    /// - Returns: The points, with coordinates in 0 ..< 1.
    public static func points(_ count: Int, dimension: Int, seed: UInt64) -> [[Double]] {
        guard count > 0 else { return [] }
        let tensor = Tensor.make {
            unsafe ct_sobol(Int64(dimension), Int64(count), seed, &$0)
        }
        let values = tensor.array(of: Double.self)
        return (0..<count).map { Array(values[$0 * dimension..<($0 + 1) * dimension]) }
    }
}
