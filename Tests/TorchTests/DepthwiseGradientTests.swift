import Testing
import Torch

/// The project's own kernels compute in `float32` and `bfloat16`; in `float64` LibTorch's do, which
/// makes the reference.
@Suite("Gradients of depthwise convolutions")
struct DepthwiseGradientTests {
    private func gradients(
        _ type: ElementType, channels: Int, side: Int, images: Int, stride: Int
    ) -> [Tensor] {
        func noise(_ shape: [Int], _ seed: UInt64) -> Tensor {
            let tensor = Tensor.zeros(shape)
            tensor.fillNormal(standardDeviation: 1, seed: seed)
            // Numbers that every type holds exactly, so that only the sums differ.
            return tensor.to(.bfloat16).to(type)
        }
        let input = noise([images, channels, side, side], 1).contiguous(.channelsLast)
            .withGradient()
        let weight = noise([channels, 1, 3, 3], 2).withGradient()
        let output = input.convolved(
            weight: weight, stride: stride, padding: 1, groups: channels)
        (output * noise(output.shape, 3)).sum().backward()
        return [input, weight].compactMap { $0.gradient?.to(.float64) }
    }

    @Test(
        "Own kernels agree with LibTorch in float64",
        arguments: [
            (2, 1, 1), (7, 5, 2), (16, 8, 1), (19, 7, 3), (33, 6, 2), (48, 9, 1),
        ], Kernels.allCases)
    func agreement(_ shape: (channels: Int, side: Int, images: Int), _ kernels: Kernels) {
        for stride in [1, 2] { agreement(shape, kernels, stride) }
    }

    private func agreement(
        _ shape: (channels: Int, side: Int, images: Int), _ kernels: Kernels, _ stride: Int
    ) {
        func all(_ type: ElementType) -> [Tensor] {
            withKernels(upTo: kernels) {
                gradients(
                    type, channels: shape.channels, side: shape.side, images: shape.images,
                    stride: stride)
            }
        }
        let exact = all(.float64)
        for (type, limit) in [(ElementType.float32, 1e-6), (.bfloat16, 5e-3)] {
            for (mine, reference) in zip(all(type), exact) {
                let error = ((mine - reference).norm() / reference.norm()).item()
                #expect(error <= limit, "\(type), \(shape), stride \(stride): \(error)")
            }
        }
    }

    @Test("The same numbers give the same bits")
    func deterministic() {
        let first = gradients(.float32, channels: 24, side: 9, images: 4, stride: 1)
        let second = gradients(.float32, channels: 24, side: 9, images: 4, stride: 1)
        for (mine, other) in zip(first, second) {
            #expect(mine.array(of: Double.self) == other.array(of: Double.self))
        }
    }

    @Test("Without images there is nothing to learn", arguments: [ElementType.float32, .bfloat16])
    func empty(_ type: ElementType) {
        let found = gradients(type, channels: 16, side: 5, images: 0, stride: 1)
        #expect(found.map(\.shape) == [[0, 16, 5, 5], [16, 1, 3, 3]])
        #expect(found.last?.abs().sum().item() == 0)
    }

    @Test("A gradient that is one number everywhere", arguments: [1, 2])
    func constantGradient(_ stride: Int) {
        func gradients(_ type: ElementType) -> [Tensor] {
            let input = Tensor.zeros([2, 24, 7, 6])
            input.fillNormal(standardDeviation: 1, seed: 1)
            let weight = Tensor.zeros([24, 1, 3, 3])
            weight.fillNormal(standardDeviation: 1, seed: 2)
            let operands = [
                input.to(type).contiguous(.channelsLast).withGradient(),
                weight.to(type).withGradient(),
            ]
            operands[0].convolved(weight: operands[1], stride: stride, padding: 1, groups: 24)
                .sum().backward()
            return operands.compactMap { $0.gradient?.to(.float64) }
        }
        for (mine, exact) in zip(gradients(.float32), gradients(.float64)) {
            #expect((mine - exact).norm().item() < 1e-6 * exact.norm().item())
        }
    }
}
