import Testing
import Torch

/// The project's own kernels compute channels-last `float32` and `bfloat16`; in `float64` LibTorch's
/// do, which makes the reference.
@Suite("Batch normalisation with what follows it")
struct NormalizationKernelTests {
    /// What is computed: `[images, channels, height, width]` of values around `mean`.
    struct Case: Sendable, CustomTestStringConvertible {
        var shape: [Int]
        var mean = 0.0
        var rectify = true
        var residual = false
        /// Times this are the scales that vary around 1; 0 is how a residual block starts.
        var scale = 1.0
        var testDescription: String {
            "\(shape), mean \(mean), \(rectify), \(residual), scale \(scale)"
        }
    }

    static let shapes = [
        [1, 3, 2, 4], [2, 8, 5, 5], [3, 24, 7, 3], [4, 32, 9, 9], [2, 100, 6, 5], [2, 513, 3, 3],
        [8, 1, 4, 1], [9, 64, 28, 28], [16, 24], [128, 512], [7, 3],
    ]
    static let cases =
        shapes.flatMap { shape in
            [0.0, 30].flatMap { mean in
                [(true, false), (true, true), (false, false), (false, true)].map {
                    Case(shape: shape, mean: mean, rectify: $0.0, residual: $0.1)
                }
            }
        } + shapes.map { Case(shape: $0, residual: true, scale: 0) }

    /// Output, running statistics and gradients, in `float64`.
    struct Pass {
        var names: [String] = []
        var tensors: [Tensor] = []

        mutating func add(_ name: String, _ tensor: Tensor?) {
            guard let tensor else { return }
            names.append(name)
            tensors.append(tensor.detached().to(.float64))
        }
    }

    private func pass(
        _ test: Case, _ type: ElementType, format given: MemoryFormat? = nil,
        spoil: (Tensor) -> Void = { _ in }
    ) -> Pass {
        let channels = test.shape[1]
        let format = given ?? (test.shape.count == 4 ? .channelsLast : .contiguous)
        let layer = BatchNormalization(
            channels: channels,
            initial: InitialWeights(seed: 1, type: type == .float64 ? .float64 : .float32))
        layer.weight.assign((noise([channels], 2) * 0.5 + 1) * test.scale)
        layer.bias.assign(noise([channels], 3))
        let input = noise(test.shape, 1, mean: test.mean).to(type).contiguous(format)
        spoil(input)
        _ = input.withGradient()
        let residual =
            test.residual
            ? noise(test.shape, 4).to(type).contiguous(format).withGradient() : nil
        let output =
            test.rectify
            ? layer.rectified(input, adding: residual, training: true)
            : residual.map { layer(input, training: true) + $0 } ?? layer(input, training: true)
        (output * noise(test.shape, 5).to(type)).sum().backward()
        var pass = Pass()
        pass.add("output", output)
        pass.add("mean", layer.runningMean)
        pass.add("variance", layer.runningVariance)
        pass.add("input's gradient", input.gradient)
        pass.add("residual's gradient", residual?.gradient)
        pass.add("weight's gradient", layer.weight.gradient)
        pass.add("bias's gradient", layer.bias.gradient)
        return pass
    }

    @Test(
        "Errors against float64 are no larger than LibTorch's", arguments: cases,
        Kernels.allCases.filter { $0 != .libTorch })
    func agreement(_ test: Case, _ kernels: Kernels) {
        let exact = pass(test, .float64)
        for (type, rounding) in [(ElementType.float32, 3e-7), (.bfloat16, 3e-4)] {
            let own = withKernels(upTo: kernels) { pass(test, type) }
            let other = withKernels(upTo: .libTorch) { pass(test, type) }
            #expect(own.names == exact.names)
            for (index, name) in exact.names.enumerated() {
                func error(_ pass: Pass) -> Double {
                    let size = exact.tensors[index].norm().item()
                    let distance = (pass.tensors[index] - exact.tensors[index]).norm().item()
                    return size == 0 ? distance : distance / size
                }
                #expect(error(own) <= 1.1 * error(other) + rounding, "\(name) in \(type)")
            }
        }
    }

    @Test("Gradients are those of finite differences", arguments: [true, false])
    func finiteDifferences(_ hasResidual: Bool) throws {
        let shape = [3, 5, 4, 3]
        let values = [
            noise(shape, 1), noise([5], 2) * 0.5 + 1, noise([5], 3),
            noise(shape, 4),
        ]
        /// The sum of an output times fixed numbers.
        func sum(_ parts: [Tensor]) -> Tensor {
            let type = parts[0].type
            let layer = BatchNormalization(
                channels: 5, initial: InitialWeights(seed: 1, type: type))
            layer.weight.assign(parts[1])
            layer.bias.assign(parts[2])
            let output = layer.rectified(
                parts[0].contiguous(.channelsLast), adding: hasResidual ? parts[3] : nil,
                training: true)
            let total = (output * noise(shape, 5).to(type)).sum()
            if total.requiresGradient {
                total.backward()
                gradients = [
                    parts[0].gradient, layer.weight.gradient, layer.bias.gradient,
                    parts[3].gradient,
                ]
            }
            return total
        }
        var gradients: [Tensor?] = []
        _ = sum(values.map { $0.to(.float32).detached().withGradient() })
        for index in 0..<(hasResidual ? 4 : 3) {
            expectDerivatives(
                try #require(gradients[index]), ofOperand: index, at: values, step: 1e-5, of: sum)
        }
    }

    @Test("The same numbers give the same bits", arguments: [ElementType.float32, .bfloat16])
    func deterministic(_ type: ElementType) {
        let test = Case(shape: [9, 64, 28, 28], residual: true)
        let first = pass(test, type)
        let second = pass(test, type)
        for (one, other) in zip(first.tensors, second.tensors) {
            #expect(one.array(of: Double.self) == other.array(of: Double.self))
        }
    }

    @Test(
        "One thread and several give the same bits",
        arguments: [[128, 512], [33, 65], [4, 32, 9, 9]])
    func threads(_ shape: [Int]) {
        let passes = [1, 2, 3].map { count in
            LibTorch.withThreads(count) {
                pass(Case(shape: shape, mean: 3, rectify: false), .float32)
            }
        }
        for other in passes.dropFirst() {
            for (one, several) in zip(passes[0].tensors, other.tensors) {
                #expect(one.array(of: Double.self) == several.array(of: Double.self))
            }
        }
    }

    @Test("A number that is none spoils its own channel and no other", arguments: [false, true])
    func notANumber(_ hasResidual: Bool) {
        let test = Case(shape: [2, 3, 4, 5], residual: hasResidual)
        let spoiled = pass(test, .float32) { $0.narrowed(1, 1..<2).fill(.nan) }
        let clean = pass(test, .float32)
        for (index, name) in spoiled.names.enumerated() where name != "residual's gradient" {
            let channels = spoiled.tensors[index].rank == 4 ? 1 : 0
            for channel in 0..<3 {
                func part(_ pass: Pass) -> Tensor {
                    pass.tensors[index].narrowed(channels, channel..<channel + 1)
                }
                let isSpoiled = !part(spoiled).isFinite().all()
                // The gradient of a bias is a sum of what comes from above, which is finite.
                #expect(isSpoiled == (channel == 1 && name != "bias's gradient"), "\(name)")
                if channel != 1 {
                    #expect(part(spoiled).array(of: Double.self) == part(clean).array())
                }
            }
        }
    }

    @Test("Too few values, other formats and other types are LibTorch's to compute")
    func fallback() {
        let contiguous = Case(shape: [2, 8, 5, 5], residual: true)
        let own = pass(contiguous, .float32, format: .contiguous)
        let other = withKernels(upTo: .libTorch) {
            pass(contiguous, .float32, format: .contiguous)
        }
        for (mine, reference) in zip(own.tensors, other.tensors) {
            #expect(mine.array(of: Double.self) == reference.array())
        }
        let layer = BatchNormalization(channels: 8, initial: InitialWeights(seed: 1))
        let empty = Tensor.zeros([0, 8, 3, 3]).contiguous(.channelsLast)
        #expect(layer.rectified(empty, training: true).shape == [0, 8, 3, 3])
    }

    /// Gradients are overwritten where nobody else holds them, and only there.
    @Test("Values that go two ways get the sum of both gradients", arguments: MemoryFormat.allCases)
    func sharedGradients(_ format: MemoryFormat) {
        func gradients(_ type: ElementType) -> [Tensor] {
            let initial = InitialWeights(
                seed: 1, type: type == .float64 ? .float64 : .float32)
            let input = noise([4, 16, 6, 6], 1).to(type).contiguous(format).withGradient()
            let first = BatchNormalization(channels: 16, initial: initial.child("a"))
            let second = BatchNormalization(channels: 16, initial: initial.child("b"))
            let middle = first.rectified(input, training: true)
            let sum = middle + second(input * 0.5, training: true)
            let end = second.rectified(sum, adding: middle, training: true) + sum
            (end * noise([4, 16, 6, 6], 2).to(type)).sum().backward()
            return [input, first.weight, first.bias, second.weight, second.bias]
                .compactMap { $0.gradient?.to(.float64) }
        }
        for (mine, exact) in zip(gradients(.float32), gradients(.float64)) {
            #expect((mine - exact).norm().item() < 1e-5 * exact.norm().item())
        }
    }

    @Test(
        "Slices of images, and a gradient that is one number everywhere", arguments: [false, true])
    func strided(_ hasResidual: Bool) {
        func gradients(_ type: ElementType) -> [Tensor] {
            let whole = noise([4, 16, 6, 6], 1).to(type).contiguous(.channelsLast)
                .withGradient()
            let layer = BatchNormalization(
                channels: 8,
                initial: InitialWeights(seed: 1, type: type == .float64 ? .float64 : .float32))
            layer.bias.assign(noise([8], 3))
            let slice = whole.narrowed(1, 4..<12)
            layer.rectified(
                slice, adding: hasResidual ? slice * 0.5 : nil, training: true
            ).sum().backward()
            return [whole, layer.weight, layer.bias].compactMap { $0.gradient?.to(.float64) }
        }
        for (mine, exact) in zip(gradients(.float32), gradients(.float64)) {
            #expect((mine - exact).norm().item() < 1e-5 * exact.norm().item() + 1e-5)
        }
    }
}
