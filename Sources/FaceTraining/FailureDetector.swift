import FaceLosses
import Foundation

/// Recognises known failures from the numbers of each step.
///
/// The loss alone is not sufficient: a growing margin and scale make a healthy loss rise. So a run counts
/// as stuck only when it also classifies no better than by chance, after two epochs and 400 steps, or after
/// 20,000 steps of a longer first epoch. Each failure is reported once. The state is part of the
/// checkpoint, so that a resumed run reports the same as an uninterrupted one.
struct FailureDetector: Codable, Sendable, Hashable {
    /// Numbers of one step.
    struct Step {
        var step: Int
        /// Number of the epoch, from 1.
        var epoch: Int
        var loss: Double
        var correct: Int
        var images: Int
        var scale: Double?
        /// Whether it is the last step of the epoch.
        var endsEpoch = false
    }

    /// Losses of the current epoch.
    private struct EpochMean: Codable, Hashable {
        var sum = 0.0
        var count = 0
    }

    /// Recognised failures, in the order of steps.
    private(set) var diagnostics: [TrainingDiagnostic] = []
    private var lossSum = 0.0
    private var correct = 0
    private var images = 0
    private var count = 0
    private var firstLoss: Double?
    private var atFloor = 0
    private var atLogarithm = 0
    private var lastScale: Double?
    private var atScale = 0
    /// Optional, so that checkpoints of earlier versions can be read.
    private var epochMean: EpochMean?

    /// Keys of the file; some keep former names of the properties.
    private enum CodingKeys: String, CodingKey {
        case diagnostics = "findings"
        case lossSum, correct, images, count, firstLoss, atFloor, atLogarithm, lastScale, atScale
        case epochMean
    }

    /// Steps over which losses and accuracies are averaged.
    static let window = 50
    /// The loss of a probability of 1e-30: -ln(1e-30).
    static let floor = 30 * log(10.0)

    /// Adds a step and returns failures that it shows for the first time.
    ///
    /// - Parameters:
    ///   - classes: Number of classes; nil when the loss has none.
    ///   - guessing: The loss of uniform guessing; nil when it has no fixed value.
    ///   - diagnosis: Known failures of the loss.
    mutating func observe(
        _ step: Step, classes: Int?, guessing: Double? = nil, diagnosis: LossDiagnosis
    ) -> [TrainingDiagnostic] {
        lossSum += step.loss
        correct += step.correct
        images += step.images
        count += 1
        atFloor = abs(step.loss - Self.floor) < 0.05 ? atFloor + 1 : 0
        atScale = step.scale != nil && step.scale == lastScale ? atScale + 1 : 0
        lastScale = step.scale
        var kinds: [TrainingDiagnostic.Kind] = []
        if atFloor >= 20 { kinds.append(.noProbability) }
        if count == Self.window {
            if let classes, classes > 1 {
                kinds += windowKinds(
                    step, classes: classes, collapses: diagnosis.collapse != nil)
            }
            firstLoss = firstLoss ?? lossSum / Double(count)
        }
        var new = kinds.filter { kind in !diagnostics.contains { $0.kind == kind } }
            .map { kind in
                var found = diagnostic(kind, step, classes ?? 0)
                found.remedy = TrainingDiagnostic.remedy(for: kind, diagnosis)
                return found
            }
        new += risenAboveGuessing(step, classes: classes ?? 0, guessing: guessing)
        diagnostics += new
        if count == Self.window { (lossSum, correct, images, count) = (0, 0, 0, 0) }
        return new
    }

    /// Whether a whole epoch's mean loss was above that of guessing by more than 1 %; short epochs are
    /// combined to fill a window.
    private mutating func risenAboveGuessing(
        _ step: Step, classes: Int, guessing: Double?
    ) -> [TrainingDiagnostic] {
        var mean = epochMean ?? EpochMean()
        mean.sum += step.loss
        mean.count += 1
        let ends = step.endsEpoch && mean.count >= Self.window
        epochMean = ends ? nil : mean
        let loss = mean.sum / Double(mean.count)
        guard ends, let guessing, loss > 1.01 * guessing,
            !diagnostics.contains(where: { $0.kind == .roseAboveGuessing })
        else { return [] }
        var found = diagnostic(.roseAboveGuessing, step, classes)
        found.loss = loss
        found.guessing = guessing
        return [found]
    }

    private func diagnostic(
        _ kind: TrainingDiagnostic.Kind, _ step: Step, _ classes: Int
    ) -> TrainingDiagnostic {
        TrainingDiagnostic(
            kind: kind, step: step.step, epoch: step.epoch, loss: lossSum / Double(count),
            accuracy: Double(correct) / Double(max(1, images)), classes: classes,
            scale: step.scale)
    }

    private mutating func windowKinds(
        _ step: Step, classes: Int, collapses: Bool
    ) -> [TrainingDiagnostic.Kind] {
        let loss = lossSum / Double(count)
        let chance = 1 / Double(classes)
        // Chance level plus three standard deviations of a Poisson count.
        let limit = chance + 3 * (chance / Double(max(1, images))).squareRoot()
        let isByChance = Double(correct) / Double(max(1, images)) <= limit
        let logarithm = log(Double(classes))
        let isNearLogarithm = abs(loss - logarithm) < 0.01 * logarithm
        atLogarithm = isNearLogarithm && isByChance ? atLogarithm + 1 : 0
        var kinds: [TrainingDiagnostic.Kind] = []
        if let scale = step.scale, atScale + 1 >= Self.window,
            AngularSchedule.lowestLoss(scale: scale, classes: classes) > 0.3 * logarithm
        {
            kinds.append(.scaleTooSmall)
        }
        guard step.step >= 400, step.epoch > 2 || step.step >= 20_000, isByChance,
            loss >= 0.95 * (firstLoss ?? .infinity)
                || (isNearLogarithm && atLogarithm >= 4)
        else { return kinds }
        if collapses, atLogarithm >= 4 { return kinds + [.shrunk] }
        let suitable = AngularSchedule.balancedScale(classes: classes)
        let isLarge = (step.scale ?? 0) > 3 * suitable && loss > 2 * logarithm
        return kinds + [isLarge ? .scaleTooLarge : .stuck]
    }
}
