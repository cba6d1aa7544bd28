import Testing
import Torch

/// Dense 3x3 convolutions with few outputs have their weight's gradient from a matrix product in
/// `bfloat16`; in `float64` they are LibTorch's, which makes the reference.
@Suite("Dense 3x3 convolutions")
struct WindowKernelTests {
    private func noise(_ shape: [Int], _ seed: UInt64) -> Tensor {
        let tensor = Tensor.zeros(shape)
        tensor.fillNormal(deviation: 1, seed: seed)
        return tensor.to(.bfloat16)
    }

    /// Output and gradients.
    private func pass(_ type: ElementType, _ shape: [Int], stride: Int) -> [Tensor] {
        let input = noise(shape, 1).to(type).contiguous(.channelsLast).withGradient()
        let weight = noise([11, shape[1], 3, 3], 2).to(type).withGradient()
        let output = input.convolved(weight: weight, stride: stride, padding: 1)
        (output * noise(output.shape, 3).to(type)).sum().backward()
        return [output.detached(), input.gradient, weight.gradient].compactMap {
            $0?.to(.float64)
        }
    }

    @Test(
        "Errors against float64 are no larger than LibTorch's",
        arguments: [
            [1, 1, 1, 1], [2, 3, 4, 4], [3, 17, 2, 7], [2, 64, 3, 5], [2, 5, 8, 8],
            [1, 40, 14, 13],
            [2, 8, 15, 14], [2, 4, 1, 16],
        ], [1, 2])
    func agreement(_ shape: [Int], _ stride: Int) {
        let exact = pass(.float64, shape, stride: stride)
        let own = pass(.bfloat16, shape, stride: stride)
        let other = withKernels(upTo: .libTorch) { pass(.bfloat16, shape, stride: stride) }
        #expect(own.count == 3)
        for (index, reference) in exact.enumerated() {
            func error(_ tensors: [Tensor]) -> Double {
                (tensors[index] - reference).norm().item() / reference.norm().item()
            }
            #expect(error(own) <= 1.1 * error(other) + 3e-4)
        }
    }

    @Test("The same numbers give the same bits, whatever the number of threads")
    func deterministic() {
        let threads = LibTorch.threads
        defer { LibTorch.setThreads(threads) }
        let bits = [1, 2, 3].map { count in
            LibTorch.setThreads(count)
            return pass(.bfloat16, [4, 32, 7, 7], stride: 2).map { $0.array(of: Double.self) }
        }
        #expect(bits[0] == bits[1] && bits[0] == bits[2])
    }

    @Test("Without images the result is empty, and the weight's gradient is zero")
    func empty() {
        let tensors = pass(.bfloat16, [0, 4, 4, 4], stride: 1)
        #expect(tensors.first?.shape == [0, 11, 4, 4])
        #expect(tensors.last?.abs().sum().item() == 0)
    }
}
