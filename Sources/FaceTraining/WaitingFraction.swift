/// Fraction of the recent steps' time that was spent waiting for images, because reading and decoding did not keep
/// up with training.
public struct WaitingFraction {
    /// Weight of a step in the mean, so that the first step of an epoch, which always waits, has little
    /// influence.
    private static let weight = 0.05
    /// Smaller fractions are not reported.
    private static let minReported = 0.1

    /// Fraction of the time that was spent waiting; 0...1.
    public private(set) var fraction = 0.0

    /// Starts at a fraction of 0.
    public init() {}

    /// Adds a step.
    public mutating func add(_ step: StepSummary) {
        let own = step.waitingSeconds / max(step.seconds, 1e-9)
        fraction += Self.weight * (min(1, max(0, own)) - fraction)
    }

    /// Text for the progress line; nil below 10 %.
    public var sentence: String? {
        fraction >= Self.minReported
            ? "waits for images \(Int((fraction * 100).rounded())) % of the time" : nil
    }
}
