/// A stream of random numbers that is the same on every machine: SplitMix64 (Steele, Lea and
/// Flood, 2014) started from a seed and a path of numbers that names the stream.
struct SynthesisStream: Sendable, Hashable {
    private var state: UInt64

    /// Starts the stream that belongs to `seed` and `path`; other paths give unrelated streams.
    init(seed: UInt64, path: UInt64...) {
        state = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
        for step in path {
            state = Self.mixed(state ^ Self.mixed(step &+ 0xD1B5_4A32_D192_ED03))
        }
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The next 64 random bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// A number evenly spread over [0, 1).
    mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// A number evenly spread over [low, high).
    mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * uniform()
    }

    /// A bell-shaped number of mean 0 and standard deviation 1, never beyond ±3.47: the sum of
    /// four uniform numbers.
    mutating func normal() -> Float {
        let bits = next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return (Float(sum) * (1 / 65535) - 2) * 1.7320508
    }

    /// A bell-shaped number of the given mean and standard deviation.
    mutating func normal(_ mean: Float, _ deviation: Float) -> Float {
        mean + deviation * normal()
    }

    /// Whether an event of this probability happens.
    mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

    /// A whole number evenly spread over 0 ..< `count`; `count` must be positive.
    mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// Puts the elements into a random order (Fisher and Yates).
    mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, index(below: last + 1))
        }
    }
}
