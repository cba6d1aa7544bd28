import FaceStudy
import Testing

@Suite("Epochs to the best model")
struct ConvergenceTests {
    @Test(
        "The first maximum, and the first epoch within 95 % of the way to it",
        arguments: [
            ([0.5, 0.7, 0.8, 0.79], 3, 3), ([0.5, 0.79, 0.8, 0.8], 3, 2), ([0.9, 0.8], 1, 1),
            ([0.6], 1, 1), ([0.5, 0.5, 0.5], 1, 1),
        ])
    func curves(_ accuracies: [Double], _ best: Int, _ near: Int) {
        let convergence = Convergence(accuracies)
        #expect(convergence.bestEpoch == best)
        #expect(convergence.bestAccuracy == accuracies.max())
        #expect(convergence.epochWithin95Percent == near)
    }

    @Test("No epoch, no best one")
    func empty() {
        #expect(Convergence([]).bestEpoch == 0)
    }
}
