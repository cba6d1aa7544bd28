import Testing
import Torch

/// Descent where a gradient has some rows only.
@Suite("Descent in rows")
struct SparseDescentTests {
    /// A parameter with a sparse gradient in the given classes.
    private func parameter(_ classes: [Int], type: ElementType = .float64) -> StateEntry {
        let weight = Tensor.zeros([40, 21], type: type)
        weight.fillNormal(deviation: 1, seed: 1)
        let entry = StateEntry("weight", weight.withGradient(), .weight)
        addGradient(to: entry, classes)
        return entry
    }

    private func addGradient(to entry: StateEntry, _ classes: [Int]) {
        let directions = Tensor.zeros([2, 21], type: entry.tensor.type)
        directions.fillNormal(deviation: 1, seed: 2)
        let table = CosineTable(
            directions: directions.l2Normalized(), weight: entry.tensor, classes: Tensor(classes),
            labels: Tensor([0, 1]), workspace: HeadWorkspace())
        let scale = Tensor([4, 4] as [Double]).to(entry.tensor.type)
        table.crossEntropy(targetLogits: table.targets * scale, scale: scale).loss.backward()
    }

    @Test(
        "A step is an ordinary step in those rows and leaves the others",
        arguments: [
            SGD.Options(), SGD.Options(momentum: 0, weightDecay: 0.1),
            SGD.Options(momentum: 0.9, weightDecay: 0.1, nesterov: true),
        ], Kernels.allCases.filter { $0 <= .best })
    func step(_ options: SGD.Options, _ level: Kernels) {
        let classes = [3, 4, 17, 39]
        let sparse = parameter(classes)
        let dense = StateEntry("weight", sparse.tensor.detached().copy().withGradient(), .weight)
        let before: [Double] = sparse.tensor.array()
        let optimizers = [sparse, dense].map { SGD([$0], options: options) }
        for _ in 0..<3 {
            dense.tensor.gradient = sparse.tensor.gradient?.dense()
            withKernels(upTo: level) {
                for optimizer in optimizers { optimizer.step(learningRate: 0.3) }
            }
        }
        let found: [Double] = sparse.tensor.array()
        let expected: [Double] = dense.tensor.array()
        for row in 0..<40 {
            for i in row * 21..<(row + 1) * 21 {
                let value = classes.contains(row) ? expected[i] : before[i]
                #expect(abs(found[i] - value) < 1e-14)
            }
        }
    }

    @Test("Rows that gradients share are added up before norm and step")
    func sharedRows() {
        let entry = parameter([3, 4, 17])
        addGradient(to: entry, [2, 4, 30])
        let dense = entry.tensor.gradient?.dense()
        let norm = dense?.norm().item() ?? .nan
        let optimizer = SGD([entry], options: SGD.Options(momentum: 0, weightDecay: 0))
        #expect(abs(optimizer.gradientNorm() - norm) < 1e-14)
        optimizer.scaleGradients(by: 0.5)
        let expected = entry.tensor.detached() - (dense ?? entry.tensor) * 0.1
        optimizer.step(learningRate: 0.2)
        #expect((entry.tensor.detached() - expected).abs().max().item() < 1e-15)
    }
}
