public import Torch

/// A margin's view of a batch: its embeddings, and the angles to their target class weights.
///
/// The angles to all classes, of which there may be millions, are not included: they are processed in parts, see
/// ``AngularMargin/nonTargets``.
public struct AngularBatch {
    /// Unnormalised embeddings `[n, d]`, in the type of the class weights.
    public let embeddings: Tensor
    /// Class index of each sample, `[n]`, `int64`.
    public let labels: Tensor
    /// Cosines `[n]` between embeddings and their target class weights; may exceed ±1 by rounding.
    public let targetCosines: Tensor
    /// The angles `[n]` of those, in rad, always in `float64`: margins on the angle must be computed from
    /// these.
    ///
    /// They are precise near 0 and π, where the cosine is not, and their gradient has no pole there. At 0
    /// and π themselves it is 0, because no direction is distinguished; a zero embedding is at 90 degrees
    /// and gets no gradient either.
    public let angles: Tensor
    /// Number of classes that take part.
    public let classes: Int
    private let sumOfNonTargets: (_ scale: Double) -> Tensor

    init(
        embeddings: Tensor, labels: Tensor, targetCosines: Tensor, angles: Tensor, classes: Int,
        sumOfNonTargets: @escaping (_ scale: Double) -> Tensor
    ) {
        self.embeddings = embeddings
        self.labels = labels
        self.targetCosines = targetCosines
        self.angles = angles
        self.classes = classes
        self.sumOfNonTargets = sumOfNonTargets
    }

    /// Norms `[n, 1]` of the embeddings, whose squares do not overflow.
    public var norms: Tensor { embeddings.to(.float64).norm(1, keep: true).to(embeddings.type) }

    /// Whether it is a training batch, so that buffers of the loss may be updated.
    public var isTraining: Bool { targetCosines.requiresGradient }

    /// Sum over all non-target classes of e^(scale cosθ_j), `[n]`; not differentiable.
    public func nonTargetExponentials(scale: Double) -> Tensor { sumOfNonTargets(scale) }
}

/// The cosines between a batch and all class weights, as one tensor.
struct CosineMatrix {
    /// Unnormalised embeddings `[n, d]`, in the type of the class weights.
    let embeddings: Tensor
    /// Labels `[n]`.
    let labels: Tensor
    /// Cosines `[n, c]` between embeddings and class weights; may exceed ±1 by rounding.
    let cosines: Tensor
    /// Embeddings and class weights divided by their norms.
    private let unitRows: (embeddings: Tensor, classes: Tensor)
    private let subcenters: Int

    /// Cosines `[n]` between embeddings and their target class weights.
    var targetCosines: Tensor { cosines.picking(labels) }

    /// True `[n, c]` for each sample's target class.
    var isTarget: Tensor {
        let classes = Tensor.range(cosines.shape[1], device: labels.device)
        return labels.unsqueezed(1) .== classes.unsqueezed(0)
    }

    /// The margin's view of the batch.
    var batch: AngularBatch {
        AngularBatch(
            embeddings: embeddings, labels: labels, targetCosines: targetCosines, angles: angles,
            classes: cosines.shape[1]
        ) { scale in
            withoutGradients {
                (cosines * scale).exp().replacing(with: 0, where: isTarget).sum(1)
            }
        }
    }

    init(embeddings: Tensor, labels: Tensor, weight: Tensor, subcenters: Int = 1) {
        self.embeddings = embeddings.to(weight.type)
        self.labels = labels
        self.subcenters = subcenters
        unitRows = (self.embeddings.l2Normalized(), weight.l2Normalized())
        let all = unitRows.embeddings.linear(weight: unitRows.classes)
        cosines = subcenters == 1 ? all : Self.byClass(all, subcenters).max(2)
    }

    /// `[n, c k]` -> `[n, c, k]`.
    private static func byClass(_ all: Tensor, _ subcenters: Int) -> Tensor {
        all.reshaped([all.shape[0], all.shape[1] / subcenters, subcenters])
    }

    /// Angles `[n]` between embeddings and their target class weights; the nearest subcenter counts.
    private var angles: Tensor {
        unitRows.embeddings.angles(to: unitRows.classes.selected(0, targetRows))
    }

    /// The rows `[n]` of the samples' target class weights.
    private var targetRows: Tensor {
        guard subcenters > 1 else { return labels }
        return withoutGradients {
            let all = unitRows.embeddings.linear(weight: unitRows.classes)
            let nearest = Self.byClass(all, subcenters).argmax(2).picking(labels)
            return labels * Tensor([subcenters], device: labels.device) + nearest
        }
    }
}
