/// Adds the head of one picture to a mesh: the neutral relief, moved by the expression.
struct HeadMesh {
    let model: HeadModel
    let view: FaceView
    let style: HairStyle
    let mouth: MouthShape

    init(_ model: HeadModel, _ view: FaceView, _ style: HairStyle) {
        self.model = model
        self.view = view
        self.style = style
        mouth = MouthShape(model.identity.mouth, view.expression)
    }

    func append(to mesh: MeshBuffer) {
        for index in 0..<model.neutral.count {
            let neutral = model.neutral[index]
            let grid = model.coordinates[index]
            let point = moved(neutral)
            let edge =
                neutral.y > -75
                ? style.scalpDistance(angle: HeadGrid.angle(grid.x), y: neutral.y) : -100
            mesh.append(point, position: SIMD4(grid.x, grid.y, point.x, point.y), edge: edge)
        }
        mesh.joinGrid(columns: HeadGrid.columns, rows: HeadGrid.rows, .head)
    }

    /// Eyes, tip of the nose and corners of the mouth, from the picture's left.
    func landmarks() -> [Vector] {
        let traits = model.identity
        let spacing = traits.eyes.spacing
        let corner = mouth.centre + mouth.lift
        let positions = [
            SIMD2(-spacing, 0), SIMD2(spacing, 0), SIMD2(0, -traits.nose.length),
            SIMD2(-mouth.halfWidth, corner), SIMD2(mouth.halfWidth, corner),
        ]
        return positions.map { Vector($0.x, $0.y, model.depth(x: $0.x, y: $0.y)) }
    }

    private func moved(_ neutral: Vector) -> Vector {
        let side = neutral.x < 0 ? -neutral.x : neutral.x
        guard neutral.z > 0, side < 66, neutral.y < 50 else { return neutral }
        var point = neutral
        if neutral.y > 4 { moveBrows(&point, side) }
        if neutral.y < -4 {
            moveCheeks(&point, neutral, side)
            moveJaw(&point, neutral, side)
        }
        if let scarf = view.occlusion.scarf, neutral.y < -scarf.edge {
            point.z += 2.5
        } else if side < 40, neutral.y < -45, neutral.z > 30 {
            point.z += mouth.relief(
                x: point.x, y: point.y, protrusion: model.identity.mouth.protrusion)
        }
        return point
    }

    private func moveBrows(_ point: inout Vector, _ side: Float) {
        let (face, height) = (view.expression, model.identity.brows.height)
        let near = PortableMath.bump((side - 24) / 40, (point.y - height - 2) / 17)
        point.y += face.browRaise * near
        let inner = PortableMath.bump((side - 14) / 16, (point.y - height) / 13)
        point.y -= 2.6 * face.frown * inner
        point.x -= (point.x < 0 ? -1.8 : 1.8) * face.frown * inner
        point.z += 1.2 * face.frown * inner
    }

    private func moveCheeks(_ point: inout Vector, _ neutral: Vector, _ side: Float) {
        let smile = view.expression.smile
        let sign: Float = neutral.x < 0 ? -1 : 1
        let cheek = PortableMath.bump((side - 37) / 23, (neutral.y + 42) / 25)
        let corner = PortableMath.bump((side - 26) / 22, (neutral.y - mouth.centre) / 26)
        point.z += smile * (3.4 * cheek - 1.2 * corner)
        point.y += smile * (2.6 * cheek + 2.5 * corner)
        point.x += sign * 3.2 * smile * corner
        if smile > 0 { point.z -= 2.4 * smile * model.surface.fold(side, neutral.y) }
        let flare = PortableMath.bump((side - 14) / 8, (neutral.y + 38) / 10)
        point.x += sign * 1.2 * smile * flare
    }

    private func moveJaw(_ point: inout Vector, _ neutral: Vector, _ side: Float) {
        let gap = mouth.gap
        guard gap > 0 else { return }
        let below = PortableMath.smoothstep(mouth.centre + 2.5, mouth.centre - 3, neutral.y)
        let near = 1 - 0.75 * PortableMath.smoothstep(26, 62, side)
        point.y -= 0.78 * gap * below * near
        point.z -= 0.3 * gap * below * near
        let over = PortableMath.bump(side / 34, (neutral.y - mouth.centre - 7) / 12)
        point.y += 0.22 * gap * over
        point.x *= 1 - 0.0035 * gap * PortableMath.bump((neutral.y - mouth.centre) / 40)
    }
}
