/// The relief of a face: how far sockets, nose, cheeks and chin protrude from or recede behind the
/// smooth head of ``HeadProfile``, as a function of frontal coordinates.
struct HeadSurface: Sendable {
    let identity: FaceIdentity
    let profile: HeadProfile
    private let nose: NoseRelief

    init(_ identity: FaceIdentity) {
        self.identity = identity
        profile = HeadProfile(identity)
        nose = NoseRelief(identity.nose)
    }

    /// Height of the chin's most prominent point.
    var chinHeight: Float { -identity.mouth.height - 38 * identity.head.chinLength }

    /// Forward displacement at a position of the face, without the lips.
    func relief(x: Float, y: Float) -> Float {
        let side = x < 0 ? -x : x
        guard y < 75, side < 72 else { return 0 }
        var z: Float = 0
        if y > -30 { z += upper(side, y) }
        if y < 20 { z += middle(side, y) }
        if y < -40 { z += lower(side, y) }
        return z + nose(x, y)
    }

    private func upper(_ x: Float, _ y: Float) -> Float {
        typealias M = PortableMath
        let (eyes, brows, head) = (identity.eyes, identity.brows, identity.head)
        let dx = x - eyes.spacing
        var z = -eyes.depth * M.bump((dx + 2) / 25, (y - 1) / 15)
        z += (2.5 + 0.35 * eyes.depth) * M.bump(dx / (eyes.halfWidth * 1.05), y / 10.5)
        z += (1.4 + eyes.bags * 1.3) * M.bump(dx / 14, (y + 13) / 5.5)
        z -= (1 + eyes.bags * 1.4) * M.bump(dx / 17, (y + 19) / 6)
        z += head.browRidge * M.bump((x - eyes.spacing * 0.85) / 30, (y - brows.height + 3) / 10)
        z -= 0.35 * head.browRidge * M.bump(x / 9, (y - brows.height - 2) / 12)
        z += 1.6 * M.bump((x - 24) / 26, (y - 52) / 22)
        return z
    }

    private func middle(_ x: Float, _ y: Float) -> Float {
        typealias M = PortableMath
        let head = identity.head
        var z = (2.4 + 0.9 * head.cheekbones) * M.bump((x - 45) / 24, (y + 24) / 20)
        z += head.cheeks * M.bump((x - 38) / 26, (y + 56) / 28)
        let mouth = -identity.mouth.height
        z += (2 + identity.mouth.protrusion) * M.bump(x / 33, (y - mouth) / 28)
        z -= (0.9 + 2.6 * identity.skin.folds) * fold(x, y)
        return z
    }

    /// The fold from the wing of the nose to the side of the mouth: 1 on it, falling to 0 at a
    /// distance of 4.5 mm.
    func fold(_ x: Float, _ y: Float) -> Float {
        let start = -identity.nose.length - 2
        let end = -identity.mouth.height - 4
        let t = PortableMath.clamp((y - start) / (end - start), 0, 1)
        let line =
            identity.nose.wings + 4 + t * (identity.mouth.halfWidth + 4 - identity.nose.wings)
        let beyond = y > start ? y - start : (y < end ? end - y : 0)
        return PortableMath.bump((x - line) / 4.5, beyond / 7)
    }

    private func lower(_ x: Float, _ y: Float) -> Float {
        typealias M = PortableMath
        let (head, mouth) = (identity.head, -identity.mouth.height)
        let chin = chinHeight
        var z = -3 * M.bump(x / 25, (y - mouth + 17 * head.chinLength) / 9)
        z += (1.5 + head.chinForward) * M.bump(x / (21 * head.chinWidth), (y - chin) / 17)
        z -= head.chinCleft * M.bump(x / 5, (y - chin + 1) / 13)
        z -= 1.3 * M.bump((x - 40) / 12, (y - mouth + 18) / 26)
        return z
    }
}

/// The nose's part of the relief.
struct NoseRelief: Sendable {
    private let traits: NoseTraits
    private let root: Float = 8

    init(_ traits: NoseTraits) { self.traits = traits }

    func callAsFunction(_ x: Float, _ y: Float) -> Float {
        guard y < root + 16, y > -traits.length - 18, x < 30, x > -30 else { return 0 }
        let side = x < 0 ? -x : x
        return max(ridge(side, y), 0) + wings(side, y)
    }

    /// From the root between the eyes down to the tip and back to the lip.
    private func ridge(_ x: Float, _ y: Float) -> Float {
        typealias M = PortableMath
        let s = (root - y) / (root + traits.length)
        let along = M.clamp(s, 0, 1)
        var height = M.mix(traits.bridge, traits.projection, along * (0.65 + 0.35 * along))
        height += traits.hump * M.bump((s - 0.42) / 0.34) + 2.2 * M.bump((s - 0.96) / 0.2)
        let base = 0.21 + 0.012 * traits.upturn
        if s > 1 { height *= 1 - ((s - 1) / base) * ((s - 1) / base) }
        if s < 0 { height *= M.smoothstep(-0.34, 0, s) }
        let width = M.mix(
            traits.bridgeWidth, traits.tipWidth, M.smoothstep(0.35, 0.95, s))
        let across = x / (width * 2.15)
        return height * M.bump(across)
    }

    private func wings(_ x: Float, _ y: Float) -> Float {
        typealias M = PortableMath
        let centre = -traits.length - 2.5 + 0.5 * traits.upturn
        let wing = 8.5 * M.bump((x - traits.wings + 3.5) / 8.5, (y - centre) / 8.5)
        return wing - 1.6 * M.bump((x - traits.wings - 4.5) / 4, (y - centre) / 8)
    }
}
