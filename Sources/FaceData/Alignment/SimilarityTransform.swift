/// Rotation, uniform scaling and translation in the plane: `x' = a x - b y + tx`,
/// `y' = b x + a y + ty`.
public struct SimilarityTransform: Sendable, Hashable {
    /// Cosine of the angle times the scale.
    public var a: Double
    /// Sine of the angle times the scale.
    public var b: Double
    /// Translation to the right, in pixels.
    public var tx: Double
    /// Translation downwards, in pixels.
    public var ty: Double

    /// The least-squares fit of points to others, without reflection (Umeyama 1991; in the plane it
    /// has this closed form).
    ///
    /// - Returns: nil when the points of either face coincide.
    public init?(from source: FacePoints, to target: FacePoints) {
        let count = Double(source.points.count)
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / count }
        let (sx, sy) = (mean(source.points.map(\.x)), mean(source.points.map(\.y)))
        let (tx, ty) = (mean(target.points.map(\.x)), mean(target.points.map(\.y)))
        var (dot, cross, square) = (0.0, 0.0, 0.0)
        for (from, to) in zip(source.points, target.points) {
            let (x, y, u, v) = (from.x - sx, from.y - sy, to.x - tx, to.y - ty)
            dot += x * u + y * v
            cross += x * v - y * u
            square += x * x + y * y
        }
        guard square > 1e-9 else { return nil }
        (a, b) = (dot / square, cross / square)
        guard a * a + b * b > 1e-12 else { return nil }
        self.tx = tx - a * sx + b * sy
        self.ty = ty - b * sx - a * sy
    }

    /// The position that is mapped to (x, y).
    func inverse(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        let square = a * a + b * b
        let (u, v) = (x - tx, y - ty)
        return ((a * u + b * v) / square, (a * v - b * u) / square)
    }
}
