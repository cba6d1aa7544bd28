import Testing
import Torch

@Suite("Stochastic gradient descent")
struct SGDTests {
    private final class Problem {
        let weight = Tensor([1.0, -2, 3]).withGradient()
        let bias = Tensor([0.5]).withGradient()
        var parameters: [StateEntry] {
            [StateEntry("weight", weight, .weight), StateEntry("bias", bias, .bias)]
        }
        var values: [Double] { weight.array() + bias.array() }

        func differentiate() {
            ((weight * Tensor([1.0, 2, 3])).square().sum() + bias.pow(3).sum()).backward()
        }

        func step(_ optimizer: SGD, _ rate: Double) {
            optimizer.clearGradients()
            differentiate()
            optimizer.step(learningRate: rate)
        }
    }

    private static let rates = [0.1, 0.1, 0.05, 0.05]

    @Test(
        "Steps are PyTorch's",
        arguments: [
            ("momentum", SGD.Options()),
            ("plain", SGD.Options(momentum: 0, weightDecay: 0.01)),
            ("nesterov", SGD.Options(nesterov: true)),
            (
                "split",
                SGD.Options(weightDecay: 0.1, decaysBiasAndNormalization: false)
            ),
        ])
    func steps(_ name: String, options: SGD.Options) throws {
        let problem = Problem()
        let optimizer = SGD(problem.parameters, options: options)
        let expected = try #require(try Golden.load().descents[name])
        for (rate, values) in zip(Self.rates, expected) {
            problem.step(optimizer, rate)
            expectClose(problem.values, values)
        }
    }

    @Test("Going on from stored velocities gives the same bits", arguments: 1...3)
    func resuming(_ stop: Int) {
        let whole = Problem()
        let optimizer = SGD(whole.parameters, options: SGD.Options())
        for rate in Self.rates { whole.step(optimizer, rate) }

        let part = Problem()
        let first = SGD(part.parameters, options: SGD.Options())
        for rate in Self.rates.prefix(stop) { part.step(first, rate) }
        let second = SGD(part.parameters, options: SGD.Options())
        #expect(!second.hasStepped)
        for (target, source) in zip(second.state, first.state) {
            #expect(target.name == source.name && target.role == .buffer)
            target.tensor.assign(source.tensor)
        }
        second.resume()
        for rate in Self.rates.dropFirst(stop) { part.step(second, rate) }
        #expect(part.values == whole.values)
    }

    @Test("A parameter without a gradient stays unchanged")
    func withoutGradient() {
        let problem = Problem()
        let optimizer = SGD(problem.parameters, options: SGD.Options())
        problem.weight.square().sum().backward()
        optimizer.step(learningRate: 0.1)
        #expect(problem.bias.item() == 0.5)
        #expect(problem.weight.array(of: Double.self) != [1, -2, 3])
    }

    @Test("The norm of all gradients, and their scaling")
    func norm() throws {
        let problem = Problem()
        let optimizer = SGD(problem.parameters, options: SGD.Options())
        #expect(optimizer.gradientNorm() == 0)
        problem.weight.gradient = Tensor([1.0, 2, 2])
        problem.bias.gradient = Tensor([4.0])
        #expect(abs(optimizer.gradientNorm() - 5) < 1e-12)
        optimizer.scaleGradients(by: 0.5)
        #expect(try #require(problem.weight.gradient).array(of: Double.self) == [0.5, 1, 1])
        #expect(abs(optimizer.gradientNorm() - 2.5) < 1e-12)
        problem.bias.gradient = Tensor([Double.nan])
        #expect(!optimizer.gradientNorm().isFinite)
        optimizer.clearGradients()
        #expect(problem.weight.gradient == nil && problem.bias.gradient == nil)
    }

    @Test("Gradients of channels-last convolutions reach the right weights")
    func channelsLast() throws {
        func weights(_ format: MemoryFormat) -> [Double] {
            let layer = Convolution(
                inputs: 3, outputs: 4, kernel: 3, initial: InitialWeights(seed: 1, type: .float64))
            let images = Tensor((0..<96).map { Double($0 % 7) }, shape: [2, 3, 4, 4])
                .contiguous(format)
            let optimizer = SGD(layer.state, options: SGD.Options())
            for _ in 0..<2 {
                optimizer.clearGradients()
                layer(images, training: true).square().mean().backward()
                optimizer.step(learningRate: 0.01)
            }
            return layer.weight.array()
        }
        expectClose(weights(.channelsLast), weights(.contiguous))
    }
}

/// What is found out about gradients where they are.
@Suite("Gradient guard")
struct GradientGuardTests {
    private func parameter(_ values: [Float], gradient: [Float]) -> Tensor {
        let tensor = Tensor(values, shape: [values.count]).withGradient()
        tensor.gradient = Tensor(gradient, shape: [gradient.count])
        return tensor
    }

    private func step(limit: Double, loss: Double, gradient: [Float]) -> (norm: Double, [Float]) {
        let tensor = parameter([1, 2], gradient: gradient)
        let optimizer = SGD(
            [StateEntry("w", tensor, .weight)],
            options: SGD.Options(momentum: 0, weightDecay: 0))
        let guarded = optimizer.gradientGuard(
            loss: Tensor([Float(loss)]).reshaped([]), limit: limit)
        optimizer.step(learningRate: 1, guardedBy: guarded)
        return (guarded.norm.item(), tensor.array())
    }

    @Test("limits the norm, and changes nothing below the limit")
    func limit() {
        let whole = step(limit: 0, loss: 1, gradient: [3, 4])
        #expect(whole.norm == 5 && whole.1 == [-2, -2])
        let limited = step(limit: 2.5, loss: 1, gradient: [3, 4])
        #expect(limited.norm == 5 && limited.1 == [-0.5, 0])
        #expect(step(limit: 10, loss: 1, gradient: [3, 4]).1 == [-2, -2])
    }

    @Test("keeps parameters where loss or gradient is not finite")
    func notFinite() {
        for limit in [0, 2.5] {
            #expect(step(limit: limit, loss: .nan, gradient: [3, 4]).1 == [1, 2])
            #expect(step(limit: limit, loss: .infinity, gradient: [3, 4]).1 == [1, 2])
            #expect(step(limit: limit, loss: 1, gradient: [.nan, 4]).1 == [1, 2])
            #expect(step(limit: limit, loss: 1, gradient: [.infinity, 4]).1 == [1, 2])
        }
    }

    @Test("has a norm of 0 where there is no gradient")
    func none() {
        let tensor = Tensor([1, 2] as [Float], shape: [2]).withGradient()
        let optimizer = SGD([StateEntry("w", tensor, .weight)], options: SGD.Options())
        let guarded = optimizer.gradientGuard(loss: Tensor([1 as Float]).reshaped([]), limit: 1)
        optimizer.step(learningRate: 1, guardedBy: guarded)
        #expect(guarded.norm.item() == 0 && tensor.array(of: Float.self) == [1, 2])
    }

    /// As derivatives come that were not accumulated: in the order of images in memory.
    @Test("Gradients may lie otherwise in memory than parameters", arguments: [1, 3])
    func layout(_ kernel: Int) {
        let shape = [4, 3, kernel, kernel]
        let count = shape.reduce(1, *)
        let values = (0..<count).map { Float($0) }
        for format in [MemoryFormat.contiguous, .channelsLast] {
            let weight = Tensor(values, shape: shape).contiguous(format).withGradient()
            weight.gradient = Tensor(values.reversed(), shape: shape)
                .contiguous(format == .contiguous ? .channelsLast : .contiguous)
            let optimizer = SGD(
                [StateEntry("w", weight, .weight)], options: SGD.Options(weightDecay: 0))
            optimizer.step(learningRate: 1)
            #expect(
                weight.array(of: Float.self) == zip(values, values.reversed()).map { $0 - $1 })
        }
    }
}
