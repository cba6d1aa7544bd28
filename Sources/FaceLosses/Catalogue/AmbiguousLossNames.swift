import FaceConfiguration

/// Names that different systems give to different losses: they are refused with advice, and never
/// guessed.
///
/// `SphereFace` is not among them: it is A-Softmax as its paper and the authors' first code have it
/// (CVPR 2017), which pytorch-metric-learning and face.evoLVe mean as well. OpenSphere's class of that
/// name is their later SphereFace-R without the norm, the preset `opensphere-sphereface`.
enum AmbiguousLossNames {
    private static let all: [(names: [String], advice: String)] = [
        (
            ["AM", "AM loss"],
            "take amsoftmax for the additive margin of the cosine, arcface for that of the angle"
        ),
        (
            ["angular", "angular loss", "angular margin", "angular margin loss"],
            "take asoftmax for the multiplied angle, arcface for the added one; the angular loss of "
                + "triplets (Wang et al., ICCV 2017) is not here"
        ),
        (
            ["large margin", "large margin loss"],
            "take lsoftmax for Large-Margin Softmax, cosface for the large margin cosine loss"
        ),
        (
            ["margin", "margin loss"],
            "take combined for arcface_torch's margins of angle and cosine, marginal for Marginal "
                + "Loss; the margin loss of Wu et al. (ICCV 2017) is not here"
        ),
        (
            ["margin softmax", "margin softmax loss"],
            "take amsoftmax, arcface or combined, which are all called so"
        ),
        (
            ["soft margin loss"],
            "take softmargin for Soft-Margin Softmax; PyTorch's SoftMarginLoss of two classes is not "
                + "here"
        ),
    ]

    /// Advice on the names to use instead; nil for a name that is not ambiguous.
    static func advice(for folded: String) -> String? {
        all.first { $0.names.contains { Names.folded($0) == folded } }?.advice
    }
}
