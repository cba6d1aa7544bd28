import SeededRandom

/// Lens, sensor and alignment.
struct Camera: Sendable, Hashable {
    /// Brighter (positive) or darker than the exposure meter suggests, in stops.
    var exposure: Float
    /// Factors on red, green and blue: a wrong white balance.
    var whiteBalance: SIMD3<Float>
    /// Factor on the contrast about middle grey.
    var contrast: Float
    /// Factor on the saturation; 0 is a black-and-white photograph.
    var saturation: Float
    /// Standard deviation of the blur, in pixels of a picture 112 wide.
    var blur: Float
    /// Standard deviation of the sensor's noise, of 255.
    var noise: Float
    /// The seed of the noise.
    var noiseSeed: UInt64
    /// Darkening of the corners, 0 to 0.6.
    var vignette: Float
    /// Error of the alignment's scale (factor), rotation (radians) and shift (picture widths).
    var scale: Float
    /// See ``scale``.
    var rotation: Float
    /// See ``scale``.
    var shift: SIMD2<Float>
    /// JPEG quality to store the picture at, 30 to 98.
    var jpegQuality: Int

    init(from stream: inout SeededRandom, _ strength: Float) {
        exposure = PortableMath.clamp(stream.normal(0, 0.55) * strength, -1.8, 1.6)
        let (red, blue) = (stream.normal(0, 0.045), stream.normal(0, 0.065))
        whiteBalance = Vector(
            PortableMath.exponential(red * strength), 1,
            PortableMath.exponential(blue * strength))
        contrast = PortableMath.clamp(1 + stream.normal(0, 0.15) * strength, 0.5, 1.6)
        saturation = PortableMath.clamp(1 + stream.normal(0, 0.13) * strength, 0.2, 1.7)
        if stream.chance(0.03 * strength) { saturation = 0 }
        let (soft, softness) = (stream.chance(0.25), stream.uniform())
        blur = 0.3 + (soft ? 0.8 * softness : 0.25 * softness) * strength
        noise = 0.6 + stream.uniform() * stream.uniform() * 5 * strength
        noiseSeed = stream.next()
        vignette = stream.uniform(0, 0.35) * stream.uniform() * strength
        scale = 1 + stream.normal(0, 0.05) * strength
        rotation = stream.normal(0, 0.05) * strength
        shift = SIMD2(stream.normal(0, 0.02), stream.normal(0, 0.02)) * strength
        let quality = 95 - stream.uniform() * stream.uniform() * 55 * strength
        jpegQuality = Int(PortableMath.clamp(quality, 30, 98))
    }
}
