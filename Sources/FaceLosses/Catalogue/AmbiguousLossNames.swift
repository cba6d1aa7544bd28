import FaceConfiguration

/// Names that different systems use for different losses: they are refused with advice instead of being
/// guessed.
///
/// `SphereFace` is not among them: it means A-Softmax as in the paper and the authors' first code (CVPR
/// 2017), and in pytorch-metric-learning and face.evoLVe. OpenSphere's class of that name is their later
/// SphereFace-R without the norm, the preset `opensphere-sphereface`.
enum AmbiguousLossNames {
    private static let all: [(names: [String], advice: String)] = [
        (
            ["AM", "AM loss"],
            "use amsoftmax for the additive margin of the cosine, arcface for that of the angle"
        ),
        (
            ["angular", "angular loss", "angular margin", "angular margin loss"],
            "use asoftmax for the multiplied angle, arcface for the added one; the angular loss of "
                + "triplets (Wang et al., ICCV 2017) is not available"
        ),
        (
            ["large margin", "large margin loss"],
            "use lsoftmax for Large-Margin Softmax, cosface for the large margin cosine loss"
        ),
        (
            ["margin", "margin loss"],
            "use combined for arcface_torch's margins of angle and cosine, marginal for Marginal "
                + "Loss; the margin loss of Wu et al. (ICCV 2017) is not available"
        ),
        (
            ["margin softmax", "margin softmax loss"],
            "use amsoftmax, arcface or combined, all of which have that name"
        ),
        (
            ["soft margin loss"],
            "use softmargin for Soft-Margin Softmax; PyTorch's SoftMarginLoss of two classes is not "
                + "available"
        ),
    ]

    /// Advice on the names to use instead; nil for a name that is not ambiguous.
    static func advice(for folded: String) -> String? {
        all.first { $0.names.contains { Names.folded($0) == folded } }?.advice
    }
}
