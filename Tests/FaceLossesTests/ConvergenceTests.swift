import FaceLosses
import Testing
import Torch

@Suite("Convergence")
struct ConvergenceTests {
    /// Four clusters in 8 dimensions, and a linear map that must pull them apart.
    private struct Toy {
        let inputs: Tensor
        let labels: Tensor
        let map: Linear
        let loss: any FaceLoss

        init(_ text: String) throws {
            var random = Random(seed: 5)
            let centres = (0..<4).map { _ in (0..<8).map { _ in random.normal() } }
            let labels = (0..<32).map { $0 % 4 }
            let rows = labels.map { centres[$0].map { $0 + 0.7 * random.normal() } }
            inputs = Tensor(rows.flatMap(\.self).map(Float.init), shape: [32, 8])
            self.labels = Tensor(labels)
            let initial = InitialWeights(seed: 2)
            map = Linear(inputs: 8, outputs: 6, initial: initial.child("map"))
            loss = try LossCatalogue.make(
                LossSpecification(parsing: text), classes: 4, embeddingSize: 6,
                initial: initial.child("head"))
        }

        func output(_ fraction: Double, step: Int) -> LossOutput {
            loss(
                embeddings: map(inputs, training: true), labels: labels,
                progress: LossProgress(fraction: fraction, step: step))
        }

        /// Trains and gives the fraction of samples that are classified correctly without margin.
        func train(steps: Int) -> Double {
            let optimizer = SGD(
                map.state.prefixed("map") + loss.state.prefixed("loss"),
                options: SGD.Options(weightDecay: 0))
            for step in 0..<steps {
                optimizer.clearGradients()
                output(Double(step) / Double(steps), step: step).loss.backward()
                let norm = optimizer.gradientNorm()
                if norm > 5 { optimizer.scaleGradients(by: 5 / norm) }
                optimizer.step(learningRate: 0.05)
            }
            return withoutGradients {
                let logits = output(1, step: steps).logits ?? .zeros([32, 4])
                return (logits.argmax(1) .== labels).sum().item() / 32
            }
        }

        /// Mean cosine of embedding pairs of one class, and of two.
        func meanCosines() -> (same: Double, different: Double) {
            withoutGradients {
                let directions = map(inputs, training: false).l2Normalized()
                let cosines = directions.matmul(directions.transposed(0, 1))
                let same = (labels.unsqueezed(1) .== labels.unsqueezed(0)).to(.float32)
                return (
                    ((cosines * same).sum() / same.sum()).item(),
                    ((cosines * (1 - same)).sum() / (1 - same).sum()).item()
                )
            }
        }
    }

    @Test(
        "200 steps pull a toy problem apart",
        arguments: Losses.names + [
            "sphereface", "amsoftmax-paper", "cosface", "arcface:grad=exact", "insightface",
            "triplet:mining=hard", "triplet:mining=all", "coco:centroids=batch",
            "sphereface-r:version=v0", "sphereface-r:version=v2", "opensphere-sphereface2",
            "elasticface:version=cos,m=0.35", "arcface+center+triplet", "probe+triplet",
            "probe+supcon", "probe+contrastive:weight=1", "probe+marginal-pairs",
        ])
    func separation(_ text: String) throws {
        let toy = try Toy(text)
        let before = toy.meanCosines()
        let accuracy = toy.train(steps: 200)
        let after = toy.meanCosines()
        #expect(accuracy >= 0.95, "\(text): \(accuracy)")
        #expect(after.same - after.different > before.same - before.different, "\(text): \(after)")
        #expect(after.same - after.different > 0.6, "\(text): \(after)")
    }
}
