import SeededRandom

extension SeededRandom {
    /// An approximately normal number with mean 0 and standard deviation 1, within ±3.47: the sum
    /// of four uniform numbers.
    mutating func normal() -> Float {
        let bits = next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return (Float(sum) * (1 / 65535) - 2) * 1.7320508
    }

    /// An approximately normal number with the given mean and standard deviation.
    mutating func normal(_ mean: Float, _ standardDeviation: Float) -> Float {
        mean + standardDeviation * normal()
    }
}
