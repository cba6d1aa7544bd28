import Testing
import Torch

@Suite("A convolution with its normalisation folded in")
struct FoldedConvolutionTests {
    struct Case: Sendable {
        var inputs: Int
        var outputs: Int
        var kernel: Int
        var stride = 1
        var groups = 1
        var residual = false
    }

    private func noise(_ shape: [Int], _ seed: UInt64) -> Tensor {
        let tensor = Tensor.zeros(shape)
        tensor.fillNormal(standardDeviation: 1, seed: seed)
        return tensor
    }

    /// The output in evaluation, and whether it was differentiable.
    private func output(
        _ test: Case, _ type: ElementType, format: MemoryFormat, rectify: Bool, images: Int = 2
    ) -> Tensor {
        let initial = InitialWeights(seed: 1, type: type == .float64 ? .float64 : .float32)
        let convolution = Convolution(
            inputs: test.inputs, outputs: test.outputs, kernel: test.kernel, stride: test.stride,
            groups: test.groups, initial: initial)
        convolution.weight.assign(noise(convolution.weight.shape, 2))
        let layer = BatchNormalization(channels: test.outputs, initial: initial)
        layer.weight.assign(noise([test.outputs], 3))
        layer.bias.assign(noise([test.outputs], 4))
        layer.runningMean.assign(noise([test.outputs], 5))
        layer.runningVariance.assign(noise([test.outputs], 6).square() + 0.1)
        let input = noise([images, test.inputs, 9, 7], 7).to(initial.type).contiguous(format)
        return withPrecision(type, on: .cpu) {
            let convolved = convolution(input, training: false)
            let residual =
                test.residual
                ? noise(convolved.shape, 8).to(convolved.type).contiguous(format) : nil
            return convolution(
                input, normalizedBy: layer, adding: residual, rectify: rectify, training: false)
        }
    }

    @Test(
        "It is the convolution, then the normalisation, and so on",
        arguments: [
            Case(inputs: 3, outputs: 8, kernel: 3, stride: 2),
            Case(inputs: 5, outputs: 7, kernel: 1, residual: true),
            Case(inputs: 32, outputs: 16, kernel: 1, stride: 2),
            Case(inputs: 16, outputs: 16, kernel: 3, stride: 1, groups: 16),
            Case(inputs: 16, outputs: 32, kernel: 3, residual: true),
        ], MemoryFormat.allCases)
    func agreement(_ test: Case, _ format: MemoryFormat) {
        for rectify in [true, false] {
            let exact = output(test, .float64, format: format, rectify: rectify)
            #expect(exact.requiresGradient)
            for (type, limit) in [
                (ElementType.float64, 1e-13), (.float32, 1e-6), (.bfloat16, 8e-3),
            ] {
                for kernels in [Kernels.libTorch, .current] {
                    let folded = withKernels(upTo: kernels) {
                        withoutGradients {
                            output(test, type, format: format, rectify: rectify)
                        }
                    }
                    #expect(!folded.requiresGradient)
                    #expect(folded.type == type)
                    let error = (folded.to(.float64) - exact.detached()).norm().item()
                    #expect(error <= limit * exact.norm().item(), "\(type), \(kernels)")
                }
            }
        }
    }

    @Test(
        "Folded weights follow what they are made of", arguments: [ElementType.float32, .bfloat16])
    func changes(_ type: ElementType) {
        let initial = InitialWeights(seed: 1)
        let convolution = Convolution(inputs: 8, outputs: 16, kernel: 3, initial: initial)
        let layer = BatchNormalization(channels: 16, initial: initial)
        let images = noise([2, 8, 9, 7], 7).contiguous(.channelsLast)
        func evaluate() -> [Float] {
            withoutGradients {
                withPrecision(type, on: .cpu) {
                    convolution(images, normalizedBy: layer, rectify: true, training: false)
                }
            }.array(of: Float.self)
        }
        func compose() -> [Float] {
            withPrecision(type, on: .cpu) {
                layer.rectified(convolution(images, training: false), training: false)
            }.detached().array(of: Float.self)
        }
        let changes: [(name: String, make: () -> Void)] = [
            ("weight", { convolution.weight.assign(noise([16, 8, 3, 3], 2)) }),
            ("scale", { layer.weight.assign(noise([16], 3)) }),
            ("shift", { layer.bias.assign(noise([16], 4)) }),
            ("mean", { layer.runningMean.assign(noise([16], 5)) }),
            ("variance", { layer.runningVariance.assign(noise([16], 6).square() + 0.1) }),
            (
                "training",
                { _ = convolution(images, normalizedBy: layer, rectify: true, training: true) }
            ),
        ]
        var before = evaluate()
        #expect(before == evaluate())
        for change in changes {
            change.make()
            let (after, expected) = (evaluate(), compose())
            #expect(after != before, "\(change.name)")
            let error = zip(after, expected).map { abs($0 - $1) }.max() ?? 0
            let largest = expected.map(abs).max() ?? 0
            #expect(error <= (type == .float32 ? 1e-5 : 3e-2) * largest, "\(change.name)")
            before = after
        }
    }

    @Test("Without images the result is empty")
    func empty() {
        let folded = withoutGradients {
            output(
                Case(inputs: 4, outputs: 6, kernel: 3), .bfloat16, format: .channelsLast,
                rectify: true, images: 0)
        }
        #expect(folded.shape == [0, 6, 9, 7])
    }
}
