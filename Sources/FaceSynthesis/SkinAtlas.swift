/// A texture of a person's unlit skin, painted once in the coordinates of ``HeadGrid``.
struct SkinAtlas: Sendable {
    static let columns = 152
    static let rows = 168

    /// Linear colour, and in `w` the ambient light that reaches the point, 0 to 1.
    let texels: [SIMD4<Float>]
    /// Greatest density of the beard, 0 to 1.
    let beard: [Float]

    init(_ identity: FaceIdentity, _ surface: HeadSurface, _ grid: HeadGrid) {
        let angles = (0..<Self.columns).map { column in
            HeadGrid.angle(HeadGrid.coordinate(column, of: Self.columns))
        }
        let columns = angles.map {
            SIMD2(PortableMath.sine($0), PortableMath.cosine($0))
        }
        var texels = [SIMD4<Float>]()
        var beard = [Float]()
        texels.reserveCapacity(Self.columns * Self.rows)
        beard.reserveCapacity(Self.columns * Self.rows)
        NoiseField.shared.withSampler { noise in
            let painter = SkinPainter(identity, surface, noise)
            let barber = BeardPainter(identity, noise)
            for row in 0..<Self.rows {
                let y = grid.height(HeadGrid.coordinate(row, of: Self.rows))
                let section = surface.profile.section(at: y)
                for (angle, column) in zip(angles, columns) {
                    let point = surface.profile.point(
                        section: section, sine: column.x, cosine: column.y)
                    let position = SkinPosition(
                        x: point.x, y: y, along: angle * 82, front: column.y > 0)
                    texels.append(painter.paint(position))
                    beard.append(barber.density(position))
                }
            }
        }
        self.texels = texels
        self.beard = beard
    }

    /// A view for inner loops, valid during `body`.
    func withSampler<Result>(_ body: (SkinSampler) -> Result) -> Result {
        texels.withUnsafeBufferPointer { texels in
            beard.withUnsafeBufferPointer { body(SkinSampler(texels: texels, beards: $0)) }
        }
    }
}

struct SkinSampler {
    fileprivate let texels: UnsafeBufferPointer<SIMD4<Float>>
    fileprivate let beards: UnsafeBufferPointer<Float>

    /// Interpolated colour with light, and beard, at grid coordinates.
    @inline(__always)
    func callAsFunction(u: Float, v: Float) -> (skin: SIMD4<Float>, beard: Float) {
        let width = Float(SkinAtlas.columns - 1)
        let height = Float(SkinAtlas.rows - 1)
        let px = PortableMath.clamp((u + 1) * 0.5 * width, 0, width - 0.01)
        let py = PortableMath.clamp((v + 1) * 0.5 * height, 0, height - 0.01)
        let (column, row) = (Int(px), Int(py))
        let (fx, fy) = (px - Float(column), py - Float(row))
        let a = row * SkinAtlas.columns + column
        let b = a + SkinAtlas.columns
        let lower = texels[a] + (texels[a + 1] - texels[a]) * fx
        let upper = texels[b] + (texels[b + 1] - texels[b]) * fx
        let low = beards[a] + (beards[a + 1] - beards[a]) * fx
        let high = beards[b] + (beards[b + 1] - beards[b]) * fx
        return (lower + (upper - lower) * fy, low + (high - low) * fy)
    }
}
