import Testing
import Torch

@Suite("Initial weights")
struct InitialWeightsTests {
    private func numbers(_ initial: InitialWeights, _ name: String) -> [Float] {
        initial.normal(name, [4], standardDeviation: 1).array()
    }

    @Test("They depend on seed and full name, and on nothing else")
    func names() {
        let initial = InitialWeights(seed: 1)
        let first = numbers(initial.child("layer1").child("conv"), "weight")
        // Drawn in between, and requested by another way: the same numbers.
        _ = numbers(initial, "other")
        #expect(numbers(initial.child("layer1.conv"), "weight") == first)
        #expect(numbers(InitialWeights(seed: 1, path: "layer1.conv"), "weight") == first)
        #expect(numbers(InitialWeights(seed: 2, path: "layer1.conv"), "weight") != first)
        #expect(numbers(initial.child("layer2.conv"), "weight") != first)
        #expect(numbers(initial.child("layer1.conv"), "bias") != first)
    }

    /// From PyTorch's generator with the seed that FNV-1a and SplitMix64 give for `model.weight`: a
    /// change means that old seeds no longer give old runs.
    @Test("They are the same numbers from machine to machine")
    func stored() {
        let initial = InitialWeights(seed: 42, path: "model", type: .float64)
        expectClose(
            initial.uniform("weight", [3], bound: 0.5).array(),
            [0.47645302740415296, -0.37898931209041664, 0.00029731358297946375])
        expectClose(
            initial.normal("weight", [3], standardDeviation: 0.5).array(),
            [0.25117698537544453, -0.037435174470860914, -0.8162313078192008])
    }

    @Test("A wider type has the same numbers, with more digits")
    func types() {
        let single = InitialWeights(seed: 3).uniform("w", [100], bound: 2)
        let double = InitialWeights(seed: 3, type: .float64).uniform("w", [100], bound: 2)
        #expect(single.type == .float32 && double.type == .float64)
        #expect(double.array(of: Float.self) == single.array(of: Float.self))
        #expect(single.requiresGradient && double.requiresGradient)
    }

    @Test("Zeros and constants")
    func constants() {
        let zeros = InitialWeights.zeros().child("a")
        #expect(zeros.normal("w", [2], standardDeviation: 1).array(of: Float.self) == [0, 0])
        #expect(zeros.uniform("w", [2], bound: 1).array(of: Float.self) == [0, 0])
        #expect(zeros.constant(1, [2]).array(of: Float.self) == [1, 1])
        #expect(InitialWeights(seed: 1).constant(2.5, [1]).requiresGradient)
    }
}
