import Testing
import Torch

/// The project's own gradients are those of `bfloat16`; in `float64` LibTorch's are, which make the reference.
@Suite("Gradients of convolutions in small groups")
struct GroupedGradientTests {
    private func gradients(
        _ type: ElementType, channels: Int, groups: Int, stride: Int
    ) -> [Tensor] {
        func noise(_ shape: [Int], _ seed: UInt64) -> Tensor {
            let tensor = Tensor.zeros(shape)
            tensor.fillNormal(standardDeviation: 1, seed: seed)
            // Numbers that every type holds exactly, so that only the sums differ.
            return tensor.to(.bfloat16).to(type)
        }
        let input = noise([3, channels, 7, 6], 1).contiguous(.channelsLast).withGradient()
        // More outputs than inputs: their groups are not as large.
        let weight = noise([channels * 2, channels / groups, 3, 3], 2).withGradient()
        let output = input.convolved(weight: weight, stride: stride, padding: 1, groups: groups)
        (output * noise(output.shape, 3)).sum().backward()
        return [output.detached(), input.gradient, weight.gradient].compactMap {
            $0?.to(.float64)
        }
    }

    @Test(
        "They agree with LibTorch in float64, whatever a group's size",
        arguments: [(16, 8), (24, 8), (64, 8), (32, 16), (128, 64)])
    func agreement(channels: Int, groups: Int) {
        for stride in [1, 2] {
            let found = gradients(.bfloat16, channels: channels, groups: groups, stride: stride)
            let exact = gradients(.float64, channels: channels, groups: groups, stride: stride)
            #expect(found.count == 3 && found.map(\.shape) == exact.map(\.shape))
            for (mine, reference) in zip(found, exact) {
                let error = ((mine - reference).norm() / reference.norm()).item()
                #expect(error <= 5e-3, "\(channels) channels, \(groups) groups: \(error)")
            }
        }
    }

    @Test("The same numbers give the same bits")
    func deterministic() {
        let first = gradients(.bfloat16, channels: 32, groups: 16, stride: 1)
        let second = gradients(.bfloat16, channels: 32, groups: 16, stride: 1)
        for (mine, other) in zip(first, second) {
            #expect(mine.array(of: Double.self) == other.array(of: Double.self))
        }
    }
}
