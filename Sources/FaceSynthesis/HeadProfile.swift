/// A head without features: half width, depth of the front and of the back at each height.
///
/// The cross-section at a height is half an ellipse in front of the axis through the ears and
/// half an ellipse behind it, flattened by ``HeadTraits/flatness``.
struct HeadProfile: Sendable {
    /// Tabulated heights: one per millimetre from `lowest`.
    private static let lowest = -240
    private static let count = 400

    private let width: [Float]
    private let front: [Float]
    private let back: [Float]
    private let flatness: Float
    /// Height of the crown, and of the lowest point below the chin.
    let top: Float
    let bottom: Float

    private static let heights: [Float] = [
        -136, -126, -118, -110, -98, -82, -62, -40, -18, 2, 22, 42, 60,
    ]
    private static let widths: [Float] = [
        8, 16, 23, 29, 38.5, 49.5, 58, 64, 67.5, 69.5, 71, 72, 72.5,
    ]
    private static let fronts: [Float] = [
        40, 62, 78, 83.5, 84, 84.5, 86, 87.5, 88.5, 89.5, 91.5, 93, 94,
    ]
    private static let backs: [Float] = [
        30, 36, 40, 46, 52, 58, 68, 80, 90, 94, 96, 97, 98,
    ]

    init(_ identity: FaceIdentity) {
        let head = identity.head
        let stretch = identity.mouth.height / 71
        let map = { (y: Float) -> Float in
            let mouth = -identity.mouth.height
            return y > mouth ? y / stretch : -71 + (y - mouth) / head.chinLength
        }
        var (width, front, back) = ([Float](), [Float](), [Float]())
        for row in 0..<Self.count {
            let actual = Float(row + Self.lowest)
            let (y, cap) = Self.capped(map(actual), crown: head.crown)
            width.append(Self.width(at: y, head) * cap.side)
            front.append(Self.front(at: y, head) * cap.front)
            back.append(Self.interpolate(Self.backs, at: y) * cap.side)
        }
        (self.width, self.front, self.back) = (width, front, back)
        flatness = head.flatness
        top = head.crown
        bottom = -identity.mouth.height - 57 * head.chinLength
    }

    /// Closes the skull: factors that fall to 0 at the crown.
    private static func capped(
        _ y: Float, crown: Float
    ) -> (y: Float, cap: (side: Float, front: Float)) {
        let s = PortableMath.clamp((y - 34) / (crown - 34), 0, 1)
        let side = (1 - s * s * s).squareRoot() * (1 - 0.1 * s)
        let front = (1 - s * s * s).squareRoot() * (1 - 0.16 * s * s)
        return (min(y, 60), (side, front))
    }

    private static func width(at y: Float, _ head: HeadTraits) -> Float {
        let forehead = 1 + (head.foreheadWidth - 1) * PortableMath.smoothstep(0, 45, y)
        let jaw = 1 + (head.jawWidth - 1) * PortableMath.bump((y + 80) / 62)
        let chin = 1 + (head.chinWidth - 1) * PortableMath.bump((y + 116) / 34)
        let bones = head.cheekbones * PortableMath.bump((y + 20) / 42)
        let flesh = head.cheeks * 0.7 * PortableMath.bump((y + 58) / 40)
        return (interpolate(widths, at: y) * forehead * jaw * chin + bones + flesh) * head.width
    }

    private static func front(at y: Float, _ head: HeadTraits) -> Float {
        let lean = head.foreheadSlope * PortableMath.smoothstep(18, 75, y)
        return interpolate(fronts, at: y) - lean
    }

    /// Cubic Hermite interpolation with slopes from neighbouring differences.
    private static func interpolate(_ values: [Float], at y: Float) -> Float {
        let last = heights.count - 1
        guard y > heights[0] else { return values[0] }
        guard y < heights[last] else { return values[last] }
        var cell = 0
        while heights[cell + 1] <= y { cell += 1 }
        let slope = { (at: Int) -> Float in
            let (low, high) = (max(at - 1, 0), min(at + 1, last))
            return (values[high] - values[low]) / (heights[high] - heights[low])
        }
        let span = heights[cell + 1] - heights[cell]
        let t = (y - heights[cell]) / span
        let (t2, t3) = (t * t, t * t * t)
        return values[cell] * (2 * t3 - 3 * t2 + 1) + values[cell + 1] * (3 * t2 - 2 * t3)
            + span * (slope(cell) * (t3 - 2 * t2 + t) + slope(cell + 1) * (t3 - t2))
    }

    private func lookUp(_ table: [Float], _ y: Float) -> Float {
        let position = PortableMath.clamp(y - Float(Self.lowest), 0, Float(Self.count) - 1.001)
        let cell = Int(position)
        return table[cell] + (table[cell + 1] - table[cell]) * (position - Float(cell))
    }

    /// Half width at a height.
    func width(at y: Float) -> Float { lookUp(width, y) }

    /// Half width, front depth and back depth at a height.
    func section(at y: Float) -> Vector {
        Vector(lookUp(width, y), lookUp(front, y), lookUp(back, y))
    }

    /// The point of a section in the direction whose sine (sideways) and cosine (forwards) are
    /// given; y is left 0.
    @inline(__always)
    func point(section: Vector, sine: Float, cosine: Float) -> Vector {
        let (s2, c2) = (sine * sine, cosine * cosine)
        let square = 1 / (s2 * s2 + c2 * c2).squareRoot().squareRoot()
        let radius = cosine > 0 ? PortableMath.mix(1, square, 0.75 * flatness) : 1
        let depth = cosine > 0 ? section.y : section.z
        return Vector(section.x * sine * radius, 0, depth * cosine * radius)
    }
}
