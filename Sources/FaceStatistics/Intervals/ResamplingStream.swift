/// Random numbers of the bootstrap: SplitMix64 (Steele, Lea and Flood 2014), so that a report made
/// twice is the same to the last bit.
public struct ResamplingStream: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A stream that a seed decides about.
    public init(seed: UInt64) {
        state = seed
    }

    /// 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// A place from 0 to below `count`, at least 1. Places differ in probability by less than
    /// count / 2⁶⁴, which no resampling can show.
    mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }
}
