import SeededRandom

/// Converts linear light to the bytes of a photograph: blur, exposure, white balance, tone curve,
/// noise.
struct CameraEffects {
    let camera: Camera
    let size: Int

    /// Develops a picture; `pixels` and `spare` have `size` × `size` values and are overwritten.
    func develop(
        _ pixels: UnsafeMutablePointer<SIMD4<Float>>, spare: UnsafeMutablePointer<SIMD4<Float>>,
        into bytes: UnsafeMutablePointer<UInt8>
    ) {
        blur(pixels, spare)
        let gain = camera.whiteBalance * exposure(pixels)
        let curve = toneCurve()
        var noise = SeededRandom(seed: camera.noiseSeed, "grain")
        let middle = Float(size) * 0.5
        let scale = 1 / (middle * middle)
        curve.withUnsafeBufferPointer { curve in
            for y in 0..<size {
                for x in 0..<size {
                    let (dx, dy) = (Float(x) - middle, Float(y) - middle)
                    let fall = 1 - camera.vignette * (dx * dx + dy * dy) * scale * 0.5
                    var colour = pixels[y * size + x].xyz * gain * fall
                    let grey = colour.luminance
                    colour = Vector(repeating: grey).mixed(colour, camera.saturation)
                    let grain = Self.grain(&noise) * camera.noise
                    let byte = (y * size + x) * 3
                    bytes[byte] = Self.byte(Self.read(curve, colour.x) + grain.x)
                    bytes[byte + 1] = Self.byte(Self.read(curve, colour.y) + grain.y)
                    bytes[byte + 2] = Self.byte(Self.read(curve, colour.z) + grain.z)
                }
            }
        }
    }

    /// The light meter's partial compensation of the picture's brightness, times the photographer's
    /// error.
    private func exposure(_ pixels: UnsafeMutablePointer<SIMD4<Float>>) -> Float {
        var sum: Float = 0
        for y in 0..<size {
            var row: Float = 0
            for x in 0..<size { row += min(pixels[y * size + x].xyz.luminance, 1.2) }
            sum += row
        }
        let mean = max(sum / Float(size * size), 1e-3)
        let metered = PortableMath.power(0.21 / mean, 0.72)
        return metered * PortableMath.exponential(0.693147 * camera.exposure)
    }

    /// Byte values for linear light up to 4, tabulated by the square root of the light.
    private func toneCurve() -> [Float] {
        (0..<1025).map { step in
            let root = Float(step) * (2 / 1024)
            let light = root * root
            let toned = 0.18 * PortableMath.power(light / 0.18, camera.contrast)
            let soft = toned < 0.6 ? toned : 0.6 + 0.4 * (1 - 1 / (1 + (toned - 0.6) / 0.4))
            let encoded =
                soft < 0.0031308
                ? 12.92 * soft : 1.055 * PortableMath.power(soft, 1 / 2.4) - 0.055
            return encoded * 255
        }
    }

    @inline(__always)
    private static func read(_ curve: UnsafeBufferPointer<Float>, _ light: Float) -> Float {
        let position = min(max(light, 0).squareRoot() * 512, 1023.9)
        let cell = Int(position)
        return curve[cell] + (curve[cell + 1] - curve[cell]) * (position - Float(cell))
    }

    @inline(__always)
    private static func byte(_ value: Float) -> UInt8 {
        UInt8(PortableMath.clamp(value + 0.5, 0, 255))
    }

    /// Three numbers of mean 0 and standard deviation about 1.
    @inline(__always)
    private static func grain(_ stream: inout SeededRandom) -> Vector {
        let bits = stream.next()
        let sum = Vector(
            Float((bits & 0x3FF) + (bits >> 10 & 0x3FF)),
            Float((bits >> 20 & 0x3FF) + (bits >> 30 & 0x3FF)),
            Float((bits >> 40 & 0x3FF) + (bits >> 50 & 0x3FF)))
        let colour = (sum - Vector(repeating: 1023)) * (2.4494897 / 1023)
        // Mostly luminance noise, like that of a sensor after demosaicing.
        return Vector(repeating: 0.8 * colour.y) + colour * 0.45
    }

    /// A Gaussian blur, rows first.
    private func blur(
        _ pixels: UnsafeMutablePointer<SIMD4<Float>>, _ spare: UnsafeMutablePointer<SIMD4<Float>>
    ) {
        let sigma = camera.blur * Float(size) / 112
        let radius = min(Int(2.6 * sigma + 0.5), 12)
        guard radius > 0 else { return }
        var weights = (0...radius).map {
            PortableMath.exponential(-0.5 * Float($0 * $0) / (sigma * sigma))
        }
        let total = weights[0] + 2 * weights.dropFirst().reduce(0, +)
        for index in weights.indices { weights[index] /= total }
        weights.withUnsafeBufferPointer { weights in
            smooth(pixels, spare, weights, along: 1, across: size)
            smooth(spare, pixels, weights, along: size, across: 1)
        }
    }

    private func smooth(
        _ source: UnsafeMutablePointer<SIMD4<Float>>, _ target: UnsafeMutablePointer<SIMD4<Float>>,
        _ weights: UnsafeBufferPointer<Float>, along: Int, across: Int
    ) {
        for line in 0..<size {
            let start = line * across
            for position in 0..<size {
                var sum = source[start + position * along] * weights[0]
                for step in 1..<weights.count {
                    let before = max(position - step, 0)
                    let after = min(position + step, size - 1)
                    sum +=
                        (source[start + before * along] + source[start + after * along])
                        * weights[step]
                }
                target[start + position * along] = sum
            }
        }
    }
}
