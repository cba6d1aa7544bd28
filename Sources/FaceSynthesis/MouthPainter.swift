/// Paints lips, teeth and the inside of the mouth over the skin, in frontal coordinates.
struct MouthPainter {
    private let shape: MouthShape
    private let lip: Vector
    private let smile: Float

    init(_ identity: FaceIdentity, _ view: FaceView, _ shape: MouthShape) {
        self.shape = shape
        smile = view.expression.smile
        let skin = SkinTone.colour(
            melanin: identity.skin.melanin, undertone: identity.skin.undertone)
        let redness = identity.mouth.redness
        let rose = skin * Vector(0.86, 0.52, 0.56)
        let natural = (skin * 0.92).mixed(rose, 0.35 + 0.65 * redness)
        let paint = Vector(0.42, 0.035, 0.05)
        lip = natural.mixed(paint, view.grooming.lipstick * 0.7)
    }

    /// The painted colour, shine and shading of a point.
    struct Paint {
        var colour: Vector
        var shine: Float
        var shade: Float
    }

    /// Whether a position is near enough to the mouth to be painted.
    @inline(__always)
    func covers(x: Float, y: Float) -> Bool {
        let d = y - shape.centre
        return x > -36 && x < 36 && d < 26 && d > -40
    }

    func paint(_ skin: Vector, x: Float, y: Float) -> Paint {
        var paint = Paint(colour: skin, shine: 0, shade: 0)
        guard let s = shape.section(x) else { return paint }
        let t = x / shape.halfWidth
        let inLips =
            PortableMath.smoothstep(-1, 0.9, min(s.top - y, y - s.bottom))
            * PortableMath.smoothstep(1, 0.9, t < 0 ? -t : t)
        guard inLips > 0 else { return paint }
        let above = y > (s.upperEdge + s.lowerEdge) * 0.5
        paint.colour = skin.mixed(lip * (above ? 0.84 : 1), inLips)
        paint.shine =
            above
            ? 0.1
            : 0.35
                * PortableMath.bump(
                    (s.lowerEdge - y) / max(s.lowerEdge - s.bottom, 1) * 2 - 1)
        let gap = s.upperEdge - s.lowerEdge
        let line = PortableMath.bump((y - (s.upperEdge + s.lowerEdge) * 0.5) / (1.7 + gap * 0.5))
        paint.colour *= 1 - 0.62 * line
        let opened = PortableMath.smoothstep(0.3, 1.8, gap)
        let inside =
            opened * PortableMath.smoothstep(-0.7, 0.7, min(s.upperEdge - y, y - s.lowerEdge))
        if inside > 0 { cavity(&paint, inside, t, s.upperEdge - y, gap) }
        return paint
    }

    private func cavity(
        _ paint: inout Paint, _ cover: Float, _ t: Float, _ depth: Float, _ gap: Float
    ) {
        let dark = Vector(0.035, 0.010, 0.010)
        let shown = 2.5 + 5 * PortableMath.clamp(smile, 0, 1) + 0.12 * gap
        let upper = PortableMath.smoothstep(shown + 0.8, shown - 0.8, depth)
        let position = t * shape.halfWidth * 0.125
        let off = position - Float(Int(position + 16.5) - 16)
        let seam = 1 - 0.2 * PortableMath.bump((0.5 - (off < 0 ? -off : off)) / 0.12)
        let sides = 1 - 0.75 * t * t
        let tooth = Vector(0.62, 0.57, 0.47) * (seam * sides)
        let colour = dark.mixed(tooth, upper * PortableMath.smoothstep(1, 0.75, t < 0 ? -t : t))
        paint.colour = paint.colour.mixed(colour, cover)
        paint.shine *= 1 - cover
        paint.shade = 0.35 * cover
    }
}
