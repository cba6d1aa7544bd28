import FaceLosses
import Testing
import Torch

@Suite("Class weights")
struct LossSetupTests {
    private func state(_ name: String) throws -> [StateEntry] {
        try LossCatalogue.make(
            LossSpecification(parsing: name), classes: 200, embeddingSize: 256,
            initial: InitialWeights(seed: 9, path: "head")
        ).state
    }

    @Test(
        "of angles start as normal variates of deviation 0.01", arguments: ["arcface", "asoftmax"])
    func directions(_ name: String) throws {
        let values = try state(name)[0].tensor.array(of: Double.self)
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
        expectClose(mean / 0.01, 0, tolerance: 0.02, "mean")
        expectClose(square.squareRoot() / 0.01, 1, tolerance: 0.01, "deviation")
    }

    @Test(
        "of a softmax start in a tenth of what PyTorch draws for Linear",
        arguments: ["softmax", "marginal"])
    func linear(_ name: String) throws {
        let bound = 0.1 / 16
        for entry in try state(name) {
            let values = entry.tensor.array(of: Double.self)
            #expect(values.allSatisfy { abs($0) <= bound })
            #expect((values.max() ?? 0) > 0.9 * bound && (values.min() ?? 0) < -0.9 * bound)
        }
    }

    @Test("are alike for all losses of a kind, so that a study compares losses only")
    func alike() throws {
        let losses = try ["arcface", "amsoftmax", "asoftmax"].map {
            try state($0)[0].tensor.array(of: Float.self)
        }
        #expect(losses[0] == losses[1] && losses[1] == losses[2])
    }
}
