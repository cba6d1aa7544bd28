/// Frays the edge of the hair into strands.
struct StrandMask {
    /// Width of the frayed region inside the edge, in millimetres.
    static let band: Float = 9

    let noise: NoiseSampler
    let origin: SIMD2<Float>
    let curl: Float

    /// Brightness and fraying of the strand at a position of the hair, about ±1.
    @inline(__always)
    func strand(along: Float, y: Float) -> Float {
        let wave = curl * 9 * noise(y * 0.05 + origin.y, along * 0.04)
        let across = (along + wave) * PortableMath.mix(0.42, 0.24, curl) + origin.x
        return noise(across, y * PortableMath.mix(0.035, 0.2, curl) + origin.y)
    }

    /// Whether there is hair at a position within a triangle.
    func covers(_ mesh: MeshBuffer, _ corners: SIMD4<UInt32>, _ weights: Vector) -> Bool {
        let edge =
            mesh.edge(corners.x) * weights.x + mesh.edge(corners.y) * weights.y
            + mesh.edge(corners.z) * weights.z
        guard edge < Self.band else { return true }
        let position = mesh.interpolate(mesh.positions, corners, weights)
        let ragged = 3.2 + 3 * curl
        return edge + ragged * strand(along: position.x, y: position.y) > 0
    }
}
