import SeededRandom

/// The light. Directions point from the face to the light; colours are linear.
struct Lighting: Sendable, Hashable {
    /// Direction of the strongest light.
    var keyDirection: SIMD3<Float>
    /// Colour and strength of the strongest light.
    var key: SIMD3<Float>
    /// 0 wide and soft to 1 small and hard.
    var hardness: Float
    /// Direction of a second light.
    var fillDirection: SIMD3<Float>
    /// Colour and strength of the second light.
    var fill: SIMD3<Float>
    /// Light from above.
    var sky: SIMD3<Float>
    /// Light from below.
    var ground: SIMD3<Float>

    init(from stream: inout SeededRandom, _ strength: Float) {
        keyDirection = Self.direction(&stream, spread: 1.0 * strength, height: 0.45)
        let (level, warmth) = (stream.normal(0, 0.3), stream.normal(0, 0.55))
        key =
            Self.colour(0.7 * warmth * strength) * PortableMath.exponential(level * strength) * 0.95
        hardness = PortableMath.clamp(0.35 + stream.normal(0, 0.35) * strength, 0, 1)
        fillDirection = Self.direction(&stream, spread: 1.4, height: 0.1)
        let (second, tone) = (stream.uniform(0, 0.6), stream.normal(0, 0.8))
        fill = Self.colour(0.7 * tone * strength) * second * (0.3 + 0.7 * strength) * 0.7
        let (ambient, cast) = (stream.uniform(-1, 1), stream.normal(0, 0.5))
        let dim = 0.34 * PortableMath.exponential(0.6 * ambient * strength)
        sky = Self.colour((cast - 0.3) * strength) * dim
        let (bounce, hue) = (stream.uniform(0.2, 0.8), stream.normal(0.3, 0.5))
        ground = Self.colour(hue * strength) * dim * bounce
    }

    private static func direction(
        _ stream: inout SeededRandom, spread: Float, height: Float
    ) -> Vector {
        let x = stream.normal(0, 0.75) * spread
        let y = height + stream.normal(0, 0.5) * spread
        let z = 1 + stream.normal(0, 0.25) * spread
        return Vector(x, y, PortableMath.clamp(z, 0.15, 2)).normalised
    }

    /// The tint of a light: warm for positive values, cool for negative ones.
    private static func colour(_ warmth: Float) -> Vector {
        let w = PortableMath.clamp(warmth, -1.6, 1.6)
        return Vector(
            PortableMath.exponential(0.2 * w), 1, PortableMath.exponential(-0.34 * w))
    }
}

/// Computes the diffuse and specular light on surfaces.
struct Illumination {
    let keyDirection: Vector
    /// The key light's reflection in a wet eye.
    let glint: Vector
    private let lighting: Lighting
    private let half: Vector
    private let wrap: Vector
    private let wrapScale: Vector

    init(_ lighting: Lighting) {
        self.lighting = lighting
        keyDirection = lighting.keyDirection
        glint = lighting.key * 0.55 + lighting.sky * 0.4
        half = (lighting.keyDirection + Vector(0, 0, 1)).normalised
        // Light scatters within the skin, red the farthest.
        wrap = Vector(0.34, 0.24, 0.20) * (1.25 - 0.7 * lighting.hardness)
        wrapScale = Vector(1, 1, 1) / (Vector(1, 1, 1) + wrap)
    }

    /// Light that falls on a surface.
    ///
    /// - Parameters:
    ///   - normal: Unit normal towards the viewer.
    ///   - open: Fraction of the surroundings visible from the point, 0 to 1.
    ///   - lit: Fraction of the key light that reaches the point, 0 to 1.
    /// - Returns: Linear light, to be multiplied by the surface's colour.
    @inline(__always)
    func diffuse(_ normal: Vector, open: Float, lit: Float) -> Vector {
        let facing = normal.dot(keyDirection)
        var direct = (Vector(repeating: facing) + wrap) * wrapScale
        direct.clamp(lowerBound: .zero, upperBound: Vector(1, 1, 1))
        let second = max((normal.dot(lighting.fillDirection) + 0.4) * 0.714, 0)
        let up = normal.y * 0.5 + 0.5
        let ambient = lighting.ground + (lighting.sky - lighting.ground) * up
        let partly = 0.45 + 0.55 * open
        return lighting.key * direct * (lit * partly) + lighting.fill * (second * partly)
            + ambient * open
    }

    /// The specular reflection of the key light.
    @inline(__always)
    func shine(_ normal: Vector, sharpness: Int, lit: Float) -> Vector {
        var s = max(normal.dot(half), 0)
        for _ in 0..<sharpness { s *= s }
        return lighting.key * (s * lit)
    }
}
