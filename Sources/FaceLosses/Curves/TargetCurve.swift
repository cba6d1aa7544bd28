import Foundation
import Torch
import SafeNumbers

/// The target logit of a loss and its gradient, as functions of the angle between an
/// embedding and its class weight, computed by the loss itself.
///
/// This is the plot in papers on margins. Logits are divided by the factor of the cosine, the scale or the
/// embedding's norm, so that losses are comparable; class weights have length 1, and all non-target classes
/// are at 90 degrees.
public struct TargetCurve: Hashable, Sendable {
    /// The curve at one angle.
    public struct Point: Hashable, Sendable {
        /// Angle between embedding and target class weights, in rad; 0...π.
        public var angle: Double
        /// The target logit, divided by the scale.
        public var logit: Double
        /// The gradient of that logit with respect to the angle, as used in training: if a loss treats its
        /// margin as a constant, it is not the slope of the curve.
        public var gradient: Double
    }

    /// The loss with its parameters.
    public let specification: LossSpecification
    /// The points, by increasing angle from near 0 to near π.
    public let points: [Point]

    /// Computes a curve.
    ///
    /// - Parameters:
    ///   - classes: Number of classes, on which automatic scales depend; at least 2.
    ///   - norm: Norm of the embeddings; that of 512 components after batch normalisation by default.
    ///   - fraction: Completed fraction of the run, for scheduled margins.
    ///   - count: Number of angles; at least 2.
    /// - Throws: ``FaceLossesError/noTargetLogit(_:)`` for a pairwise or centre loss.
    public init(
        _ specification: LossSpecification, classes: Int = 500,
        norm: Double = 512.0.squareRoot(), fraction: Double = 1, count: Int = 180
    ) throws(FaceLossesError) {
        self.specification = specification
        let loss = try LossCatalogue.make(
            specification, classes: classes, embeddingSize: 3,
            initial: InitialWeights(seed: 1, path: "head", type: .float64))
        for entry in loss.state { Self.place(entry, classes: classes) }
        let angles = (0..<count).map { (Double($0) + 0.5) * .pi / Double(count) }
        // The first embedding is at angle 0, which determines the scale.
        let rows = ([0] + angles).flatMap { angle -> [Double] in
            [norm * cos(angle), norm * sin(angle), 0]
        }
        let embeddings = Tensor(rows, shape: [count + 1, 3]).withGradient()
        let output = loss(
            embeddings: embeddings, labels: Tensor([Int](repeating: 0, count: count + 1)),
            progress: LossProgress(fraction: fraction, step: Int(saturating: fraction * 1e6)))
        guard let plain = output.logits, specification.terms.isEmpty || specification.isGiven
        else { throw .noTargetLogit(specification.name) }
        let logits = (output.marginLogits ?? plain).narrowed(1, 0..<1)
        logits.sum().backward()
        let scale = plain.narrowed(1, 0..<1).detached().array(of: Double.self)[0]
        let gradients = embeddings.gradient?.array(of: Double.self) ?? []
        points = zip(angles.indices, logits.detached().array(of: Double.self).dropFirst()).map {
            index, logit in
            let (angle, row) = (angles[index], 3 * (index + 1))
            let along =
                gradients.isEmpty
                ? 0 : gradients[row + 1] * cos(angle) - gradients[row] * sin(angle)
            return Point(angle: angle, logit: logit / scale, gradient: norm * along / scale)
        }
    }

    /// Places class 0 on the first axis and all others on the third, and sets biases to 0.
    private static func place(_ entry: StateEntry, classes: Int) {
        let shape = entry.tensor.shape
        if shape.count == 2, shape[1] == 3, entry.role == .weight {
            let own = shape[0] / classes
            let rows = (0..<shape[0]).flatMap { row -> [Double] in
                row < own ? [1, 0, 0] : [0, 0, 1]
            }
            entry.tensor.assign(Tensor(rows, shape: shape))
        } else if shape == [classes], entry.name == "bias" {
            entry.tensor.assign(Tensor.zeros(shape, type: .float64))
        }
    }
}

extension LossSpecification {
    /// Whether the classification was requested, not added because terms need one.
    fileprivate var isGiven: Bool { descriptor.name != "softmax" || !values.isEmpty }
}
