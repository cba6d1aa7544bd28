import FaceData

/// Maps the head's coordinates to the aligned picture.
///
/// The head is rotated and projected in perspective; then the picture is scaled, rotated and
/// shifted by the least-squares similarity transform that brings eyes, nose and mouth to their
/// positions in face recognition crops, as real crops are made (Umeyama, 1991).
struct Projection: Sendable {
    /// insightface's five points in a crop of 112 × 112.
    static let template: [SIMD2<Float>] = FacePoints.template(side: 112).points.map {
        SIMD2(Float($0.x), Float($0.y))
    }

    let rotation: Rotation
    private let distance: Float
    private let pivot: Vector
    /// The similarity transform as a complex factor and a translation, in samples.
    private let factor: SIMD2<Float>
    private let shift: SIMD2<Float>

    /// Samples per millimetre at the face.
    var scale: Float { (factor.x * factor.x + factor.y * factor.y).squareRoot() }

    /// Frames a head whose five points of ``template`` are `landmarks` in a picture of `side`
    /// samples.
    init(landmarks: [Vector], view: FaceView, side: Int) {
        let pose = view.pose
        rotation = Rotation(yaw: pose.yaw, pitch: pose.pitch, roll: pose.roll)
        distance = pose.distance
        pivot = Vector(0, -25, 0)
        let seen = landmarks.map { [rotation, distance, pivot] in
            Self.flatten(rotation($0 - pivot), distance)
        }
        let unit = Float(side) / 112
        let wanted = Self.template.map { Self.misaligned($0, view.camera) * unit }
        (factor, shift) = Self.similarity(from: seen, to: wanted)
    }

    @inline(__always)
    private static func flatten(_ turned: Vector, _ distance: Float) -> SIMD2<Float> {
        let near = distance / (distance - turned.z)
        return SIMD2(turned.x * near, -turned.y * near)
    }

    private static func misaligned(_ point: SIMD2<Float>, _ camera: Camera) -> SIMD2<Float> {
        let d = (point - SIMD2(56, 70)) * camera.scale
        let (s, c) = (PortableMath.sine(camera.rotation), PortableMath.cosine(camera.rotation))
        return SIMD2(d.x * c - d.y * s, d.x * s + d.y * c) + SIMD2(56, 70) + camera.shift * 112
    }

    /// The least-squares factor and shift of points as complex numbers: b ≈ factor · a + shift.
    private static func similarity(
        from a: [SIMD2<Float>], to b: [SIMD2<Float>]
    ) -> (factor: SIMD2<Float>, shift: SIMD2<Float>) {
        let count = Float(a.count)
        let (meanA, meanB) = (a.reduce(.zero, +) / count, b.reduce(.zero, +) / count)
        var (real, imaginary, square) = (Float(0), Float(0), Float(1e-9))
        for (p, q) in zip(a, b) {
            let (d, e) = (p - meanA, q - meanB)
            real += d.x * e.x + d.y * e.y
            imaginary += d.x * e.y - d.y * e.x
            square += d.x * d.x + d.y * d.y
        }
        let factor = SIMD2(real / square, imaginary / square)
        return (factor, meanB - product(factor, meanA))
    }

    @inline(__always)
    private static func product(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> SIMD2<Float> {
        SIMD2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x)
    }

    /// Position in samples and depth in millimetres of a point of the head.
    @inline(__always)
    func position(_ point: Vector) -> Vector {
        let turned = rotation(point - pivot)
        let flat = Self.product(factor, Self.flatten(turned, distance)) + shift
        return Vector(flat.x, flat.y, turned.z)
    }
}
