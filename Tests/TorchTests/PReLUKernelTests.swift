import Testing
import Torch

/// The project's own kernels compute channels-last `float32` and `bfloat16`; in `float64` LibTorch's
/// do, one operation after the other, which makes the reference.
@Suite("Batch normalisation with PReLU")
struct PReLUKernelTests {
    static let shapes = [
        [1, 3, 2, 4], [2, 8, 5, 5], [3, 24, 7, 3], [4, 32, 9, 9], [2, 100, 6, 5], [2, 513, 3, 3],
        [8, 1, 4, 1], [9, 64, 28, 28], [16, 24],
    ]

    /// A normalisation and a rectifier, some of whose slopes are negative, 0 and more than 1.
    private struct Pair {
        let normalization: BatchNormalization
        let prelu: PReLU

        init(channels: Int, _ type: ElementType) {
            let initial = InitialWeights(seed: 1, type: type == .float64 ? .float64 : .float32)
            normalization = BatchNormalization(channels: channels, initial: initial)
            normalization.weight.assign(noise([channels], 2) * 0.5 + 1)
            normalization.bias.assign(noise([channels], 3))
            prelu = PReLU(channels: channels, initial: initial)
            let slopes = noise([channels], 4)
            if channels > 2 { slopes.narrowed(0, 1..<2).fill(0) }
            prelu.weight.assign(slopes)
        }
    }

    /// Output, running statistics and gradients, in `float64`.
    private static let names = [
        "output", "mean", "variance", "input's gradient", "weight's gradient", "bias's gradient",
        "slopes' gradient",
    ]

    private func pass(
        _ shape: [Int], mean: Double = 0, _ type: ElementType, format given: MemoryFormat? = nil,
        spoil: (Tensor) -> Void = { _ in }
    ) -> [Tensor] {
        let format = given ?? (shape.count == 4 ? .channelsLast : .contiguous)
        let layers = Pair(channels: shape[1], type)
        let input = noise(shape, 1, mean: mean).to(type).contiguous(format)
        spoil(input)
        _ = input.withGradient()
        let output = layers.normalization.rectified(input, by: layers.prelu, training: true)
        (output * noise(shape, 5).to(type)).sum().backward()
        let found: [Tensor?] = [
            output, layers.normalization.runningMean, layers.normalization.runningVariance,
            input.gradient, layers.normalization.weight.gradient,
            layers.normalization.bias.gradient, layers.prelu.weight.gradient,
        ]
        return found.compactMap { $0?.detached().to(.float64) }
    }

    @Test(
        "Errors against float64 are no larger than LibTorch's", arguments: shapes,
        Kernels.allCases.filter { $0 != .libTorch })
    func agreement(_ shape: [Int], _ kernels: Kernels) {
        for mean in [0.0, 30] {
            let exact = pass(shape, mean: mean, .float64)
            #expect(exact.count == Self.names.count)
            for (type, rounding) in [(ElementType.float32, 3e-7), (.bfloat16, 3e-4)] {
                let own = withKernels(upTo: kernels) { pass(shape, mean: mean, type) }
                let other = withKernels(upTo: .libTorch) { pass(shape, mean: mean, type) }
                #expect(own.count == exact.count)
                for (index, name) in Self.names.enumerated() {
                    func error(_ pass: [Tensor]) -> Double {
                        (pass[index] - exact[index]).norm().item() / exact[index].norm().item()
                    }
                    #expect(error(own) <= 1.1 * error(other) + rounding, "\(name) in \(type)")
                }
            }
        }
    }

    @Test("Gradients are those of finite differences")
    func finiteDifferences() throws {
        let shape = [3, 5, 4, 3]
        let values = [
            noise(shape, 1), noise([5], 2) * 0.5 + 1, noise([5], 3),
            noise([5], 4),
        ]
        var gradients: [Tensor?] = []
        /// The sum of an output times fixed numbers.
        func sum(_ parts: [Tensor]) -> Tensor {
            let type = parts[0].type
            let layers = Pair(channels: 5, type)
            layers.normalization.weight.assign(parts[1])
            layers.normalization.bias.assign(parts[2])
            layers.prelu.weight.assign(parts[3])
            let output = layers.normalization.rectified(
                parts[0].contiguous(.channelsLast), by: layers.prelu, training: true)
            let total = (output * noise(shape, 5).to(type)).sum()
            if total.requiresGradient {
                total.backward()
                gradients = [
                    parts[0].gradient, layers.normalization.weight.gradient,
                    layers.normalization.bias.gradient, layers.prelu.weight.gradient,
                ]
            }
            return total
        }
        _ = sum(values.map { $0.to(.float32).detached().withGradient() })
        for index in values.indices {
            expectDerivatives(
                try #require(gradients[index]), ofOperand: index, at: values, step: 1e-6, of: sum)
        }
    }

    @Test(
        "One thread and several give the same bits",
        arguments: [[33, 65, 3, 3], [9, 64, 28, 28]], [ElementType.float32, .bfloat16])
    func threads(_ shape: [Int], _ type: ElementType) {
        let passes = [1, 2, 3].map { count in
            LibTorch.withThreads(count) { pass(shape, mean: 3, type) }
        }
        for other in passes.dropFirst() {
            for (one, several) in zip(passes[0], other) {
                #expect(one.array(of: Double.self) == several.array(of: Double.self))
            }
        }
    }

    @Test("A number that is none spoils its own channel and no other")
    func notANumber() {
        let shape = [2, 3, 4, 5]
        let spoiled = pass(shape, .float32) { $0.narrowed(1, 1..<2).fill(.nan) }
        let clean = pass(shape, .float32)
        for (index, name) in Self.names.enumerated() {
            let channels = spoiled[index].rank == 4 ? 1 : 0
            for channel in 0..<3 {
                func part(_ pass: [Tensor]) -> Tensor {
                    pass[index].narrowed(channels, channel..<channel + 1)
                }
                // The gradient of a bias is a sum of what comes from above, which is finite.
                let expected = channel == 1 && name != "bias's gradient"
                #expect(!part(spoiled).isFinite().all() == expected, "\(name)")
                if channel != 1 {
                    #expect(part(spoiled).array(of: Double.self) == part(clean).array())
                }
            }
        }
    }

    @Test("Other formats and frozen statistics are LibTorch's to compute")
    func fallback() {
        let own = pass([2, 8, 5, 5], .float32, format: .contiguous)
        let other = withKernels(upTo: .libTorch) {
            pass([2, 8, 5, 5], .float32, format: .contiguous)
        }
        for (mine, reference) in zip(own, other) {
            #expect(mine.array(of: Double.self) == reference.array())
        }
        let layers = Pair(channels: 8, .float32)
        layers.normalization.isFrozen = true
        let input = noise([2, 8, 5, 5], 1).to(.float32)
        let expected = layers.prelu(
            layers.normalization(input, training: true), training: true)
        let fused = layers.normalization.rectified(input, by: layers.prelu, training: true)
        #expect(fused.array(of: Float.self) == expected.array())
        let empty = Tensor.zeros([0, 8, 3, 3]).contiguous(.channelsLast)
        #expect(
            layers.normalization.rectified(empty, by: layers.prelu, training: true).shape
                == [0, 8, 3, 3])
    }

    /// Gradients are overwritten where nobody else holds them, and only there.
    @Test("Values that go two ways get the sum of both gradients", arguments: MemoryFormat.allCases)
    func sharedGradients(_ format: MemoryFormat) {
        func gradients(_ type: ElementType) -> [Tensor] {
            let input = noise([4, 16, 6, 6], 1).to(type).contiguous(format).withGradient()
            let (first, second) = (Pair(channels: 16, type), Pair(channels: 16, type))
            let middle = first.normalization.rectified(input, by: first.prelu, training: true)
            let end =
                second.normalization.rectified(middle, by: second.prelu, training: true) + middle
            (end * noise([4, 16, 6, 6], 6).to(type)).sum().backward()
            return [input, first.prelu.weight, first.normalization.weight, second.prelu.weight]
                .compactMap { $0.gradient?.to(.float64) }
        }
        for (mine, exact) in zip(gradients(.float32), gradients(.float64)) {
            #expect((mine - exact).norm().item() < 1e-5 * exact.norm().item())
        }
    }

    @Test(
        "Folded into a convolution, it is the three one after the other",
        arguments: MemoryFormat.allCases)
    func folded(_ format: MemoryFormat) {
        func output(_ type: ElementType, folds: Bool) -> Tensor {
            let layers = Pair(channels: 19, type)
            let initial = InitialWeights(seed: 1, type: type == .float64 ? .float64 : .float32)
            let convolution = Convolution(inputs: 5, outputs: 19, kernel: 3, initial: initial)
            let input = noise([2, 5, 9, 7], 7).to(initial.type).contiguous(format)
            return withPrecision(type, on: .cpu) {
                withoutGradients {
                    guard !folds else {
                        return convolution(
                            input, normalizedBy: layers.normalization, rectifiedBy: layers.prelu,
                            training: false)
                    }
                    let normalized = layers.normalization(
                        convolution(input, training: false), training: false)
                    return layers.prelu(normalized, training: false)
                }
            }
        }
        let exact = output(.float64, folds: false)
        for (type, limit) in [
            (ElementType.float64, 1e-13), (.float32, 1e-6), (.bfloat16, 8e-3),
        ] {
            for kernels in Kernels.allCases {
                let found = withKernels(upTo: kernels) { output(type, folds: true) }
                #expect(found.type == type)
                let error = (found.to(.float64) - exact).norm().item()
                #expect(error <= limit * exact.norm().item(), "\(type), \(kernels)")
            }
        }
    }
}
