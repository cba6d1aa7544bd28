/// Known failures of a loss: whether it can shrink embeddings to 0, and which of its
/// own parameters help.
///
/// Failures are recognised from numbers that all losses report. Their meaning for one loss, and the
/// remedies, are declared here.
public struct LossDiagnosis: Sendable, Hashable {
    /// Why embeddings can shrink to 0, where the loss stays at ln(classes), and what to try, as part of a
    /// sentence. Nil for a loss with which that cannot happen.
    public var collapse: String?
    /// Remedies to try separately when nothing is learnt.
    public var stuck: [String]
    /// Remedies for a scale so large that the softmax is saturated from the start.
    public var scaleTooLarge: String
    /// Remedies, besides a larger scale, for a scale so small that the loss cannot fall.
    public var scaleTooSmall: String

    /// Creates a diagnosis; the default mentions no parameter.
    public init(
        collapse: String? = nil,
        stuck: [String] = ["lower the learning rate"],
        scaleTooLarge: String = "lower the scale", scaleTooSmall: String = "raise the scale"
    ) {
        self.collapse = collapse
        self.stuck = stuck
        self.scaleTooLarge = scaleTooLarge
        self.scaleTooSmall = scaleTooSmall
    }

    /// The diagnosis derived from a descriptor's parameters.
    public init(_ descriptor: LossDescriptor) {
        let names = Set(descriptor.parameters.map(\.name))
        self.init()
        if descriptor != CrossEntropyLoss.descriptor { stuck.append("begin with the softmax") }
        if names.contains("m") {
            let longer = names.contains("warmup") ? " or let it grow over a longer warmup" : ""
            stuck.append("lower the margin\(longer)")
        }
        if names.contains("grad") { stuck.append("take grad=detached") }
        let automatic = ["s", "s0"].filter(names.contains)
        guard !automatic.isEmpty else { return }
        let those = automatic.joined(separator: " and ")
        scaleTooLarge = "leave \(those) to auto"
        if names.contains("s0") { scaleTooLarge += ", or let the scale rise from a small s0" }
        scaleTooSmall = "leave s to auto"
    }
}

extension LossDiagnosis {
    /// The diagnosis of a loss whose target decreases with λ, while its scale is the embedding's norm
    /// (A-Softmax, L-Softmax).
    static func annealed(_ descriptor: LossDescriptor) -> LossDiagnosis {
        var diagnosis = LossDiagnosis(descriptor)
        diagnosis.collapse =
            "the margin makes targets negative, which draws embeddings to 0, where nothing is learnt; "
            + "take grad=detached, raise min, let λ fall more slowly with until, or begin with a lower m"
        return diagnosis
    }
}

extension FaceLoss {
    /// The diagnosis derived from the descriptor's parameters.
    public var diagnosis: LossDiagnosis { LossDiagnosis(Self.descriptor) }
}

extension ASoftmaxLoss {
    /// With the exact gradient, a target that the margin made negative pushes the norm to 0.
    public var diagnosis: LossDiagnosis { .annealed(Self.descriptor) }
}

extension LSoftmaxLoss {
    /// A target that the margin made negative pushes the norm to 0.
    public var diagnosis: LossDiagnosis { .annealed(Self.descriptor) }
}

extension MarginHead {
    /// The diagnosis of the wrapped loss.
    public var diagnosis: LossDiagnosis { loss.diagnosis }
}
