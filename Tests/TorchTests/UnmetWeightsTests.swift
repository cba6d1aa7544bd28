import Testing
import Torch

@Suite("Weights of a convolution that meet no pixel")
struct UnmetWeightsTests {
    /// Memory that was freed, full of large numbers, which a gradient that nobody writes would contain.
    private func fillFreeMemory() {
        for count in [16 * 16 * 9, 16 * 2 * 9, 1 << 14] {
            _ = (0..<50).map { _ in Tensor.full(1e30, shape: [count], type: .bfloat16) }
        }
    }

    @Test(
        "have gradients of zero",
        arguments: [(1, 2, 1), (1, 3, 1), (2, 3, 1), (1, 2, 8), (1, 1, 1)])
    func zeros(_ size: Int, _ stride: Int, _ groups: Int) {
        func gradient(_ type: ElementType) -> Tensor? {
            let weight = noise([16, 16 / groups, 3, 3], 2).to(type).withGradient()
            let output = noise([3, 16, size, size], 1).to(type).convolved(
                weight: weight, stride: stride, padding: 1, groups: groups)
            fillFreeMemory()
            (output * noise(output.shape, 3).to(type)).sum().backward()
            return weight.gradient?.detached().to(.float64)
        }
        guard let found = gradient(.bfloat16), let expected = gradient(.float64) else {
            Issue.record("there is a gradient")
            return
        }
        let error = (found - expected).square().sum().item()
        let scale = expected.square().sum().item()
        #expect(error < 1e-4 * scale, "\(error) of \(scale)")
        let zeros = expected.array(of: Double.self).indices.filter {
            expected.array(of: Double.self)[$0] == 0
        }
        let values = found.array(of: Double.self)
        #expect(!zeros.isEmpty && zeros.allSatisfy { values[$0] == 0 })
    }
}
