import Testing
import Torch

/// 1x1 convolutions of small `bfloat16` images are matrix products; in `float64` they are LibTorch's
/// convolutions, which makes the reference.
@Suite("1x1 convolutions")
struct PointwiseKernelTests {
    @Test(
        "Errors against float64 are no larger than LibTorch's",
        arguments: [
            [1, 1, 1, 1], [2, 3, 4, 4], [3, 17, 7, 7], [2, 64, 7, 5], [2, 5, 8, 8],
            [1, 40, 14, 14],
            [2, 8, 15, 14],
        ], [1, 2, 3])
    func agreement(_ shape: [Int], _ stride: Int) {
        ConvolutionCase(input: shape, outputs: 19, kernel: 1, stride: stride)
            .expectErrorsOfLibTorchAtMost()
    }

    @Test("Without images the result is empty, and the weight's gradient is zero")
    func empty() {
        let tensors = ConvolutionCase(input: [0, 4, 7, 7], outputs: 3, kernel: 1).pass(.bfloat16)
        #expect(tensors.first?.shape == [0, 3, 7, 7])
        #expect(tensors.last?.abs().sum().item() == 0)
    }
}
