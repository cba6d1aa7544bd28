import Foundation

/// A known failure that a trainer has recognised: what it means and what to try.
public struct TrainingDiagnostic: Codable, Sendable, Hashable, CustomStringConvertible {
    /// The failures that are known.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The loss is -ln(1e-30): each label's probability is nil.
        case noProbability
        /// The mean loss of an epoch was above that of guessing.
        case roseAboveGuessing
        /// The scale is so large that the loss cannot begin to fall.
        case scaleTooLarge
        /// The scale is so small that the loss cannot become small.
        case scaleTooSmall
        /// The margin has drawn embeddings to 0, where the loss is ln(classes).
        case shrunk
        /// Nothing has been learnt.
        case stuck
    }

    /// Which failure it is.
    public var kind: Kind
    /// The step after which it was recognised, from 1.
    public var step: Int
    /// That step's epoch, from 1.
    public var epoch: Int
    /// Mean loss of the last steps, or of the epoch for ``Kind/roseAboveGuessing``.
    public var loss: Double
    /// Fraction of their images that were classified right, without margin; 0 ... 1.
    public var accuracy: Double
    /// Number of classes.
    public var classes: Int
    /// The loss's scale, where it has one.
    public var scale: Double?
    /// The loss of guessing, for ``Kind/roseAboveGuessing``.
    public var guessing: Double?

    /// What was seen, what it means and what to try, in one sentence.
    public var description: String {
        "after step \(step) (epoch \(epoch)) " + meaning
    }

    private var meaning: String {
        let loss = String(format: "%.2f", loss)
        switch kind {
        case .noProbability:
            return
                "the loss has stood at \(loss), which is -ln(1e-30): no sample's target class has any "
                + "probability, so labels and classes do not belong together; check the order and "
                + "the type of labels"
        case .roseAboveGuessing:
            return
                "the loss rose above that of guessing for an epoch: its mean, \(loss), is more than "
                + "\(number(guessing)), so the first weights were scrambled before anything was "
                + "learnt, and the result depends on the seed more than on the loss; lower the "
                + "learning rate or lengthen training.schedule.warmup, and compare several seeds"
        case .scaleTooLarge:
            return "\(seen), with a scale of \(number(scale)) where \(number(suitable)) would suit "
                + "\(classes) classes: the softmax is saturated from the start; leave s and s0 to "
                + "auto, or let the scale rise from a small s0"
        case .scaleTooSmall:
            return
                "the scale is \(number(scale)), with which the loss of \(classes) classes cannot "
                + "fall below \(number(bound)) however good the embeddings are; take at least "
                + "\(number(suitable)), or leave s to auto"
        case .shrunk:
            return
                "the loss stands at ln(\(classes)) = \(loss): the margin makes targets negative, "
                + "which draws embeddings to 0, where nothing is learnt; take grad=detached, raise "
                + "min, let λ fall more slowly with until, or begin with a lower m"
        case .stuck:
            return "\(seen): nothing has been learnt; lower the learning rate, begin with the "
                + "softmax, lower the margin or let it grow over a longer warmup, or take "
                + "grad=detached; if the softmax is stuck too, look at images and labels"
        }
    }

    private var seen: String {
        "the loss, \(number(loss)), has not left its starting value and "
            + String(format: "%.2f", accuracy * 100)
            + " % of images are classified right, no more than by chance"
    }

    private var suitable: Double { Self.suitableScale(classes: classes) }
    private var bound: Double { Self.minLoss(scale: scale ?? 1, classes: classes) }

    private func number(_ value: Double?) -> String { String(format: "%.3g", value ?? .nan) }

    /// √2 ln(C - 1), the fixed scale of AdaCos (Zhang et al., CVPR 2019, equation 12).
    static func suitableScale(classes: Int) -> Double {
        max(1, 2.0.squareRoot() * log(Double(max(2, classes) - 1)))
    }

    /// What a softmax of cosines times a scale cannot go below (NormFace, Wang et al. 2017,
    /// proposition 2): ln(1 + (C - 1) e^(-s C / (C - 1))).
    static func minLoss(scale: Double, classes: Int) -> Double {
        guard classes > 1 else { return 0 }
        let others = Double(classes - 1)
        return log1p(others * exp(-scale * Double(classes) / others))
    }
}
