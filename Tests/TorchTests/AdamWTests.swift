import Testing
import Torch

@Suite("AdamW and moving averages")
struct AdamWTests {
    private final class Problem {
        let weight = Tensor([1.0, -2, 3]).withGradient()
        let bias = Tensor([0.5]).withGradient()
        var parameters: [StateEntry] {
            [StateEntry("weight", weight, .weight), StateEntry("bias", bias, .bias)]
        }
        var values: [Double] { weight.array() + bias.array() }

        func step(_ optimizer: any Optimizer, _ rate: Double) {
            optimizer.clearGradients()
            ((weight * Tensor([1.0, 2, 3])).square().sum() + bias.pow(3).sum()).backward()
            optimizer.step(learningRate: rate)
        }
    }

    private static let rates = [0.1, 0.1, 0.05, 0.05]

    @Test(
        "Steps are PyTorch's",
        arguments: [
            ("adamw", AdamW.Options()),
            (
                "adamw split",
                AdamW.Options(
                    beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.5,
                    decaysBiasAndNormalization: false)
            ),
        ])
    func steps(_ name: String, options: AdamW.Options) throws {
        let problem = Problem()
        let optimizer = AdamW(problem.parameters, options: options)
        let expected = try #require(try Golden.load().descents[name])
        for (rate, values) in zip(Self.rates, expected) {
            problem.step(optimizer, rate)
            expectClose(problem.values, values, tolerance: 1e-7)
        }
    }

    @Test("Going on from stored moments gives the same bits", arguments: 1...3)
    func resuming(_ stop: Int) {
        let whole = Problem()
        let optimizer = AdamW(whole.parameters, options: AdamW.Options())
        for rate in Self.rates { whole.step(optimizer, rate) }

        let part = Problem()
        let first = AdamW(part.parameters, options: AdamW.Options())
        for rate in Self.rates.prefix(stop) { part.step(first, rate) }
        let second = AdamW(part.parameters, options: AdamW.Options())
        #expect(second.state.map(\.name) == first.state.map(\.name))
        for (target, source) in zip(second.state, first.state) {
            target.tensor.assign(source.tensor)
        }
        second.resume()
        for rate in Self.rates.dropFirst(stop) { part.step(second, rate) }
        #expect(part.values == whole.values)
    }

    @Test("A part's factor multiplies its rate, and 0 leaves it", arguments: [0, 0.5])
    func factors(_ factor: Double) {
        func after(_ make: ([StateEntry]) -> any Optimizer, _ rate: Double) -> [Double] {
            let problem = Problem()
            problem.step(make(problem.parameters), rate)
            return problem.values
        }
        let options = SGD.Options(momentum: 0, weightDecay: 0)
        let split = after({ SGD($0, options: options, factors: [factor, 1]) }, 0.1)
        let slow = after({ SGD($0, options: options) }, 0.1 * factor)
        let full = after({ SGD($0, options: options) }, 0.1)
        #expect(split == Array(slow.prefix(3)) + [full[3]])
    }

    @Test("The average follows the weights by the warmed-up decay, and gives them back")
    func average() {
        let weight = Tensor([1.0, -2])
        let count = Tensor([3])
        let fixed = Tensor([7.0])
        let network = [
            StateEntry("weight", weight, .weight), StateEntry("count", count, .buffer),
            StateEntry("fixed", fixed, .constant),
        ]
        let average = WeightAverage(of: network, decay: 0.5)
        weight.assign(Tensor([3.0, 0]))
        count.assign(Tensor([4]))
        average.update(afterSteps: 1)
        // min(0.5, 2 / 11) of the previous average is kept.
        let kept = 2.0 / 11
        expectClose(
            average.state[0].tensor.array(), [kept + 3 * (1 - kept), -2 * kept], tolerance: 1e-12)
        weight.assign(Tensor([5.0, 5]))
        average.update(afterSteps: 100)
        let expected = [
            (kept + 3 * (1 - kept)) / 2 + 2.5, -2 * kept / 2 + 2.5,
        ]
        average.withAverages {
            expectClose(weight.array(), expected, tolerance: 1e-12)
            #expect(count.array(of: Int.self) == [4])
        }
        #expect(weight.array(of: Double.self) == [5, 5])
        #expect(fixed.array(of: Double.self) == [7])
    }
}
