import Testing
import Torch

/// Activations and layers against their formulas, written out over Swift's arrays.
@Suite("Layers of face networks")
struct NetworkLayerTests {
    private let values = stride(from: -4.5, through: 7.5, by: 0.75).map { $0 }

    private func expectNear(
        _ found: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.count == expected.count, sourceLocation: sourceLocation)
        let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 1e-12, sourceLocation: sourceLocation)
    }

    @Test("Capped rectifiers")
    func activations() {
        let tensor = Tensor(values)
        let gate = values.map { min(max($0 + 3, 0), 6) / 6 }
        expectNear(tensor.relu6().array(), values.map { min(max($0, 0), 6) })
        expectNear(tensor.hardSigmoid().array(), gate)
        expectNear(tensor.hardSwish().array(), zip(values, gate).map { $0 * $1 })
    }

    @Test("PReLU multiplies a channel's negative values, and its weight collects their gradients")
    func prelu() throws {
        let layer = PReLU(channels: 2, initial: InitialWeights(seed: 1, type: .float64))
        layer.weight.assign(Tensor([0.5, -2.0]))
        let input = Tensor([-1.0, 2, -3, 4, -5, 6, -7, -8], shape: [2, 2, 1, 2])
        let output = layer(input, training: true)
        expectNear(output.array(), [-0.5, 2, 6, 4, -2.5, 6, 14, 16])
        output.sum().backward()
        expectNear(try #require(layer.weight.gradient).array(), [-1 - 5, -3 - 7 - 8])
        let rounded = layer(input.to(.bfloat16), training: false)
        #expect(rounded.type == .bfloat16)
        expectNear(rounded.array(), [-0.5, 2, 6, 4, -2.5, 6, 14, 16])
    }

    @Test("Layer normalisation")
    func layerNormalization() {
        let layer = LayerNormalization(size: 3, initial: InitialWeights(seed: 1, type: .float64))
        layer.weight.assign(Tensor([1.0, 2, 3]))
        layer.bias.assign(Tensor([0.5, 0, -1]))
        let standardDeviation = (2.0 / 3 + 1e-5).squareRoot()
        expectNear(
            layer(Tensor([4.0, 5, 6], shape: [1, 3]), training: true).array(),
            [-1 / standardDeviation + 0.5, 0, 3 / standardDeviation - 1])
    }

    @Test("Attention is the softmax of scaled products, times the values")
    func attention() {
        let queries = Tensor([1.0, 0, 0, 2], shape: [1, 1, 2, 2])
        let keys = Tensor([1.0, 1, -1, 3], shape: [1, 1, 2, 2])
        let values = Tensor([1.0, 10, 2, 20], shape: [1, 1, 2, 2])
        let root = 2.0.squareRoot()
        func first(_ one: Double, _ other: Double) -> Double {
            1 / (1 + Tensor([(other - one) / root]).exp().item())
        }
        let fractions = [first(1, -1), first(2, 6)]
        expectNear(
            queries.attention(keys: keys, values: values).array(),
            fractions.flatMap { [2 - $0, 20 - 10 * $0] })
    }

    private func dropout(_ rate: Double, _ unit: Dropout.Unit) -> (Dropout, BatchNormalization) {
        let initial = InitialWeights(seed: 3)
        let counter = BatchNormalization(channels: 1, initial: initial)
        let noise = BatchNoise("noise", countedBy: counter, initial: initial)
        return (Dropout(rate: rate, unit: unit, noise: noise), counter)
    }

    @Test("Dropout keeps the mean, draws anew for each batch and does nothing in evaluation")
    func elements() {
        let (layer, counter) = dropout(0.25, .element)
        let ones = Tensor.ones([100, 100])
        #expect(layer(ones, training: false).array(of: Float.self).allSatisfy { $0 == 1 })
        let first = layer(ones, training: true).array(of: Float.self)
        #expect(Set(first) == [0, Float(1 / 0.75)])
        // Four standard errors of a binomial distribution's fraction.
        let kept = Double(first.filter { $0 > 0 }.count) / 10_000
        #expect(abs(kept - 0.75) < 4 * (0.75 * 0.25 / 10_000).squareRoot())
        #expect(layer(ones, training: true).array(of: Float.self) == first)
        counter.batchesTracked.assign(counter.batchesTracked + 1)
        #expect(layer(ones, training: true).array(of: Float.self) != first)
    }

    @Test("Stochastic depth drops whole samples")
    func samples() {
        let (layer, _) = dropout(0.5, .sample)
        let rows = layer(Tensor.ones([64, 3, 2]), training: true)
            .reshaped([64, 6]).array(of: Float.self)
        let samples = stride(from: 0, to: rows.count, by: 6).map { Set(rows[$0..<$0 + 6]) }
        #expect(Set(samples) == [[0], [2]])
    }

    @Test("A count of batches from a damaged file stops nothing")
    func damagedCount() {
        let (layer, counter) = dropout(0.5, .element)
        counter.batchesTracked.assign(Tensor([Int.min], shape: []))
        #expect(layer(Tensor.ones([8]), training: true).shape == [8])
    }

    @Test("Without scale and shift a normalisation has only its statistics")
    func affine() {
        let initial = InitialWeights(seed: 1, type: .float64)
        let bare = BatchNormalization(channels: 2, affine: .none, initial: initial)
        #expect(
            bare.state.map(\.name) == ["running_mean", "running_var", "num_batches_tracked"])
        let shifted = BatchNormalization(channels: 2, affine: .shift, initial: initial)
        #expect(
            shifted.state.map(\.role) == [.constant, .normalization, .buffer, .buffer, .buffer])
        #expect(shifted.state.parameters.map(\.name) == ["bias"])
        let input = Tensor([1.0, 5, 3, 9], shape: [2, 2]).withGradient()
        let output = shifted(input, training: true)
        let inverse = [1 / (1 + 1e-5).squareRoot(), 2 / (4 + 1e-5).squareRoot()]
        expectNear(output.array(), [-inverse[0], -inverse[1], inverse[0], inverse[1]])
        (output * Tensor([1.0, 2, 3, 4], shape: [2, 2])).sum().backward()
        #expect(shifted.weight.gradient == nil)
        expectNear(shifted.bias.gradient?.array() ?? [], [4, 6])
    }
}
