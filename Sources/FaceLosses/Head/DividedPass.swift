package import Torch

/// The forward and backward pass of a batch through a head whose classes are divided into blocks, of which
/// this process may have only some.
///
/// Between the steps, the caller combines the results of all blocks, in an order that does not depend on
/// their distribution:
///
/// | step | in this process | over all blocks |
/// |---|---|---|
/// | ``ownTargets`` | the targets' cosines and angles | the block that has a sample's class |
/// | ``applyMargin(targets:logSum:)`` | the margin's results, the same everywhere | |
/// | ``summaries()`` | maxima and sums of the other classes | ``joined(_:_:)`` |
/// | ``output(_:)`` | the loss, the same everywhere | |
/// | ``differentiateSoftmax()`` | the gradient of the scale | the sum |
/// | ``differentiateMargin(toScale:)`` | the targets' gradients, the same everywhere | |
/// | ``differentiateCosines()`` | the weights' gradient, and that of the directions | the sum of the latter |
/// | ``finish(toUnitEmbeddings:)`` | the embeddings' gradient, the same everywhere | |
package final class DividedPass {
    /// A block of this process.
    struct Part {
        let block: ClassBlock
        /// The positions of its participating classes among all participating ones.
        let places: Range<Int>
        /// The participating classes, relative to this process's first class; nil for all.
        let chosen: [Int]?
    }

    /// The cosines and angles of the samples whose classes this process has, `[2, n]` in `float64`; zeros
    /// for other samples.
    package let ownTargets: Tensor
    private let embeddings: Tensor
    private let unitEmbeddings: Tensor
    private let labels: Tensor
    /// The samples' positions among the participating classes.
    private let positions: Tensor
    private let classes: Int
    private let weight: Tensor
    private let rowsPerClass: Int
    private let parts: [Part]
    private let marginOf: (AngularBatch) -> AngularMargin

    private var targetCosines: Tensor
    private var angles: Tensor
    private var margin: AngularMargin?
    /// The target logits, with their autograd graph.
    private var targetLogits: Tensor
    private var scale: Tensor
    private var logTotal: Tensor

    init(
        embeddings: Tensor, unitEmbeddings: Tensor, labels: Tensor, positions: Tensor,
        classes: Int, weight: Tensor, rowsPerClass: Int, parts: [Part], ownTargets: Tensor,
        margin: @escaping (AngularBatch) -> AngularMargin
    ) {
        self.embeddings = embeddings
        self.unitEmbeddings = unitEmbeddings
        self.labels = labels
        self.positions = positions
        self.classes = classes
        self.weight = weight
        self.rowsPerClass = rowsPerClass
        self.parts = parts
        self.ownTargets = ownTargets
        marginOf = margin
        (targetCosines, angles) = (ownTargets, ownTargets)
        (targetLogits, scale, logTotal) = (ownTargets, ownTargets, ownTargets)
    }

    // MARK: The loss

    /// Applies the margin.
    ///
    /// - Parameters:
    ///   - targets: The cosines and angles of all samples, `[2, n]` in `float64`.
    ///   - logSum: Combines logarithms `[n]` of sums over the classes of each block, for margins that
    ///     depend on the other classes.
    package func applyMargin(targets: Tensor, logSum: @escaping ([Tensor]) -> Tensor) {
        let count = labels.count
        func row(_ index: Int) -> Tensor {
            targets.narrowed(0, index..<index + 1).reshaped([count])
        }
        targetCosines = row(0).to(weight.type).copy().withGradient()
        angles = row(1).copy().withGradient()
        let batch = AngularBatch(
            embeddings: embeddings, labels: labels, targetCosines: targetCosines, angles: angles,
            classes: classes
        ) { [parts, targetCosines] scale in
            let scales = targetCosines.filled(like: scale)
            return withoutGradients {
                logSum(parts.map { $0.block.logSumOfNonTargets(scale: scales) }).exp()
                    .to(targetCosines.type)
            }
        }
        let margin = marginOf(batch)
        self.margin = margin
        targetLogits = margin.targetLogits(of: batch).reshaped([count])
        scale = margin.scale.tensor(for: batch).reshaped([-1]).expanded([count])
    }

    /// A summary of the classes of each of this process's blocks, `[5, n]` in `float64`: see
    /// ``joined(_:_:)``.
    package func summaries() -> [Tensor] {
        parts.map { part in
            let summary = part.block.summary(
                scale: scale.detached(), nonTargets: margin?.nonTargets)
            // Class indices are relative to the block.
            let offsets = [0, 0, 1, 0, 1].map { $0 * Double(part.places.lowerBound) }
            return summary
                + Tensor(offsets, shape: [5, 1], device: summary.device)
        }
    }

    /// The combined summary of neighbouring blocks, the one with the lower classes first. The rows of `[5,
    /// n]` are the logarithm of a sum, the largest cosine and the first class that has it, and the latter
    /// two without the margin's effect on other classes.
    package static func joined(_ first: Tensor, _ second: Tensor) -> Tensor {
        let n = first.shape[1]
        func row(_ table: Tensor, _ index: Int) -> Tensor {
            table.narrowed(0, index..<index + 1).reshaped([n])
        }
        let (a, b) = (0..<5).reduce(into: ([Tensor](), [Tensor]())) {
            $0.0.append(row(first, $1))
            $0.1.append(row(second, $1))
        }
        func larger(_ index: Int) -> [Tensor] {
            // Ties go to the first class.
            let isSecond = b[index] .> a[index]
            return [index, index + 1].map { b[$0].where(isSecond, else: a[$0]) }
        }
        return .stacked([sumOfExponentials(a[0], b[0])] + larger(1) + larger(3), dim: 0)
    }

    /// log(e^a + e^b).
    package static func sumOfExponentials(_ a: Tensor, _ b: Tensor) -> Tensor {
        Tensor.stacked([a, b], dim: 0).logSumExp(0)
    }

    /// The loss and the classification results of the batch.
    ///
    /// - Parameter summary: The combined summary of all blocks.
    package func output(_ summary: Tensor) -> LossOutput {
        let count = labels.count
        let rows = (0..<5).map { summary.narrowed(0, $0..<$0 + 1).reshaped([count]) }
        let logits = targetLogits.detached().to(.float64)
        logTotal = Self.sumOfExponentials(logits, rows[0])
        let entropy = (logTotal - logits).mean().to(weight.type)
        var output = LossOutput(
            loss: margin?.penalty.map { entropy + $0.detached() } ?? entropy,
            state: margin?.state ?? [:])
        let places = positions.to(.float64)
        output.isCorrect = Self.isFirst(
            targetCosines.detached().to(.float64), places, rows[3], rows[4])
        output.isCorrectWithMargin = Self.isFirst(
            logits, places, rows[1] * scale.detached().to(.float64), rows[2])
        return output
    }

    /// Whether samples' own values rank before the largest of the others; ties go to the first class.
    private static func isFirst(
        _ own: Tensor, _ place: Tensor, _ largest: Tensor, _ first: Tensor
    ) -> Tensor {
        func number(_ condition: Tensor) -> Tensor { condition.to(.float64) }
        let isBefore = number(own .== largest) * number(place .< first)
        return (number(own .> largest) + isBefore) .> 0
    }

    // MARK: Its gradients

    /// The weight of each sample's loss.
    private var share: Tensor { logTotal.filled(like: 1 / Double(labels.count)) }

    /// The contributions of each of this process's blocks to the gradient with respect to the scale, `[n]`
    /// in `float64`; to be summed if ``needsScale``.
    package func differentiateSoftmax() -> [Tensor] {
        parts.map { $0.block.differentiateSoftmax(logTotal: logTotal, weight: share) }
    }

    /// Whether the scale requires a gradient.
    package var needsScale: Bool { scale.requiresGradient }

    /// Backpropagates through the margin.
    ///
    /// - Parameter toScale: The sum over all blocks; nil if it is not needed.
    package func differentiateMargin(toScale: Tensor?) {
        let logits = targetLogits.detached().to(.float64)
        let toLogits = ((logits - logTotal).exp() - 1) * share
        var root = (targetLogits * toLogits.to(targetLogits.type)).sum()
        if let toScale { root = root + (scale * toScale.to(scale.type)).sum() }
        if let penalty = margin?.penalty, penalty.requiresGradient { root = root + penalty }
        if root.requiresGradient { root.backward() }
    }

    /// The results of this process's blocks.
    package struct Gradients {
        /// The contribution of each block to the gradient of the unit embeddings, `[n d]`.
        package var toUnitEmbeddings: [Tensor] = []
        /// The sum of the squares of the weights' gradient, by block.
        package var squares: [Double] = []
    }

    /// Sets the gradient of this process's weights, if they are trained.
    package func differentiateCosines() -> Gradients {
        let none = targetCosines.detached().filled(like: 0)
        let toCosines = targetCosines.gradient ?? none
        let toAngles = angles.gradient ?? none.to(.float64)
        let counts = parts.map { $0.places.count * rowsPerClass }
        let rows =
            weight.requiresGradient
            ? weight.detached().filled(
                like: 0, shape: [counts.reduce(0, +), weight.shape[1]]) : nil
        var (result, start) = (Gradients(), 0)
        for (part, count) in zip(parts, counts) {
            let found = part.block.differentiateCosines(
                toTargetCosines: toCosines, toAngles: toAngles,
                toRows: rows?.narrowed(0, start..<start + count))
            start += count
            result.toUnitEmbeddings.append(
                found.toUnitEmbeddings.reshaped([found.toUnitEmbeddings.count]))
            result.squares.append(found.squares)
        }
        if let rows, !parts.isEmpty { weight.gradient = gradient(of: rows) }
        return result
    }

    /// The weight's gradient, which is sparse if classes were sampled.
    private func gradient(of rows: Tensor) -> Tensor {
        guard parts.contains(where: { $0.chosen != nil }) else { return rows }
        let classes = parts.flatMap { $0.chosen ?? [] }
        return weight.detached().sparseGradient(
            classes: Tensor(classes, device: weight.device), subcenters: rowsPerClass, rows: rows)
    }

    /// A zero contribution to the gradient of the unit embeddings, `[n d]`.
    package var noGradient: Tensor {
        unitEmbeddings.detached().filled(like: 0, shape: [unitEmbeddings.count])
    }

    /// Backpropagates the gradient of the unit embeddings to the embeddings.
    ///
    /// - Parameter toUnitEmbeddings: The sum over all blocks, `[n d]`.
    package func finish(toUnitEmbeddings: Tensor) {
        guard unitEmbeddings.requiresGradient else { return }
        let gradient = toUnitEmbeddings.reshaped(unitEmbeddings.shape)
        (unitEmbeddings * gradient.to(unitEmbeddings.type)).sum().backward()
    }
}
