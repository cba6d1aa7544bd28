/// Adds ears and neck to a mesh.
struct BodyMesh {
    let model: HeadModel

    func append(to mesh: MeshBuffer) {
        appendEar(side: -1, to: mesh)
        appendEar(side: 1, to: mesh)
        appendNeck(to: mesh)
    }

    /// An ear is a leaf hinged to the head: `s` runs from the hinge to the rim, `t` from the lobe
    /// up; both are the texture's coordinates.
    private func appendEar(side: Float, to mesh: MeshBuffer) {
        let ears = model.identity.ears
        let (columns, rows) = (8, 13)
        let out = Vector(
            side * PortableMath.sine(ears.angle), 0, -PortableMath.cosine(ears.angle))
        let up = Vector(0, 0.97, -0.22)
        let face = up.cross(out) * -side
        let hinge = Vector(side * (model.surface.profile.width(at: -14) - 1.5), -14, 4)
        for row in 0..<rows {
            let t = HeadGrid.coordinate(row, of: rows)
            for column in 0..<columns {
                // Columns run so that the normals point outwards on both sides.
                let order = side > 0 ? column : columns - 1 - column
                let s = Float(order) / Float(columns - 1)
                let width = ears.height * ears.aspect * Self.outline(t, ears.lobe)
                let height = 0.5 * ears.height * t
                let relief =
                    3.4 * PortableMath.bump((s - 0.88) / 0.3)
                    - 4.2 * PortableMath.bump((s - 0.42) / 0.42, (t + 0.05) / 0.75)
                let point = hinge + out * (s * width) + up * height + face * relief
                mesh.append(point, position: SIMD4(s, t, 0, 0))
            }
        }
        mesh.joinGrid(columns: columns, rows: rows, .ear)
    }

    /// Width of an ear at a height, as a fraction of its greatest width.
    private static func outline(_ t: Float, _ lobe: Float) -> Float {
        let round = max(1 - t * t, 0).squareRoot()
        let narrow = PortableMath.mix(0.55 + 0.3 * lobe, 1, PortableMath.smoothstep(-0.9, 0.35, t))
        return round * narrow
    }

    /// Neck and collar; the texture's coordinates are the distance around it and the height, in
    /// millimetres.
    private func appendNeck(to mesh: MeshBuffer) {
        let (columns, rows) = (25, 7)
        let chin = model.surface.chinHeight
        let wide = 51 * model.identity.head.width * (0.7 + 0.3 * model.identity.head.jawWidth)
        for row in 0..<rows {
            let t = Float(row) / Float(rows - 1)
            let y = chin - 120 * (1 - t) + 62 * t
            let flare = (1 + 1.3 * PortableMath.smoothstep(0.45, 0, t)) * (1 - 0.3 * t * t)
            for column in 0..<columns {
                let angle = Float(column) / Float(columns - 1) * 5 - 2.5
                let point = Vector(
                    wide * flare * PortableMath.sine(angle), y,
                    -22 + 52 * (0.5 + 0.5 * flare) * PortableMath.cosine(angle))
                mesh.append(point, position: SIMD4(angle * 55, y - chin, point.x, y))
            }
        }
        mesh.joinGrid(columns: columns, rows: rows, .neck)
    }
}
