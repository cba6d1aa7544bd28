import Testing
import Torch

/// Dense 3x3 convolutions with few outputs have their weight's gradient from a matrix product in
/// `bfloat16`; in `float64` they are LibTorch's, which makes the reference.
@Suite("Dense 3x3 convolutions")
struct WindowKernelTests {
    private func convolution(_ input: [Int], stride: Int) -> ConvolutionCase {
        ConvolutionCase(input: input, outputs: 11, kernel: 3, stride: stride)
    }

    @Test(
        "Errors against float64 are no larger than LibTorch's",
        arguments: [
            [1, 1, 1, 1], [2, 3, 4, 4], [3, 17, 2, 7], [2, 64, 3, 5], [2, 5, 8, 8],
            [1, 40, 14, 13],
            [2, 8, 15, 14], [2, 4, 1, 16],
        ], [1, 2])
    func agreement(_ shape: [Int], _ stride: Int) {
        convolution(shape, stride: stride).expectErrorsOfLibTorchAtMost()
    }

    @Test("The same numbers give the same bits, whatever the number of threads")
    func deterministic() {
        let bits = [1, 2, 3].map { count in
            LibTorch.withThreads(count) {
                convolution([4, 32, 7, 7], stride: 2).pass(.bfloat16)
                    .map { $0.array(of: Double.self) }
            }
        }
        #expect(bits[0] == bits[1] && bits[0] == bits[2])
    }

    @Test("Without images the result is empty, and the weight's gradient is zero")
    func empty() {
        let tensors = convolution([0, 4, 4, 4], stride: 1).pass(.bfloat16)
        #expect(tensors.first?.shape == [0, 11, 4, 4])
        #expect(tensors.last?.abs().sum().item() == 0)
    }
}
