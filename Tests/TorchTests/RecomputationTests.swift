import Testing
import Torch

@Suite("Outputs of normalisations that are made again backward")
struct RecomputationTests {
    /// A convolution behind a normalisation.
    struct Case: Sendable, CustomTestStringConvertible {
        var input: [Int]
        var outputs: Int
        var kernel: Int
        var stride = 1
        var groups = 1

        var testDescription: String {
            "\(input), \(kernel)x\(kernel) to \(outputs), stride \(stride), \(groups) groups"
        }
    }

    enum Ending: CaseIterable { case plain, rectified, sloped, added }

    /// Each way to convolve: depthwise, as products, with the window's product, and LibTorch's.
    static let cases = [
        Case(input: [3, 7, 5, 6], outputs: 7, kernel: 3, groups: 7),
        Case(input: [2, 33, 9, 8], outputs: 33, kernel: 3, stride: 2, groups: 33),
        Case(input: [5, 48, 4, 4], outputs: 20, kernel: 1),
        Case(input: [2, 19, 6, 5], outputs: 9, kernel: 1, stride: 2),
        Case(input: [2, 16, 17, 16], outputs: 24, kernel: 1),
        Case(input: [4, 10, 4, 4], outputs: 6, kernel: 3),
        Case(input: [2, 12, 20, 19], outputs: 6, kernel: 3, stride: 2),
        Case(input: [2, 12, 9, 9], outputs: 8, kernel: 3, groups: 2),
        Case(input: [2, 5, 7, 7], outputs: 5, kernel: 7, groups: 5),
    ]

    /// The convolution's output and all gradients.
    private func pass(_ example: Case, _ ending: Ending, _ type: ElementType) -> [Tensor] {
        let channels = example.input[1]
        let initial = InitialWeights(seed: 1, type: .float32)
        let normalization = BatchNormalization(channels: channels, initial: initial)
        normalization.weight.assign(noise([channels], 2) * 0.5 + 1)
        normalization.bias.assign(noise([channels], 3))
        let prelu = PReLU(channels: channels, initial: initial)
        prelu.weight.assign(noise([channels], 4))
        let images = noise(example.input, 1, mean: 2).to(type).contiguous(.channelsLast)
            .withGradient()
        let residual = noise(example.input, 7).to(type).contiguous(.channelsLast).withGradient()
        let weight = noise(
            [example.outputs, channels / example.groups, example.kernel, example.kernel], 5
        ).to(type).withGradient()
        let normalized =
            switch ending {
            case .plain: normalization(images, training: true)
            case .rectified: normalization.rectified(images, training: true)
            case .sloped: normalization.rectified(images, by: prelu, training: true)
            case .added: normalization.rectified(images, adding: residual, training: true)
            }
        let output = normalized.convolved(
            weight: weight, stride: example.stride, padding: example.kernel / 2,
            groups: example.groups)
        (output * noise(output.shape, 6).to(type)).sum().backward()
        let found = [
            output, images.gradient, weight.gradient, normalization.weight.gradient,
            normalization.bias.gradient, prelu.weight.gradient, residual.gradient,
        ]
        return found.compactMap { $0?.detached().to(.float32) }
    }

    @Test(
        "change no bit of any gradient", arguments: cases,
        Kernels.allCases.filter { $0 != .libTorch })
    func sameBits(_ example: Case, _ kernels: Kernels) {
        for ending in Ending.allCases {
            for type in [ElementType.float32, .bfloat16] {
                withKernels(upTo: kernels) {
                    let again = pass(example, ending, type)
                    let kept = withNormalizedKept { pass(example, ending, type) }
                    #expect(again.count == (ending == .sloped || ending == .added ? 6 : 5))
                    #expect(again.count == kept.count)
                    for (one, other) in zip(again, kept) {
                        #expect(one.array(of: Float.self) == other.array(of: Float.self))
                        #expect(one.isFinite().all() && one.abs().sum().item() > 0)
                    }
                }
            }
        }
    }

    @Test("are made from each other in a chain of residuals, each third one kept")
    func chain() {
        func gradients() -> [[Float]] {
            let initial = InitialWeights(seed: 1, type: .float32)
            let images = noise([3, 8, 5, 7], 1).contiguous(.channelsLast).withGradient()
            var features = images
            var weights: [Tensor] = []
            for block in 0..<8 {
                func filtered(_ number: Int) -> (Tensor, BatchNormalization) {
                    let weight = noise([8, 8, 1, 1], UInt64(2 + 2 * block + number)).withGradient()
                    let normalization = BatchNormalization(channels: 8, initial: initial)
                    weights += [weight, normalization.weight]
                    return (
                        features.convolved(weight: weight, stride: 1, padding: 0), normalization
                    )
                }
                let (main, normalization) = filtered(0)
                var shortcut = features
                if block == 4 {
                    // As where a network's images become smaller: what is added is made again as well.
                    let (projected, projection) = filtered(1)
                    shortcut = projection(projected, training: true)
                }
                features = normalization.rectified(main, adding: shortcut, training: true)
            }
            features.square().sum().backward()
            return ([images] + weights).compactMap { $0.gradient?.array(of: Float.self) }
        }
        let again = gradients()
        #expect(again.count == 19)
        #expect(again == withNormalizedKept(gradients))
    }

    @Test("may be read by two convolutions, and by what is not a convolution")
    func severalReaders() {
        func gradients() -> [[Float]] {
            let normalization = BatchNormalization(
                channels: 8, initial: InitialWeights(seed: 1, type: .float32))
            let images = noise([2, 8, 6, 6], 1).contiguous(.channelsLast).withGradient()
            let weights = [
                noise([8, 1, 3, 3], 2).withGradient(), noise([4, 8, 1, 1], 3).withGradient(),
            ]
            let normalized = normalization.rectified(images, training: true)
            let sum =
                normalized.convolved(weight: weights[0], stride: 1, padding: 1, groups: 8).square()
                .sum()
                + normalized.convolved(weight: weights[1], stride: 1, padding: 0).square().sum()
                + normalized.square().sum()
            sum.backward()
            return ([images] + weights).compactMap { $0.gradient?.array(of: Float.self) }
        }
        let again = gradients()
        #expect(again.count == 3)
        #expect(again == withNormalizedKept(gradients))
    }
}
