/// Paints the brows onto the skin.
struct BrowPainter {
    private let traits: BrowTraits
    private let noise: NoiseSampler
    private let colour: Vector
    private let origin: SIMD2<Float>

    init(_ identity: FaceIdentity, _ noise: NoiseSampler) {
        traits = identity.brows
        self.noise = noise
        let hair = identity.hair
        let melanin = hair.melanin + (1 - hair.melanin) * 0.65 * identity.brows.darkness
        let natural = SkinTone.hair(
            melanin: max(melanin, 0.32), red: hair.red, grey: 0.45 * hair.grey)
        // On dark skin, brows still look darker than their surroundings.
        let skin = SkinTone.colour(melanin: identity.skin.melanin, undertone: 0)
        let limit = 0.5 * skin.luminance + 0.05 * hair.grey
        colour = natural * min(1, limit / natural.luminance)
        origin = identity.skin.textureOrigin
    }

    /// The skin's colour with the brow over it; `x` is the distance from the face's midline.
    func paint(_ skin: Vector, _ x: Float, _ position: SkinPosition) -> Vector {
        let t = (x - traits.gap) / traits.length
        guard t > -0.12, t < 1.08, position.y > 4, position.y < 46 else { return skin }
        let rise = traits.arch * PortableMath.bump((t - 0.62) / 0.62) + traits.tilt * t
        let line = traits.height - 1.2 + rise
        let swell = PortableMath.smoothstep(-0.1, 0.16, t) * (1 - 0.62 * max(t, 0) * max(t, 0))
        let half = 0.5 * traits.thickness * swell
        let off = position.y - line
        let strand = noise(x * 0.85 - off * 0.55 + origin.x, off * 0.3 + origin.y)
        let edge = PortableMath.smoothstep(
            half + 1.1, half - 1.1, (off < 0 ? -off : off) + 0.9 * strand)
        let ends = PortableMath.smoothstep(-0.12, 0.08, t) * PortableMath.smoothstep(1.08, 0.86, t)
        let cover = edge * ends * traits.density * (0.88 + 0.25 * strand)
        return skin.mixed(colour, PortableMath.clamp(cover, 0, 1))
    }
}
