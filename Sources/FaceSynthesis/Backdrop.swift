import SeededRandom

/// The background: a gradient with soft shapes, generated from a seed.
struct Backdrop: Sendable, Hashable {
    /// The seed of the shapes.
    var seed: UInt64
    /// Linear colour at the top.
    var upper: SIMD3<Float>
    /// Linear colour at the bottom.
    var lower: SIMD3<Float>
    /// Number of shapes in front of the gradient.
    var shapes: Int
    /// Colour of the clothes.
    var clothes: SIMD3<Float>

    init(from stream: inout SeededRandom) {
        seed = stream.next()
        upper = Self.colour(&stream)
        let plain = stream.chance(0.3)
        let other = Self.colour(&stream)
        lower = plain ? upper * 0.8 : other
        let count = 1 + stream.below(6)
        shapes = plain ? 0 : count
        clothes = Self.colour(&stream)
    }

    static func colour(_ stream: inout SeededRandom) -> Vector {
        let level = stream.uniform()
        let tint = Vector(
            stream.uniform(0.4, 1.3), stream.uniform(0.4, 1.3), stream.uniform(0.4, 1.3))
        let grey = stream.uniform()
        return (tint.mixed(Vector(repeating: 0.85), grey)) * (0.01 + 0.85 * level * level)
    }
}

/// Renders a ``Backdrop``.
struct BackdropPainter {
    private struct Shape {
        let centre, axis: SIMD2<Float>
        let radii: SIMD2<Float>
        let softness: Float
        let boxed: Bool
        let colour: Vector
    }

    private let backdrop: Backdrop
    private let shapes: [Shape]
    private let grain: Float
    private let origin: SIMD2<Float>
    private let noise: NoiseSampler

    init(_ backdrop: Backdrop, _ noise: NoiseSampler) {
        self.backdrop = backdrop
        self.noise = noise
        var stream = SeededRandom(seed: backdrop.seed, "backdrop")
        grain = stream.uniform(0, 0.5)
        origin = SIMD2(stream.uniform(0, 128), stream.uniform(0, 128))
        shapes = (0..<max(backdrop.shapes, 0)).map { _ in
            let turn = stream.uniform(-0.6, 0.6)
            return Shape(
                centre: SIMD2(stream.uniform(-0.1, 1.1), stream.uniform(-0.1, 1.1)),
                axis: SIMD2(PortableMath.cosine(turn), PortableMath.sine(turn)),
                radii: SIMD2(stream.uniform(0.05, 0.5), stream.uniform(0.05, 0.6)),
                softness: stream.uniform(0.03, 0.3), boxed: stream.chance(0.6),
                colour: Backdrop.colour(&stream))
        }
    }

    /// Linear colour at a position in picture widths from the upper left corner.
    func colour(_ x: Float, _ y: Float) -> Vector {
        var colour = backdrop.upper.mixed(backdrop.lower, PortableMath.smoothstep(0, 1, y))
        for shape in shapes {
            let d = SIMD2(x, y) - shape.centre
            let a = (d.x * shape.axis.x + d.y * shape.axis.y) / shape.radii.x
            let b = (d.y * shape.axis.x - d.x * shape.axis.y) / shape.radii.y
            let far =
                shape.boxed
                ? max(a < 0 ? -a : a, b < 0 ? -b : b) : (a * a + b * b).squareRoot()
            if far < 1 {
                colour = colour.mixed(
                    shape.colour, PortableMath.smoothstep(1, 1 - shape.softness, far))
            }
        }
        return colour * (1 + grain * noise(x * 9 + origin.x, y * 9 + origin.y))
    }
}
