/// The properties of a person that are the same in all pictures, computed once: the neutral relief
/// and the painted skin.
struct HeadModel: Sendable {
    let identity: FaceIdentity
    let surface: HeadSurface
    let grid: HeadGrid
    /// Points of the grid, row by row from below, without the lips.
    let neutral: [Vector]
    /// Grid coordinates of the points.
    let coordinates: [SIMD2<Float>]
    /// Colour and relief of the skin.
    let atlas: SkinAtlas

    init(_ identity: FaceIdentity) {
        self.identity = identity
        surface = HeadSurface(identity)
        grid = HeadGrid(top: surface.profile.top, bottom: surface.profile.bottom)
        (neutral, coordinates) = Self.points(surface, grid)
        atlas = SkinAtlas(identity, surface, grid)
    }

    private static func points(
        _ surface: HeadSurface, _ grid: HeadGrid
    ) -> ([Vector], [SIMD2<Float>]) {
        let columns = (0..<HeadGrid.columns).map { column in
            let u = HeadGrid.coordinate(column, of: HeadGrid.columns)
            let angle = HeadGrid.angle(u)
            return Vector(u, PortableMath.sine(angle), PortableMath.cosine(angle))
        }
        var points = [Vector]()
        var coordinates = [SIMD2<Float>]()
        points.reserveCapacity(HeadGrid.columns * HeadGrid.rows)
        coordinates.reserveCapacity(HeadGrid.columns * HeadGrid.rows)
        for row in 0..<HeadGrid.rows {
            let v = HeadGrid.coordinate(row, of: HeadGrid.rows)
            let y = grid.height(v)
            let section = surface.profile.section(at: y)
            for column in columns {
                var point = surface.profile.point(
                    section: section, sine: column.y, cosine: column.z)
                point.y = y
                let facing = PortableMath.smoothstep(0.05, 0.5, column.z)
                if facing > 0 { point.z += facing * surface.relief(x: point.x, y: y) }
                points.append(point)
                coordinates.append(SIMD2(column.x, v))
            }
        }
        return (points, coordinates)
    }

    /// Depth of the neutral face at frontal coordinates, read from the grid.
    func depth(x: Float, y: Float) -> Float {
        let v = grid.v(atHeight: y)
        let row = (v + 1) * 0.5 * Float(HeadGrid.rows - 1)
        let lower = min(Int(row), HeadGrid.rows - 2)
        let t = row - Float(lower)
        return PortableMath.mix(depth(x: x, row: lower), depth(x: x, row: lower + 1), t)
    }

    private func depth(x: Float, row: Int) -> Float {
        let start = row * HeadGrid.columns
        var column = HeadGrid.columns / 4
        let last = HeadGrid.columns * 3 / 4
        while column < last, neutral[start + column + 1].x < x { column += 1 }
        let (a, b) = (neutral[start + column], neutral[start + column + 1])
        let t = PortableMath.clamp((x - a.x) / max(b.x - a.x, 1e-3), 0, 1)
        return PortableMath.mix(a.z, b.z, t)
    }
}
