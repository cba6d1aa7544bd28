public import FaceLosses

/// The position of a run: all that is needed, besides tensors, to resume it bit for bit.
///
/// Randomness is a function of the seed, the epoch and the position in it, so there is no generator to
/// store.
public struct TrainingPosition: Codable, Sendable, Hashable {
    /// Steps taken since the start of the run.
    public var step = 0
    /// Number of completed epochs.
    public var epoch = 0
    /// Steps taken in the current epoch.
    public var stepInEpoch = 0
    /// Sums over the current epoch's steps.
    public var sums = EpochSums()
    /// Scheduled and measured quantities of the loss at the last step.
    public var lossState = LossState()
    /// State of the failure detector; nil in checkpoints of earlier versions.
    var detector: FailureDetector?
    /// Seconds spent in training steps of the current epoch. Not reproducible.
    public var seconds = 0.0
    /// Seconds spent in training steps since the start of the run. Not reproducible.
    public var totalSeconds = 0.0

    /// Starts at the beginning.
    public init() {}

    /// Whether all counts are plausible; a file may contain any numbers.
    var isPossible: Bool {
        [step, epoch, stepInEpoch, sums.correct, sums.correctWithMargin, sums.images]
            .allSatisfy { (0...1_000_000_000_000_000).contains($0) }
    }
}

/// Sums over an epoch's steps, from which its means are computed.
public struct EpochSums: Codable, Sendable, Hashable {
    /// Sum of the losses of all images.
    public var loss = 0.0
    /// Number of images whose target class has the largest logit, without the margin.
    public var correct = 0
    /// The same with the margin.
    public var correctWithMargin = 0
    /// Number of images seen.
    public var images = 0
    /// Fractions of active hinges, times images; nil if there are none.
    public var active: LossState?

    /// Sums of an epoch that has not begun.
    public init() {}

    /// A loss's fractions of active hinges, times images; nil if there are none.
    static func active(_ state: LossState, images: Int) -> LossState? {
        let active = state.activeFractions
        return active.isEmpty ? nil : active.multiplied(by: Double(images))
    }

    mutating func add(_ other: EpochSums) {
        loss += other.loss
        correct += other.correct
        correctWithMargin += other.correctWithMargin
        images += other.images
        if let more = other.active { active = active?.adding(more) ?? more }
    }
}
