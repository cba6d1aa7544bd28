/// The grid that covers a head: columns go around it, rows from below the chin to the crown, both
/// densest near the nose and the mouth.
///
/// Grid coordinates `u` and `v` run from −1 to 1; the skin's atlas uses the same ones.
struct HeadGrid: Sendable {
    static let columns = 65
    static let rows = 74
    private static let middle: Float = -36
    private static let density: Float = 86

    let top: Float
    let bottom: Float

    /// Angle around the head in radians, 0 in front.
    static func angle(_ u: Float) -> Float { u * (0.95 + 1.6 * u * u) }

    /// Height of a row above the eyes.
    func height(_ v: Float) -> Float {
        let reach = v > 0 ? top - Self.middle : Self.middle - bottom
        return Self.middle + v * (Self.density + (reach - Self.density) * v * v)
    }

    /// The `v` of a height, by bisection.
    func v(atHeight y: Float) -> Float {
        var (low, high) = (Float(-1), Float(1))
        for _ in 0..<20 {
            let centre = (low + high) * 0.5
            if height(centre) < y { low = centre } else { high = centre }
        }
        return (low + high) * 0.5
    }

    /// Coordinate of cell `index` of `count` along an axis.
    static func coordinate(_ index: Int, of count: Int) -> Float {
        Float(index) * 2 / Float(count - 1) - 1
    }
}
