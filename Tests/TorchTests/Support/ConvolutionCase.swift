import Testing
import Torch

/// A dense convolution of drawn numbers, the same whatever computes it.
struct ConvolutionCase {
    /// `[n, c, h, w]`.
    var input: [Int]
    var outputs: Int
    /// Height and width of the kernel; padded so that a stride of 1 keeps the size.
    var kernel: Int
    var stride = 1

    /// Output, gradient of the input and gradient of the weight, as `float64`.
    func pass(_ type: ElementType) -> [Tensor] {
        let images = Self.noise(input, 1).to(type).contiguous(.channelsLast).withGradient()
        let weight = Self.noise([outputs, input[1], kernel, kernel], 2).to(type).withGradient()
        let output = images.convolved(weight: weight, stride: stride, padding: kernel / 2)
        (output * Self.noise(output.shape, 3).to(type)).sum().backward()
        return [output.detached(), images.gradient, weight.gradient].compactMap {
            $0?.to(.float64)
        }
    }

    /// Expects errors in `bfloat16`, against `float64`, that are no larger than those of LibTorch's
    /// kernels.
    func expectErrorsOfLibTorchAtMost() {
        let exact = pass(.float64)
        let own = pass(.bfloat16)
        let other = withKernels(upTo: .libTorch) { pass(.bfloat16) }
        #expect(own.count == 3)
        for (index, reference) in exact.enumerated() {
            func error(_ tensors: [Tensor]) -> Double {
                (tensors[index] - reference).norm().item() / reference.norm().item()
            }
            // LibTorch 2.13's convolution of one pixel of one channel is sometimes NaN: it reads memory
            // beyond the image. Then a rounding of bfloat16 is the bound.
            let bound = error(other)
            #expect(error(own) <= 1.1 * (bound.isFinite ? bound : 0x1p-8) + 3e-4, "\(self)")
        }
    }

    /// Numbers that `bfloat16` holds exactly.
    private static func noise(_ shape: [Int], _ seed: UInt64) -> Tensor {
        let tensor = Tensor.zeros(shape)
        tensor.fillNormal(standardDeviation: 1, seed: seed)
        return tensor.to(.bfloat16)
    }
}
