public import Torch

/// What a margin may know of a batch: its embeddings, and the angles to their own class weights.
///
/// Not the angles to all classes, of which there may be millions: those pass by in parts, see
/// ``AngularMargin/others``.
public struct AngularBatch {
    /// Embeddings `[n, d]` as they came, in the type of the class weights.
    public let embeddings: Tensor
    /// Labels `[n]`.
    public let labels: Tensor
    /// Cosines `[n]` between embeddings and their own class weights; may pass ±1 by rounding.
    public let targets: Tensor
    /// Number of classes that take part.
    public let classes: Int
    private let sumOfOthers: (_ scale: Double) -> Tensor

    init(
        embeddings: Tensor, labels: Tensor, targets: Tensor, classes: Int,
        sumOfOthers: @escaping (_ scale: Double) -> Tensor
    ) {
        self.embeddings = embeddings
        self.labels = labels
        self.targets = targets
        self.classes = classes
        self.sumOfOthers = sumOfOthers
    }

    /// Norms `[n, 1]` of the embeddings.
    public var norms: Tensor { embeddings.norm(1, keep: true) }

    /// Whether the batch is trained on, so that what a loss remembers of batches may change.
    public var isTraining: Bool { targets.requiresGradient }

    /// Sum over all classes but the own one of e^(scale cosθ_j), `[n]`; not differentiable.
    public func otherExponentials(scale: Double) -> Tensor { sumOfOthers(scale) }
}

/// The cosines between a batch and all class weights, as one tensor.
struct CosineMatrix {
    /// Embeddings `[n, d]` as they came, in the type of the class weights.
    let embeddings: Tensor
    /// Labels `[n]`.
    let labels: Tensor
    /// Cosines `[n, c]` between embeddings and class weights; may pass ±1 by rounding.
    let cosines: Tensor

    /// Cosines `[n]` between embeddings and their own class weights.
    var targets: Tensor { cosines.picking(labels) }

    /// True `[n, c]` where a class is the sample's own.
    var isTarget: Tensor {
        let classes = Tensor.range(cosines.shape[1], device: labels.device)
        return labels.unsqueezed(1) .== classes.unsqueezed(0)
    }

    /// What a margin may know of it.
    var batch: AngularBatch {
        AngularBatch(
            embeddings: embeddings, labels: labels, targets: targets, classes: cosines.shape[1]
        ) { scale in
            withoutGradients {
                (cosines * scale).exp().replacing(with: 0, where: isTarget).sum(1)
            }
        }
    }

    init(embeddings: Tensor, labels: Tensor, weight: Tensor, subcenters: Int = 1) {
        self.embeddings = embeddings.to(weight.type)
        self.labels = labels
        let all = self.embeddings.l2Normalized().linear(weight: weight.l2Normalized())
        cosines =
            subcenters == 1
            ? all
            : all.reshaped([all.shape[0], all.shape[1] / subcenters, subcenters]).max(2)
    }
}
