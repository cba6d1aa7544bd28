public import FaceTraining
import Foundation
import Spelling

/// Why a step's loss or gradient was not finite, as far as the bundle shows.
public struct FailureDiagnosis: Sendable, Hashable {
    /// The diagnostics, a sentence each, the most informative first.
    public let diagnostics: [String]
    /// Remedies to try, a sentence each.
    public let advice: [String]

    /// Explains a failure by its numbers.
    public init(_ failure: StepFailure) {
        let clues = Clues(failure)
        diagnostics = [
            clues.weights, clues.size, clues.growth, clues.activations, clues.outputs,
            clues.gradients,
        ].compactMap { $0 }
        advice = clues.advice
    }
}

/// The diagnosis from the statistics of a failed step.
private struct Clues {
    private let failure: StepFailure

    init(_ failure: StepFailure) {
        self.failure = failure
    }

    /// Weights that were damaged before the step.
    var weights: String? {
        first(.parameter).map {
            "The weights were not finite before the step already: \(fraction($0)). An update before "
                + "overflowed, or the checkpoint it resumed from was bad."
        }
    }

    /// Implausibly large weights.
    var size: String? {
        let weights = failure.tensors.filter { $0.kind == .parameter && $0.rootMeanSquare > 100 }
        return weights.max { $0.rootMeanSquare < $1.rootMeanSquare }.map {
            "The weights had grown far too large: the RMS of \(quoted: $0.name) is "
                + "\(text($0.rootMeanSquare))."
        }
    }

    /// The course of the gradient before the step.
    var growth: String? {
        guard let growth = growthFactor else { return nil }
        let norms = failure.before.map(\.gradientNorm)
        guard growth >= 10 else {
            return
                "\(norms.count == 1 ? "The step before it was" : "The \(counted(norms.count, "step")) before it were") stable: the gradient norm was between "
                + "\(text(norms.min() ?? 0)) and \(text(norms.max() ?? 0))."
        }
        return
            "Training was diverging: within \(counted(norms.count, "step")) the gradient norm grew "
            + "\(text(growth))-fold, to \(text(norms.last ?? 0)), at a learning rate of "
            + "\(text(failure.learningRate))."
    }

    /// The first normalisation whose input was not finite.
    var activations: String? {
        first(.statistics).map {
            "The activations overflowed inside the network: \(quoted: $0.name) is the first layer "
                + "with NaN or infinite values."
        }
    }

    var outputs: String? {
        let outputs = failure.tensors.filter { $0.kind == .output }
        guard !outputs.isEmpty else { return nil }
        if let bad = outputs.first(where: { $0.notFinite > 0 }) {
            return "The \(bad.name) were NaN or infinite: \(fraction(bad))."
        }
        let sizes = outputs.map { "\($0.name) up to \(text($0.largest))" }
        return "The network's output was finite (\(sizes.joined(separator: ", "))): "
            + (failure.quantity == "loss"
                ? "the loss itself overflowed." : "only the backward pass overflowed.")
    }

    var gradients: String? {
        guard let bad = first(.gradient) else { return nil }
        let all = failure.tensors.filter { $0.kind == .gradient }
        let count = all.count { $0.notFinite > 0 }
        return
            "\(count) of \(counted(all.count, "gradient")) \(count == 1 ? "was" : "were") NaN or infinite; "
            + "closest to the input: "
            + "\(fraction(bad))."
    }

    var advice: [String] {
        var advice: [String] = []
        let isDiverging = (growthFactor ?? 0) >= 10 || size != nil
        let isInside = first(.statistics) != nil || first(.parameter) != nil
        if isDiverging || isInside {
            advice.append(
                "Lower the learning rate (it was \(text(failure.learningRate))), or lengthen "
                    + "the warm-up (schedule.warmup), and keep gradientClip above 0.")
        }
        if !isInside {
            advice.append("Lower the loss's scale or margin, or lengthen their warm-up.")
            advice.append(
                "Try --precision float32: if the step passes, the precision of bfloat16 was "
                    + "insufficient.")
        }
        if !isDiverging {
            advice.append(
                "Inspect the images of the batch in the failure folder: an image that is blank or not a face "
                    + "may be the cause.")
        }
        return advice
    }

    /// Growth factor of the gradient's norm over the preceding steps; nil if they are too few.
    private var growthFactor: Double? {
        let norms = failure.before.map(\.gradientNorm)
        guard norms.count >= 4, let last = norms.suffix(3).max() else { return nil }
        let early = norms.prefix(norms.count / 2).sorted()
        return last / max(early[early.count / 2], .leastNormalMagnitude)
    }

    private func first(_ kind: TensorFacts.Kind) -> TensorFacts? {
        failure.tensors.first { $0.kind == kind && $0.notFinite > 0 }
    }

    private func fraction(_ facts: TensorFacts) -> String {
        "\(facts.notFinite) of \(facts.count) in \(quoted: facts.name)"
    }

    private func text(_ value: Double) -> String { String(format: "%.3g", value) }
}
