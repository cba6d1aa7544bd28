/// Paints fingers or a microphone over a picture.
struct BarPainter {
    let bars: [Occlusion.Bar]
    let light: Illumination

    /// Covers the pixels of a picture of linear light, `size` pixels wide.
    func paint(_ pixels: UnsafeMutablePointer<SIMD4<Float>>, size: Int) {
        for bar in bars {
            let unit = Float(size)
            let reach = bar.radius * unit + 1
            let (a, b) = (bar.start * unit, bar.end * unit)
            let left = Int(PortableMath.clamp(min(a.x, b.x) - reach, 0, unit - 1))
            let right = Int(PortableMath.clamp(max(a.x, b.x) + reach, 0, unit - 1))
            let top = Int(PortableMath.clamp(min(a.y, b.y) - reach, 0, unit - 1))
            let bottom = Int(PortableMath.clamp(max(a.y, b.y) + reach, 0, unit - 1))
            for y in top...bottom {
                for x in left...right {
                    cover(&pixels[y * size + x], bar, Float(x) + 0.5, Float(y) + 0.5, unit)
                }
            }
        }
    }

    private func cover(
        _ pixel: inout SIMD4<Float>, _ bar: Occlusion.Bar, _ x: Float, _ y: Float, _ unit: Float
    ) {
        let axis = (bar.end - bar.start) * unit
        let d = SIMD2(x, y) - bar.start * unit
        let length = max(axis.x * axis.x + axis.y * axis.y, 1e-3)
        let t = PortableMath.clamp((d.x * axis.x + d.y * axis.y) / length, 0, 1)
        let off = d - axis * t
        let far = (off.x * off.x + off.y * off.y).squareRoot()
        let radius = bar.radius * unit
        let fraction = PortableMath.smoothstep(radius + 0.6, radius - 0.6, far)
        guard fraction > 0 else { return }
        let out = off / radius
        let rise = max(1 - out.x * out.x - out.y * out.y, 0).squareRoot()
        let normal = Vector(out.x, -out.y, rise + 0.15).normalised
        let colour = bar.colour * light.diffuse(normal, open: 0.55 + 0.35 * rise, lit: 1)
        pixel = SIMD4(pixel.xyz.mixed(colour, fraction), 0)
    }
}
