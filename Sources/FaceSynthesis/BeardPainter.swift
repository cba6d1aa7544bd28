/// Computes the density of the beard on the skin.
struct BeardPainter {
    private let identity: FaceIdentity
    private let noise: NoiseSampler

    init(_ identity: FaceIdentity, _ noise: NoiseSampler) {
        self.identity = identity
        self.noise = noise
    }

    /// Density at a position, including the beard's grain; 0...1.
    func density(_ position: SkinPosition) -> Float {
        guard position.front, position.y < 4 else { return 0 }
        let x = position.x < 0 ? -position.x : position.x
        let beard = identity.beard
        let lip = moustache(x, position.y)
        let chin = chin(x, position.y)
        let jaw = jaw(x, position.y)
        let grown = max(beard.moustache * lip, max(beard.chin * chin, beard.cheeks * jaw))
        let shaven = 0.42 * beard.shadow * max(jaw, max(chin, lip))
        let grain = noise(position.along * 0.6, position.y * 0.3 + 40)
        return PortableMath.clamp(max(grown, shaven) * (1 + 0.32 * grain), 0, 1)
    }

    /// Between nose and lip, falling to the corners of the mouth.
    private func moustache(_ x: Float, _ y: Float) -> Float {
        let half = identity.mouth.halfWidth + 4
        let t = x / half
        let line = -identity.mouth.height - 7 * t * t
        let above = PortableMath.smoothstep(line + 16, line + 11, y)
        let below = PortableMath.smoothstep(line - 5, line + 1, y)
        return above * below * PortableMath.smoothstep(1.15, 0.85, t)
    }

    /// The chin, and the sides of the mouth up to the moustache.
    private func chin(_ x: Float, _ y: Float) -> Float {
        let (half, lip) = (identity.mouth.halfWidth, -identity.mouth.height)
        let under = lip - identity.mouth.lowerLip - 4 + 0.008 * x * x
        let tuft =
            PortableMath.smoothstep(under + 2, under - 4, y)
            * PortableMath.smoothstep(half + 9, half - 1, x)
        let dx = (x - half - 3) / 8
        let side = PortableMath.bump(dx, (y - lip + 12) / 22)
        return max(tuft, min(side * 1.6, 1) * identity.beard.moustache)
    }

    /// Cheeks and jaw below a line from the ear to the mouth's corner.
    private func jaw(_ x: Float, _ y: Float) -> Float {
        let (reach, lip) = (identity.beard.reach, -identity.mouth.height)
        let t = PortableMath.clamp((x - 26) / 40, 0, 1)
        let rise = (6 + 22 * reach) * t * t + 40 * PortableMath.smoothstep(0.6, 1, t)
        let line = lip + 12 * reach + rise
        let below = PortableMath.smoothstep(line + 4, line - 5, y)
        let beside = PortableMath.smoothstep(19, 29, x)
        let under = PortableMath.smoothstep(lip - 12, lip - 20, y)
        return below * max(beside, under)
    }
}
