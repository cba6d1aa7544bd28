public import Torch

/// Cross-entropy of a softmax over identities: the baseline without a margin.
///
///     L = -log( e^(W_y x + b_y) / sum over j of e^(W_j x + b_j) )
///
/// Nothing is normalised or scaled, there is a bias, and the gradient is exact. The loss depends on the
/// embedding's norm, and therefore on the layer before it.
public final class CrossEntropyLoss: ConfigurableLoss {
    static let smoothingKey = LossParameterKey.number(
        "smoothing", symbol: "ε", aliases: ["label_smoothing"], default: 0, in: 0...0.99,
        "fraction of the target's probability that is spread over all classes")
    static let trainsKey = LossParameterKey.word(
        "trains", default: NormFaceLoss.Choice.yes,
        "whether embeddings are trained, or only the classifier")

    /// Name, equation, parameters and presets.
    public static let descriptor = LossDescriptor(
        name: "softmax", title: "Cross-entropy", aliases: ["CE", "softmax cross-entropy", "xent"],
        summary: "Each embedding must be classified as its identity.",
        paper: "Y. Taigman, M. Yang, M. Ranzato, L. Wolf. DeepFace: Closing the Gap to Human-Level "
            + "Performance in Face Verification. CVPR 2014",
        equation: "-log( e^(W_y x + b_y) / Σ_j e^(W_j x + b_j) )",
        guide: LossGuide(
            normalization: "nothing; class weights and a bias",
            gradient: "exact",
            use: "the baseline, and the safest fallback when a margin loss does not train",
            pitfalls:
                "the loss can fall by growing norms alone, and embeddings of one identity stay "
                + "wide: the norm does not indicate quality"),
        parameters: [smoothingKey.parameter, trainsKey.parameter],
        presets: [
            LossPreset(
                "label-smoothing", "Szegedy et al., CVPR 2016: a tenth is spread",
                ["smoothing": 0.1]),
            LossPreset(
                "probe",
                "a linear probe beside a term that alone trains the embeddings: probe+triplet",
                ["trains": "no"]),
        ])

    private let classifier: LinearClassifier
    private let smoothing: Double
    private let trains: Bool

    /// Creates the loss with small random weights.
    public init(_ setup: LossSetup) {
        classifier = LinearClassifier(setup)
        smoothing = setup[Self.smoothingKey]
        trains = setup[Self.trainsKey] == .yes
    }

    /// Number of classes (identities).
    public var classCount: Int? { classifier.classes }

    /// ln(classes), the loss of uniform guessing.
    public var guessingLoss: Double? { logarithmOfClasses() }

    /// State for checkpoints: `weight` and `bias`.
    public var state: [StateEntry] { classifier.state }

    /// The mean cross-entropy of the batch.
    public func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput {
        let logits = classifier(trains ? embeddings : embeddings.detached())
        return LossOutput(
            loss: logits.crossEntropy(labels: labels, labelSmoothing: smoothing), logits: logits)
    }
}
