import Testing
import Torch

/// 1x1 convolutions of small `bfloat16` images are matrix products; in `float64` they are LibTorch's
/// convolutions, which makes the reference.
@Suite("1x1 convolutions")
struct PointwiseKernelTests {
    private func noise(_ shape: [Int], _ seed: UInt64) -> Tensor {
        let tensor = Tensor.zeros(shape)
        tensor.fillNormal(deviation: 1, seed: seed)
        return tensor.to(.bfloat16)
    }

    /// Output and gradients.
    private func pass(
        _ type: ElementType, _ shape: [Int], outputs: Int, stride: Int = 1
    ) -> [Tensor] {
        let input = noise(shape, 1).to(type).contiguous(.channelsLast).withGradient()
        let weight = noise([outputs, shape[1], 1, 1], 2).to(type).withGradient()
        let output = input.convolved(weight: weight, stride: stride)
        (output * noise(output.shape, 3).to(type)).sum().backward()
        return [output.detached(), input.gradient, weight.gradient].compactMap {
            $0?.to(.float64)
        }
    }

    @Test(
        "Errors against float64 are no larger than LibTorch's",
        arguments: [
            [1, 1, 1, 1], [2, 3, 4, 4], [3, 17, 7, 7], [2, 64, 7, 5], [2, 5, 8, 8],
            [1, 40, 14, 14],
            [2, 8, 15, 14],
        ], [1, 2, 3])
    func agreement(_ shape: [Int], _ stride: Int) {
        func pass(_ type: ElementType) -> [Tensor] {
            self.pass(type, shape, outputs: 19, stride: stride)
        }
        let exact = pass(.float64)
        let own = pass(.bfloat16)
        let other = withKernels(upTo: .libTorch) { pass(.bfloat16) }
        #expect(own.count == 3)
        for (index, reference) in exact.enumerated() {
            func error(_ tensors: [Tensor]) -> Double {
                (tensors[index] - reference).norm().item() / reference.norm().item()
            }
            #expect(error(own) <= 1.1 * error(other) + 3e-4)
        }
    }

    @Test("Without images the result is empty, and the weight's gradient is zero")
    func empty() {
        let tensors = pass(.bfloat16, [0, 4, 7, 7], outputs: 3)
        #expect(tensors.first?.shape == [0, 3, 7, 7])
        #expect(tensors.last?.abs().sum().item() == 0)
    }
}
