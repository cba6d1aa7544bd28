/// A position on the skin.
struct SkinPosition {
    /// Frontal coordinates in millimetres.
    let x, y: Float
    /// Distance around the head from its front, in millimetres.
    let along: Float
    /// Whether it is in front of the ears.
    let front: Bool
}

/// Paints the skin's colour and the ambient light that reaches it.
struct SkinPainter {
    private let identity: FaceIdentity
    private let surface: HeadSurface
    private let noise: NoiseSampler
    private let base: Vector
    private let brow: BrowPainter

    init(_ identity: FaceIdentity, _ surface: HeadSurface, _ noise: NoiseSampler) {
        self.identity = identity
        self.surface = surface
        self.noise = noise
        base = SkinTone.colour(
            melanin: identity.skin.melanin, undertone: identity.skin.undertone)
        brow = BrowPainter(identity, noise)
    }

    /// Linear colour, and in `w` the ambient light that reaches the point.
    func paint(_ position: SkinPosition) -> SIMD4<Float> {
        var colour = base * texture(position)
        var light: Float = 1
        if position.front {
            let side = position.x < 0 ? -position.x : position.x
            colour *= flush(side, position.y)
            colour *= eyeShade(side, position.y)
            colour = freckled(colour, position, side)
            light = occlusion(side, position.y)
            light *= lines(position, side)
            colour = marked(colour, position)
            colour = brow.paint(colour, side, position)
            let nostril = nostrils(side, position.y)
            colour *= 1 - 0.88 * nostril
        }
        light *=
            1 - 0.4
            * PortableMath.smoothstep(surface.chinHeight - 8, surface.chinHeight - 22, position.y)
        return SIMD4(colour, light)
    }

    /// Pores and blotches.
    private func texture(_ position: SkinPosition) -> Vector {
        let origin = identity.skin.textureOrigin
        let fine = noise(position.along * 0.55 + origin.x, position.y * 0.55 + origin.y)
        let coarse = noise(position.along * 0.09 + origin.y, position.y * 0.09 + origin.x)
        let blotch = 0.11 * identity.skin.blotches * coarse
        let grain = (0.02 + 0.03 * identity.skin.blotches) * fine
        return Vector(1 + grain + 0.4 * blotch, 1 + grain + blotch, 1 + grain + blotch)
    }

    /// Blood in cheeks and nose.
    private func flush(_ x: Float, _ y: Float) -> Vector {
        let nose = -identity.nose.length
        let cheek = PortableMath.bump((x - 36) / 26, (y + 34) / 24)
        let tip = 0.7 * PortableMath.bump(x / 18, (y - nose) / 15)
        let chin = 0.3 * PortableMath.bump(x / 18, (y - surface.chinHeight) / 14)
        let strength =
            (0.1 + identity.skin.flush) * (cheek + tip + chin)
            * (1 - 0.6 * identity.skin.melanin)
        return Vector(1 + 0.08 * strength, 1 - 0.30 * strength, 1 - 0.24 * strength)
    }

    /// Dark rings.
    private func eyeShade(_ x: Float, _ y: Float) -> Vector {
        let dx = x - identity.eyes.spacing
        let ring =
            PortableMath.bump((dx + 3) / 20, (y + 9) / 12)
            + 0.5 * PortableMath.bump((dx + 2) / 20, (y - 5) / 12)
        let strength = identity.skin.eyeShade * ring
        return Vector(1 - 0.30 * strength, 1 - 0.40 * strength, 1 - 0.34 * strength)
    }

    private func freckled(_ colour: Vector, _ position: SkinPosition, _ x: Float) -> Vector {
        let density = identity.skin.freckles
        guard density > 0, position.y < 35, position.y > -75 else { return colour }
        let region = PortableMath.bump(x / 66, (position.y + 22) / 52)
        let origin = identity.skin.textureOrigin
        let spot = noise(position.x * 0.38 + origin.y, position.y * 0.38 + origin.x)
        let cover = PortableMath.smoothstep(0.62, 0.95, spot + 0.5 * density * region) * region
        return colour
            * (Vector(1, 1, 1) - Vector(0.38, 0.55, 0.62) * (cover * (0.4 + 0.6 * density)))
    }

    private func marked(_ colour: Vector, _ position: SkinPosition) -> Vector {
        var colour = colour
        for mark in identity.marks {
            let d = SIMD2(position.x, position.y) - mark.position
            let along = (d.x * mark.direction.x + d.y * mark.direction.y) / mark.radii.x
            let across = (d.y * mark.direction.x - d.x * mark.direction.y) / mark.radii.y
            let square = along * along + across * across
            if square < 2.2 {
                let cover = PortableMath.smoothstep(2.2, 0.5, square)
                colour *= Vector(1, 1, 1).mixed(mark.tint, cover)
            }
        }
        return colour
    }

    private func nostrils(_ x: Float, _ y: Float) -> Float {
        let nose = identity.nose
        let dx = x - nose.wings * 0.5
        let dy = y + nose.length + 6.4 - 0.5 * nose.upturn
        let size = nose.nostrils
        return PortableMath.smoothstep(
            1.3, 0.3,
            (dx * dx) / (13 * size) + (dy * dy) / (5.5 * size * (1 + 0.1 * max(nose.upturn, 0))))
    }

    /// Light lost in hollows.
    private func occlusion(_ x: Float, _ y: Float) -> Float {
        typealias M = PortableMath
        let (eyes, nose, mouth) = (identity.eyes, identity.nose, identity.mouth)
        var dark: Float = 0
        if y > -30 {
            let dx = x - eyes.spacing
            dark += (0.10 + 0.022 * eyes.depth) * M.bump((dx + 2) / 24, (y - 3) / 14)
            dark += 0.26 * M.bump((x - eyes.spacing + eyes.halfWidth + 4) / 8, (y - 3) / 11)
        }
        if y < 0, y > -70 {
            dark += 0.34 * M.bump((x - nose.wings - 1.5) / 4, (y + nose.length + 2) / 9)
            dark += 0.34 * M.bump(x / (nose.wings + 4), (y + nose.length + 9.5) / 6)
            dark += 0.20 * mouth.philtrum * M.bump(x / 3.4, (y + nose.length + 15) / 9)
        }
        if y < -25 {
            dark += (0.08 + 0.3 * identity.skin.folds) * surface.fold(x, y)
            dark += 0.26 * M.bump(x / 19, (y + mouth.height + mouth.lowerLip + 4.5) / 6)
            dark += 0.22 * M.bump((x - mouth.halfWidth - 2) / 5, (y + mouth.height) / 6)
        }
        return 1 - min(dark, 0.75)
    }

    /// Wrinkles of the forehead and beside the eyes.
    private func lines(_ position: SkinPosition, _ x: Float) -> Float {
        let skin = identity.skin
        let (y, brows) = (position.y, identity.brows.height)
        var dark: Float = 0
        if skin.foreheadLines > 0.05, y > brows + 6, x < 48 {
            let wave = noise(position.x * 0.06 + skin.textureOrigin.x, y * 0.02)
            let phase = (y - brows + 3 * wave) / 8.5
            let across = (phase - Float(Int(phase + 0.5))) * 8.5
            dark +=
                0.3 * skin.foreheadLines * PortableMath.bump(across / 2)
                * PortableMath.smoothstep(48, 25, x) * PortableMath.smoothstep(62, 45, y)
        }
        let dx = x - identity.eyes.spacing - identity.eyes.halfWidth
        let years = PortableMath.smoothstep(35, 75, skin.age)
        if years > 0, dx > 1, dx < 18, y > -14, y < 12 {
            let phase = (y + 1) / (2.2 + 0.3 * dx)
            let across = phase - Float(Int(phase + 8.5) - 8)
            dark +=
                0.28 * years * PortableMath.bump(across / 0.35)
                * PortableMath.bump((dx - 8) / 10)
        }
        return 1 - dark
    }
}
