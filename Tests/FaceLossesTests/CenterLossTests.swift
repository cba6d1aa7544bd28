import FaceLosses
import Testing
import Torch

@Suite("Center")
struct CenterLossTests {
    private let sample = Sample.random(seed: 61, count: 5, classes: 3, size: 4)

    private func made(_ text: String) throws -> CenterLoss {
        let specification = try LossSpecification(parsing: text).terms[0]
        return CenterLoss(
            try LossSetup(
                specification, classes: 3, embeddingSize: 4,
                initial: InitialWeights(seed: 1, type: .float64)))
    }

    private func run(_ loss: CenterLoss, trains: Bool) -> LossOutput {
        let rows = Tensor(sample.embeddings.flatMap(\.self), shape: [5, 4])
        return loss(
            embeddings: trains ? rows.withGradient() : rows, labels: Tensor(sample.labels),
            progress: LossProgress(fraction: 0, step: 0))
    }

    @Test("moves centres by equation 4, after their use, from 0")
    func rule() throws {
        let loss = try made("center:alpha=0.3,weight=2")
        let first = run(loss, trains: true)
        let squares = sample.embeddings.map { Naive.dot($0, $0) }
        expectClose(first.loss.item(), squares.reduce(0, +) / 5, tolerance: 1e-12)

        var centers = [[Double]](repeating: [0, 0, 0, 0], count: 3)
        for _ in 0..<2 {
            var moved = centers
            for j in 0..<3 {
                let rows = zip(sample.embeddings, sample.labels).filter { $1 == j }.map(\.0)
                for k in 0..<4 {
                    let sum = rows.map { centers[j][k] - $0[k] }.reduce(0, +)
                    moved[j][k] -= 0.3 * sum / (1 + Double(rows.count))
                }
            }
            centers = moved
            expectClose(
                loss.state[0].tensor.array(), centers.flatMap(\.self), tolerance: 1e-12, columns: 4)
            _ = run(loss, trains: true)
        }
    }

    @Test("leaves centres alone where nothing is trained")
    func evaluation() throws {
        let loss = try made("center")
        _ = run(loss, trains: false)
        #expect(loss.state[0].tensor.array(of: Double.self).allSatisfy { $0 == 0 })
    }
}
