/// Elementary functions that only use IEEE additions, multiplications, divisions and square roots.
///
/// Those of C libraries differ in their last bits between machines, and one such bit can change a
/// pixel. These are bitwise the same everywhere and accurate to about 4e-6, which is enough for
/// pictures with eight bits per channel.
enum PortableMath {
    static let pi: Float = 3.14159265

    /// Sine of an angle in radians, for magnitudes below a few thousand.
    static func sine(_ angle: Float) -> Float {
        let turns = angle * 0.159154943
        var r = angle - Float(Int32(turns + (turns >= 0 ? 0.5 : -0.5))) * 6.28318531
        if r > 1.57079633 {
            r = 3.14159265 - r
        } else if r < -1.57079633 {
            r = -3.14159265 - r
        }
        let q = r * r
        let tail = q * (8.3333333e-3 + q * (-1.9841270e-4 + q * 2.7557319e-6))
        return r * (1 + q * (-0.166666667 + tail))
    }

    /// Cosine of an angle in radians, for magnitudes below a few thousand.
    static func cosine(_ angle: Float) -> Float { sine(angle + 1.57079633) }

    /// e to the power `x`; `x` is clamped to ±80.
    static func exponential(_ x: Float) -> Float {
        let x = clamp(x, -80, 80)
        let scaled = x * 1.44269504
        let n = Int32(scaled + (scaled >= 0 ? 0.5 : -0.5))
        let r = x - Float(n) * 0.693145752 - Float(n) * 1.42860677e-6
        let tail = 0.0416666667 + r * (8.3333333e-3 + r * 1.3888889e-3)
        let fraction = 1 + r * (1 + r * (0.5 + r * (0.166666667 + r * tail)))
        return fraction * Float(bitPattern: UInt32(n + 127) << 23)
    }

    /// Natural logarithm of a positive normal number.
    static func logarithm(_ x: Float) -> Float {
        let bits = x.bitPattern
        var exponent = Float(Int32(bits >> 23) - 127)
        var mantissa = Float(bitPattern: (bits & 0x007F_FFFF) | 0x3F80_0000)
        if mantissa > 1.41421356 {
            mantissa *= 0.5
            exponent += 1
        }
        let s = (mantissa - 1) / (mantissa + 1)
        let q = s * s
        let series = 1 + q * (0.333333333 + q * (0.2 + q * (0.142857143 + q * 0.111111111)))
        return exponent * 0.693147181 + 2 * s * series
    }

    /// A positive number to a power; 0 for numbers that are not positive.
    static func power(_ base: Float, _ exponent: Float) -> Float {
        base > 1e-30 ? exponential(exponent * logarithm(base)) : 0
    }

    /// `x` limited to `low...high`; `low` for NaN.
    @inline(__always)
    static func clamp(_ x: Float, _ low: Float, _ high: Float) -> Float {
        x > low ? (x < high ? x : high) : low
    }

    /// From `a` at 0 to `b` at 1.
    @inline(__always)
    static func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

    /// 0 below `low`, 1 above `high`, an S-shaped curve between; falls when `low > high`.
    @inline(__always)
    static func smoothstep(_ low: Float, _ high: Float, _ x: Float) -> Float {
        let t = clamp((x - low) / (high - low), 0, 1)
        return t * t * (3 - 2 * t)
    }

    /// A smooth hill of height 1 at the origin that is 0 from radius 1 on.
    @inline(__always)
    static func bump(_ a: Float, _ b: Float = 0) -> Float {
        let q = 1 - (a * a + b * b)
        return q > 0 ? q * q : 0
    }
}
