public import FaceLosses

/// An event that a trainer sends to its ``TrainingObserver``.
public enum TrainingEvent: Sendable {
    /// An epoch was trained; the observer may evaluate before the state is saved.
    case epoch(EpochSummary)
    /// A known failure mode was detected; training continues.
    case diagnostic(TrainingDiagnostic)
    /// The run resumes from a checkpoint.
    case resumed(TrainingPosition)
    /// The state was saved.
    case saved(TrainingPosition)
    /// The state is about to be saved: an observer's records of the steps so far must be on disk
    /// when this returns.
    case saving(TrainingPosition)
    /// A step was taken.
    case step(StepSummary)
    /// A warning for the user, one sentence.
    case warning(String)
}

/// A step that was taken.
public struct StepSummary: Sendable, Hashable {
    /// Number of the step, from 1.
    public var step: Int
    /// Steps of the whole run.
    public var steps: Int
    /// Number of the epoch, from 1.
    public var epoch: Int
    /// Learning rate of the step.
    public var learningRate: Double
    /// Loss of the step.
    public var loss: Double
    /// L2 norm of the gradients before clipping.
    public var gradientNorm: Double
    /// Fraction of the batch whose target class has the largest logit, without the margin; 0...1.
    public var accuracy: Double
    /// The same with the margin; 0...1.
    public var accuracyWithMargin: Double
    /// Images of the step.
    public var images: Int
    /// Duration of the step in seconds, including waiting for its images.
    public var seconds: Double
    /// Part of these seconds spent waiting for images; a GPU may still have computed meanwhile.
    public var waitingSeconds: Double
}

/// An epoch that was trained.
public struct EpochSummary: Sendable, Hashable {
    /// Number of the epoch, from 1.
    public var epoch: Int
    /// Steps taken since the start of the run.
    public var step: Int
    /// Images seen since the start of the run.
    public var images: Int
    /// Learning rate of the last step.
    public var learningRate: Double
    /// Mean loss over the images of the epoch.
    public var loss: Double
    /// Fraction of images whose target class has the largest logit, without the margin; 0...1.
    public var accuracy: Double
    /// The same with the margin; 0...1.
    public var accuracyWithMargin: Double
    /// Scheduled and measured quantities of the loss at the last step; fractions of active hinges
    /// are the means of all steps.
    public var lossState: LossState
    /// Known failures that were recognised in the epoch.
    public var diagnostics: [TrainingDiagnostic]
    /// Seconds spent in the epoch's training steps.
    public var seconds: Double
    /// Images per second of the epoch's training steps.
    public var imagesPerSecond: Double
}
