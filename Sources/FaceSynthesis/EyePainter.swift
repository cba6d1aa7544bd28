/// Paints the eyes over the skin, in frontal coordinates.
struct EyePainter {
    private let traits: EyeTraits
    private let tilt: SIMD2<Float>
    private let upper: Float
    private let lower: Float
    private let gaze: SIMD2<Float>
    private let iris: Vector
    private let glint: SIMD2<Float>
    private let crease: Float
    private let skin: Vector

    init(_ identity: FaceIdentity, _ expression: Expression, light: Vector) {
        traits = identity.eyes
        tilt = SIMD2(PortableMath.cosine(traits.tilt), PortableMath.sine(traits.tilt))
        let half = traits.openness * traits.halfWidth
        upper = half * 0.98 * expression.lids
        lower =
            half * 0.72 * (0.55 + 0.45 * expression.lids) * (1 - 0.35 * max(expression.smile, 0))
        gaze = expression.gaze
        iris = SkinTone.iris(pigment: traits.pigment, hue: traits.hue)
        glint = SIMD2(
            PortableMath.clamp(light.x * 3, -2.6, 2.6), PortableMath.clamp(light.y * 3, 0.4, 2.8))
        crease = traits.crease * (0.6 + 0.4 * expression.lids)
        skin = SkinTone.colour(
            melanin: identity.skin.melanin, undertone: identity.skin.undertone)
    }

    /// The painted appearance of a point.
    struct Paint {
        var colour: Vector
        /// Added specular reflection, 0 to 1.
        var shine: Float
        /// The fraction of eyeball rather than skin, 0 to 1.
        var wet: Float
    }

    /// Whether a position is near enough to an eye to be painted.
    @inline(__always)
    func covers(x: Float, y: Float) -> Bool {
        let dx = (x < 0 ? -x : x) - traits.spacing
        return dx > -24 && dx < 24 && y > -12 && y < 18
    }

    func paint(_ skin: Vector, x: Float, y: Float) -> Paint {
        let side: Float = x < 0 ? -1 : 1
        let dx = x * side - traits.spacing
        let ex = dx * tilt.x + y * tilt.y
        let ey = y * tilt.x - dx * tilt.y
        let t = ex / traits.halfWidth
        let bent = t - traits.skew * (1 - t * t)
        let q = max(1 - bent * bent, 0)
        let top = upper * q * (1.3 - 0.3 * q)
        let bottom = -lower * q * (1.2 - 0.2 * q) - 0.6 * max(-t, 0)
        var paint = Paint(colour: skin, shine: 0, wet: 0)
        lid(&paint, t: t, above: ey - top, below: bottom - ey)
        if t > -1.1, t < 1.1 {
            let open = PortableMath.smoothstep(-0.2, 1.1, top - bottom)
            let inside =
                open * PortableMath.smoothstep(-0.75, 0.75, min(top - ey, ey - bottom))
                * PortableMath.smoothstep(1.06, 0.94, t < 0 ? -t : t)
            if inside > 0 { ball(&paint, inside, SIMD2(ex * side, ey), t: t, under: top - ey) }
        }
        lashes(&paint, t: t, above: ey - top, below: bottom - ey)
        return paint
    }

    /// The upper lid's fold and the lower lid's rim.
    private func lid(_ paint: inout Paint, t: Float, above: Float, below: Float) {
        let reach = PortableMath.bump((t - 0.05) / 1.35)
        let fold = PortableMath.bump((above - crease) / 1.7) * reach
        paint.colour *= 1 - 0.42 * fold
        let rim = PortableMath.bump((below - 0.8) / 1.3) * reach
        paint.colour *= 1 + 0.08 * rim
    }

    private func ball(
        _ paint: inout Paint, _ cover: Float, _ position: SIMD2<Float>, t: Float, under: Float
    ) {
        let white = Vector(0.50, 0.47, 0.455).mixed(
            Vector(0.55, 0.24, 0.20), PortableMath.smoothstep(-0.72, -1, t))
        var colour = white * (1 - 0.30 * t * t)
        let d = position - gaze
        let radius = (d.x * d.x + d.y * d.y).squareRoot()
        let inIris = PortableMath.smoothstep(
            traits.irisRadius + 0.7, traits.irisRadius - 0.7, radius)
        if inIris > 0 {
            let r = radius / traits.irisRadius
            var ring = iris * (1.15 - 0.2 * r)
            ring = ring.mixed(iris * 0.25, PortableMath.smoothstep(0.72, 1.02, r))
            ring = ring.mixed(Vector(repeating: 0.006), PortableMath.smoothstep(0.52, 0.32, r))
            colour = colour.mixed(ring, inIris)
        }
        colour *= 1 - 0.5 * PortableMath.smoothstep(2.6, 0, under)
        let g = d - glint
        paint.shine =
            PortableMath.smoothstep(2.2, 0.4, (g.x * g.x + g.y * g.y).squareRoot()) * cover
        paint.colour = paint.colour.mixed(colour, cover)
        paint.wet = cover
    }

    private func lashes(_ paint: inout Paint, t: Float, above: Float, below: Float) {
        let width = 0.9 + 0.9 * traits.lashes
        let outward = 0.7 + 0.3 * PortableMath.smoothstep(-0.9, 0.4, t)
        let ends = PortableMath.smoothstep(1.22, 1.0, t < 0 ? -t * 1.06 : t)
        let line = PortableMath.bump((above - 0.35) / (width + 0.5)) * ends * outward
        let dark = Vector(0.018, 0.013, 0.011)
        paint.colour = paint.colour.mixed(dark, line * (0.5 + 0.42 * traits.lashes))
        let lowerLine = PortableMath.bump((below - 0.3) / 1.1) * ends
        paint.colour = paint.colour.mixed(
            dark + skin * 0.15, lowerLine * (0.16 + 0.3 * traits.lashes))
        paint.shine *= 1 - line
    }
}
