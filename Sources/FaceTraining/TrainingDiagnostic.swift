import FaceLosses
import Foundation

/// A known failure mode that a trainer has recognised, with its meaning and remedies.
public struct TrainingDiagnostic: Codable, Sendable, Hashable, CustomStringConvertible {
    /// The failures that are known.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The loss is -ln(1e-30): the probability of each label is zero.
        case noProbability
        /// The mean loss of an epoch was above that of uniform guessing.
        case roseAboveGuessing
        /// The scale is so large that the loss cannot begin to fall.
        case scaleTooLarge
        /// The scale is so small that the loss cannot become small.
        case scaleTooSmall
        /// The margin has shrunk embeddings to 0, where the loss is ln(classes).
        case shrunk
        /// Nothing has been learnt.
        case stuck
    }

    /// The kind of failure.
    public var kind: Kind
    /// The step after which it was recognised, from 1.
    public var step: Int
    /// That step's epoch, from 1.
    public var epoch: Int
    /// Mean loss of the last steps, or of the epoch for ``Kind/roseAboveGuessing``.
    public var loss: Double
    /// Fraction of their images that were classified correctly, without margin; 0 ... 1.
    public var accuracy: Double
    /// Number of classes.
    public var classes: Int
    /// The loss's scale, if it has one.
    public var scale: Double?
    /// The loss of uniform guessing, for ``Kind/roseAboveGuessing``.
    public var guessing: Double?
    /// Remedy from the loss's own diagnosis; nil in checkpoints of earlier versions.
    var remedy: String?

    /// Observation, meaning and remedy, in one sentence.
    public var description: String {
        "after step \(step) (epoch \(epoch)) " + meaning
    }

    private var meaning: String {
        let loss = String(format: "%.2f", loss)
        switch kind {
        case .noProbability:
            return
                "the loss has stayed at \(loss), which is -ln(1e-30): no sample's target class has any "
                + "probability, so labels and classes do not match; check the order and "
                + "the type of the labels"
        case .roseAboveGuessing:
            return
                "the loss was above chance level for an epoch: its mean, \(loss), is more than "
                + "\(number(guessing)), so the initial weights were destroyed before anything was "
                + "learned, and the result depends more on the seed than on the loss; lower the "
                + "learning rate or lengthen training.schedule.warmup, and compare several seeds"
        case .scaleTooLarge:
            return "\(seen), with a scale of \(number(scale)) where \(number(suitable)) suits "
                + "\(classes) classes: the softmax is saturated from the start; \(advice)"
        case .scaleTooSmall:
            return
                "the scale is \(number(scale)), at which the loss of \(classes) classes cannot "
                + "fall below \(number(bound)) however good the embeddings are; use at least "
                + "\(number(suitable)), or \(advice)"
        case .shrunk:
            return "the loss remains at ln(\(classes)) = \(loss): \(advice)"
        case .stuck:
            return
                "\(seen): nothing has been learnt; \(advice); if the softmax is stuck too, look at "
                + "images and labels"
        }
    }

    private var advice: String { remedy ?? Self.remedy(for: kind, LossDiagnosis()) ?? "" }

    /// Remedy from a loss's diagnosis; nil if the failure does not depend on the loss.
    static func remedy(for kind: Kind, _ diagnosis: LossDiagnosis) -> String? {
        switch kind {
        case .noProbability, .roseAboveGuessing: nil
        case .scaleTooLarge: diagnosis.scaleTooLarge
        case .scaleTooSmall: diagnosis.scaleTooSmall
        case .shrunk: diagnosis.collapse ?? "embeddings have shrunk to 0, where nothing is learnt"
        case .stuck: list(diagnosis.stuck)
        }
    }

    /// `a, b, or c`.
    private static func list(_ items: [String]) -> String {
        guard items.count > 1, let last = items.last else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + ", or " + last
    }

    private var seen: String {
        "the loss, \(number(loss)), has not left its starting value and "
            + String(format: "%.2f", accuracy * 100)
            + " % of images are classified correctly, no better than chance"
    }

    private var suitable: Double { AngularSchedule.balancedScale(classes: classes) }
    private var bound: Double {
        AngularSchedule.lowestLoss(scale: scale ?? 1, classes: classes)
    }

    private func number(_ value: Double?) -> String { String(format: "%.3g", value ?? .nan) }
}
