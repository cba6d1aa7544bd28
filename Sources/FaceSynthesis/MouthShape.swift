/// The outline of a mouth in one picture, in frontal coordinates.
///
/// From top to bottom: the upper lip's border, the two edges of the gap between the lips, the lower
/// lip's border. All meet at the corners.
struct MouthShape: Sendable {
    /// Height of the line between the closed lips, at the midline.
    let centre: Float
    let halfWidth: Float
    let lift: Float
    /// Gap between the lips at the midline.
    let gap: Float
    private let upper: Float
    private let lower: Float
    private let bow: Float

    init(_ traits: MouthTraits, _ expression: Expression) {
        let smile = expression.smile
        centre = -traits.height
        let stretch = 1 + 0.2 * max(smile, 0) - 0.28 * expression.pucker
        gap = expression.jaw
        halfWidth = traits.halfWidth * (stretch - 0.006 * gap)
        lift = traits.cornerLift + 6 * smile
        let full = 1 - 0.24 * max(smile, 0) + 0.35 * expression.pucker
        upper = traits.upperLip * full
        lower = traits.lowerLip * full
        bow = traits.bow * (1 - 0.7 * max(smile, 0))
    }

    /// Heights of the outlines at a distance from the face's midline.
    struct Section {
        /// Upper border, upper edge of the gap, lower edge of the gap, lower border.
        let top, upperEdge, lowerEdge, bottom: Float
    }

    /// The outlines at `x`, or nil beyond the corners.
    @inline(__always)
    func section(_ x: Float) -> Section? {
        let t = x / halfWidth
        let q = 1 - t * t
        guard q > 0 else { return nil }
        let line = centre + lift * t * t - 0.8 * q * q
        let side = t < 0 ? -t : t
        let peaks = PortableMath.bump((side - 0.24) / 0.3)
        let dip = PortableMath.bump(t / 0.2)
        let rise = upper * q * (0.72 + 0.28 * q) + bow * (0.55 * peaks - 0.6 * dip)
        let fall = lower * q * (0.62 + 0.38 * q)
        let opened = q * (0.6 + 0.4 * q)
        let upperEdge = line + 0.22 * gap * opened
        let lowerEdge = line - 0.78 * gap * opened
        return Section(
            top: upperEdge + rise, upperEdge: upperEdge, lowerEdge: lowerEdge,
            bottom: lowerEdge - fall)
    }

    /// Forward displacement of the lips and of the mouth's inside.
    func relief(x: Float, y: Float, protrusion: Float) -> Float {
        guard let s = section(x) else { return 0 }
        let fade = min(1, (1 - (x / halfWidth) * (x / halfWidth)) * 2.2)
        let out = 2.6 + 0.5 * protrusion
        if y > s.upperEdge { return fade * Self.roll(y - s.upperEdge, s.top - s.upperEdge, out) }
        if y < s.lowerEdge {
            return fade * Self.roll(s.lowerEdge - y, s.lowerEdge - s.bottom, out + 0.8)
        }
        return -min(7, 0.8 * gap) * fade
    }

    /// The rounded profile of a lip, `distance` from the gap.
    private static func roll(_ distance: Float, _ height: Float, _ out: Float) -> Float {
        let q = distance / (height * 1.15 + 0.5)
        return q < 1 ? out * 3.2 * q * (1 - q) * (1.25 - 0.5 * q) : 0
    }
}
