/// Which part of the recent steps' time went by with waiting for images, as reading and decoding could not keep
/// up with training.
public struct WaitingFraction {
    /// How much a step counts in the mean, so that the first step of an epoch, which always waits, says
    /// little.
    private static let weight = 0.05
    /// Less than this is not worth a word.
    private static let noted = 0.1

    /// Fraction of the time that was spent waiting; 0...1.
    public private(set) var fraction = 0.0

    /// Starts with nothing waited for.
    public init() {}

    /// Takes a step into account.
    public mutating func add(_ step: StepSummary) {
        let own = step.waitingSeconds / max(step.seconds, 1e-9)
        fraction += Self.weight * (min(1, max(0, own)) - fraction)
    }

    /// What a line of progress says about it: nothing below a tenth.
    public var sentence: String? {
        fraction > Self.noted
            ? "waits for images \(Int((fraction * 100).rounded())) % of the time" : nil
    }
}
