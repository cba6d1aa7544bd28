/// A point or direction in millimetres, x to the picture's right, y up, z towards the camera;
/// or a colour as linear light in red, green, blue.
typealias Vector = SIMD3<Float>

extension SIMD3<Float> {
    /// Scalar product, added from left to right.
    @inline(__always)
    func dot(_ other: Self) -> Float { x * other.x + y * other.y + z * other.z }

    /// Cross product.
    @inline(__always)
    func cross(_ o: Self) -> Self {
        Self(y * o.z - z * o.y, z * o.x - x * o.z, x * o.y - y * o.x)
    }

    /// The same direction with length 1; +z for a null vector.
    @inline(__always)
    var normalised: Self {
        let square = dot(self)
        return square > 1e-20 ? self * (1 / square.squareRoot()) : Self(0, 0, 1)
    }

    /// Linear interpolation from this at 0 to `other` at 1.
    @inline(__always)
    func mixed(_ other: Self, _ t: Float) -> Self { self + (other - self) * t }

    /// Relative luminance of linear light (Rec. 709).
    @inline(__always)
    var luminance: Float { 0.2126 * x + 0.7152 * y + 0.0722 * z }
}

/// A rotation as the three rows of its matrix.
struct Rotation: Sendable {
    var rows: (Vector, Vector, Vector)

    /// Rotates by `yaw` about y (positive: towards the picture's right), then by `pitch` about x
    /// (positive: looking down), then by `roll` about z (positive: counter-clockwise); radians.
    init(yaw: Float, pitch: Float, roll: Float) {
        let (sy, cy) = (PortableMath.sine(yaw), PortableMath.cosine(yaw))
        let (sp, cp) = (PortableMath.sine(pitch), PortableMath.cosine(pitch))
        let (sr, cr) = (PortableMath.sine(roll), PortableMath.cosine(roll))
        let first = Vector(cy, 0, sy)
        let second = Vector(sp * sy, cp, -sp * cy)
        let third = Vector(-cp * sy, sp, cp * cy)
        rows = (first * cr - second * sr, first * sr + second * cr, third)
    }

    @inline(__always)
    func callAsFunction(_ v: Vector) -> Vector {
        Vector(rows.0.dot(v), rows.1.dot(v), rows.2.dot(v))
    }
}
