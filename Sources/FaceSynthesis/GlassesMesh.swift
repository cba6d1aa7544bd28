/// Adds glasses to a mesh: two rims, a bridge, two arms and two lenses.
struct GlassesMesh {
    private static let steps = 26

    private let glasses: Occlusion.Glasses
    private let width: Float
    private let spacing: Float
    private let plane: Float

    init(_ glasses: Occlusion.Glasses, _ model: HeadModel) {
        self.glasses = glasses
        let eyes = model.identity.eyes
        spacing = max(eyes.spacing + 1.5, glasses.halfWidth + 7)
        width = model.surface.profile.width(at: 6)
        plane = max(
            model.depth(x: 0, y: 0) - 1,
            max(model.depth(x: eyes.spacing, y: 14), model.depth(x: eyes.spacing, y: -16)) + 5)
    }

    /// Rims, bridge and arms.
    func appendFrame(to mesh: MeshBuffer) {
        for side: Float in [-1, 1] {
            strip(mesh) { step in
                let turn = rim(step)
                let inner = SIMD2(turn.x * glasses.halfWidth, turn.y * glasses.halfHeight)
                let outer = SIMD2(
                    turn.x * (glasses.halfWidth + glasses.rim),
                    turn.y * (glasses.halfHeight + glasses.rim))
                return (bent(inner, side), bent(outer, side))
            }
            appendArm(side, to: mesh)
        }
        strip(mesh) { step in
            let x = HeadGrid.coordinate(step, of: Self.steps) * (spacing - glasses.halfWidth)
            let arch = 5 - 3 * (x * x) / 80
            let low = Vector(x, arch, plane + 1)
            return (low, low + Vector(0, max(glasses.rim, 1.8), 0))
        }
    }

    func appendLenses(to mesh: MeshBuffer) {
        for side: Float in [-1, 1] {
            strip(mesh, .lens) { step in
                let turn = rim(step)
                let outer = SIMD2(turn.x * glasses.halfWidth, turn.y * glasses.halfHeight)
                return (bent(SIMD2(0, 0), side), bent(outer, side))
            }
        }
    }

    /// A point of the rim's outline with half axes 1.
    private func rim(_ step: Int) -> SIMD2<Float> {
        let angle = Float(step) / Float(Self.steps - 1) * 2 * PortableMath.pi
        let (s, c) = (PortableMath.sine(angle), PortableMath.cosine(angle))
        let square = 1 / (s * s * s * s + c * c * c * c).squareRoot().squareRoot()
        return SIMD2(c, s) * PortableMath.mix(1, square, glasses.squareness)
    }

    private func bent(_ position: SIMD2<Float>, _ side: Float) -> Vector {
        let x = side * (spacing + position.x)
        return Vector(x, position.y - 1, plane - x * x * 0.0032)
    }

    private func appendArm(_ side: Float, to mesh: MeshBuffer) {
        let front = bent(SIMD2(glasses.halfWidth + glasses.rim * 0.5, 6), side)
        let ear = Vector(side * (width + 2.5), 6, 2)
        let middle = Vector(side * (width + 1), 7, front.z * 0.62)
        strip(mesh) { step in
            let t = Float(step) / Float(Self.steps - 1)
            let first = front.mixed(middle, min(t * 2, 1))
            let point = first.mixed(ear, max(t * 2 - 1, 0))
            return (point, point + Vector(0, 2 + 0.6 * glasses.rim, 0))
        }
    }

    private func strip(
        _ mesh: MeshBuffer, _ part: FacePart = .frame, _ edges: (Int) -> (Vector, Vector)
    ) {
        let first = mesh.vertexCount
        for step in 0..<Self.steps {
            let (a, b) = edges(step)
            mesh.append(a, position: SIMD4(a.x, a.y, 0, 0))
            mesh.append(b, position: SIMD4(b.x, b.y, 0, 0))
        }
        for step in 0..<Self.steps - 1 {
            let a = first + step * 2
            mesh.append(a, a + 1, a + 3, part)
            mesh.append(a, a + 3, a + 2, part)
        }
    }
}
