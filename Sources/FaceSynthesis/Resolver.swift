/// Converts samples to pixels: a pixel is shaded once if it shows a single surface, and sample by
/// sample if it contains an edge.
struct Resolver {
    let mesh: MeshBuffer
    let raster: Rasteriser
    let shader: FaceShader
    let backdrop: BackdropPainter
    let glasses: Occlusion.Glasses?
    private let shadow: ShadowRay

    init(
        mesh: MeshBuffer, raster: Rasteriser, shader: FaceShader, backdrop: BackdropPainter,
        view: FaceView, scale: Float
    ) {
        self.mesh = mesh
        self.raster = raster
        self.shader = shader
        self.backdrop = backdrop
        glasses = view.occlusion.glasses
        shadow = ShadowRay(raster, view.lighting, scale: scale)
    }

    /// Writes linear light, row by row.
    func resolve(into pixels: UnsafeMutablePointer<SIMD4<Float>>) {
        let size = raster.side / 2
        for y in 0..<size {
            for x in 0..<size {
                var colour = pixel(x, y)
                if raster.hasLenses { colour = lens(colour, x, y) }
                pixels[y * size + x] = SIMD4(colour, 0)
            }
        }
    }

    private func pixel(_ x: Int, _ y: Int) -> Vector {
        let side = raster.side
        let first = 2 * y * side + 2 * x
        let owners = (
            raster.owners[first], raster.owners[first + 1], raster.owners[first + side],
            raster.owners[first + side + 1]
        )
        if isUniform(first, owners) {
            return sample(owners.0, Float(2 * x + 1), Float(2 * y + 1), first)
        }
        let (left, top) = (Float(2 * x) + 0.5, Float(2 * y) + 0.5)
        let upper =
            sample(owners.0, left, top, first)
            + sample(owners.1, left + 1, top, first + 1)
        let lower =
            sample(owners.2, left, top + 1, first + side)
            + sample(owners.3, left + 1, top + 1, first + side + 1)
        return (upper + lower) * 0.25
    }

    /// Whether all four samples show the background, or one part without a jump in depth.
    @inline(__always)
    private func isUniform(_ first: Int, _ owners: (Int32, Int32, Int32, Int32)) -> Bool {
        guard owners.0 >= 0 else { return max(owners.1, max(owners.2, owners.3)) < 0 }
        guard min(owners.1, min(owners.2, owners.3)) >= 0 else { return false }
        let part = mesh.triangles[Int(owners.0)].w
        guard part == mesh.triangles[Int(owners.1)].w, part == mesh.triangles[Int(owners.2)].w,
            part == mesh.triangles[Int(owners.3)].w
        else { return false }
        let (a, b) = (raster.depths[first], raster.depths[first + raster.side + 1])
        return a - b < 7 && b - a < 7
    }

    @inline(__always)
    private func sample(_ owner: Int32, _ x: Float, _ y: Float, _ index: Int) -> Vector {
        let step = 1 / Float(raster.side)
        guard owner >= 0 else { return backdrop.colour(x * step, y * step) }
        let corners = mesh.triangles[Int(owner)]
        guard let triangle = ScreenTriangle(mesh, corners) else { return .zero }
        let lit = shadow.light(at: index, x: x, y: y)
        return shader.shade(corners, triangle.weights(x, y), lit: lit)
    }

    /// Tint and reflection of the lenses.
    private func lens(_ colour: Vector, _ x: Int, _ y: Int) -> Vector {
        guard let glasses else { return colour }
        let first = 2 * y * raster.side + 2 * x
        let upper = raster.lenses[first] &+ raster.lenses[first + 1]
        let lower = raster.lenses[first + raster.side] &+ raster.lenses[first + raster.side + 1]
        let cover = Float(upper &+ lower) * 0.25
        guard cover > 0 else { return colour }
        let band = Float(x + y) / Float(raster.side)
        let wave = PortableMath.bump((band - 0.42) / 0.07) + PortableMath.bump((band - 0.58) / 0.05)
        let seen =
            colour * (1 - glasses.tint) + Vector(0.72, 0.8, 0.9) * (glasses.glare * (0.18 + wave))
        return colour.mixed(seen, cover)
    }
}

/// Traces the ray from a point to the key light through the depth buffer, for the shadows of nose,
/// brows, hair and hat.
struct ShadowRay {
    private static let reach: [Float] = [3.5, 7, 11, 16, 22, 30, 40, 52]
    private let raster: Rasteriser
    private let step: Vector
    private let strength: Float

    init(_ raster: Rasteriser, _ lighting: Lighting, scale: Float) {
        self.raster = raster
        let d = lighting.keyDirection
        step = Vector(d.x * scale, -d.y * scale, d.z)
        strength = 0.45 + 0.5 * lighting.hardness
    }

    /// Fraction of the key light that reaches a sample, 0 to 1.
    @inline(__always)
    func light(at index: Int, x: Float, y: Float) -> Float {
        let depth = raster.depths[index]
        var hidden: Float = 0
        for reach in Self.reach {
            let (px, py) = (x + step.x * reach, y + step.y * reach)
            let limit = Float(raster.side) - 1
            guard px >= 0, py >= 0, px < limit, py < limit else { break }
            let over = raster.depths[Int(py) * raster.side + Int(px)] - depth - step.z * reach
            let bias = 1 + 0.06 * reach
            if over > bias { hidden = max(hidden, min((over - bias) * 0.35, 1)) }
        }
        return 1 - strength * hidden
    }
}
