/// IEEE 754 binary16, in which weights are published to halve the size of files.
package enum HalfPrecision {
    /// Its name in safetensors.
    static let name = "F16"
    /// Size of a number, in bytes.
    static let size = 2

    /// Converts little-endian bytes, without loss, to `float32`.
    package static func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map {
            float(UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    /// Converts a number by its fields, since `Float16` is not available on every platform.
    private static func float(_ bits: UInt16) -> Float {
        let sign = UInt32(bits >> 15) << 31
        let (exponent, fraction) = (UInt32(bits >> 10 & 31), UInt32(bits & 1023))
        switch exponent {
        case 0: return (sign == 0 ? 1 : -1) * Float(fraction) * 0x1p-24
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
