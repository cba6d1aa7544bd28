import Testing
import Torch

@Suite("Layers")
struct LayersTests {
    private let initial = InitialWeights(seed: 3)

    @Test("Names and shapes are PyTorch's")
    func state() {
        func names(_ layer: any Layer) -> [String] {
            layer.state.map { "\($0.name) \($0.tensor.shape)" }
        }
        #expect(
            names(Linear(inputs: 3, outputs: 2, initial: initial)) == ["weight [2, 3]", "bias [2]"])
        #expect(
            names(Linear(inputs: 3, outputs: 2, bias: false, initial: initial)) == ["weight [2, 3]"]
        )
        #expect(
            names(Convolution(inputs: 4, outputs: 8, kernel: 3, groups: 2, initial: initial))
                == ["weight [8, 2, 3, 3]"])
        #expect(
            names(BatchNormalization(channels: 5, initial: initial)) == [
                "weight [5]", "bias [5]", "running_mean [5]", "running_var [5]",
                "num_batches_tracked []",
            ])
    }

    @Test("Prefixes, parameters and their number")
    func entries() {
        let state =
            Linear(inputs: 3, outputs: 2, initial: initial).state.prefixed("fc")
            + BatchNormalization(channels: 2, initial: initial).state.prefixed("layer1.0.bn")
        #expect(
            state.parameters.map(\.name) == [
                "fc.weight", "fc.bias", "layer1.0.bn.weight", "layer1.0.bn.bias",
            ])
        #expect(state.parameterCount == 6 + 2 + 2 + 2)
        #expect(
            state.map(\.role) == [
                .weight, .bias, .normalization, .normalization, .buffer, .buffer, .buffer,
            ])
    }

    @Test("Weights of linear maps are uniform in 1/√inputs")
    func linearWeights() {
        let layer = Linear(inputs: 400, outputs: 100, initial: initial)
        #expect(layer.weight.abs().max().item() <= 0.05)
        #expect(layer.weight.abs().max().item() > 0.049)
        #expect(abs(layer.weight.mean().item()) < 1e-3)
        #expect(layer.bias?.abs().max().item() ?? 1 <= 0.05)
    }

    @Test("A convolution keeps the size unless it strides")
    func convolution() {
        let images = Tensor.ones([1, 2, 7, 5])
        func shape(_ kernel: Int, _ stride: Int, _ padding: Int?) -> [Int] {
            Convolution(
                inputs: 2, outputs: 3, kernel: kernel, stride: stride, padding: padding,
                initial: initial)(images, training: true).shape
        }
        #expect(shape(3, 1, nil) == [1, 3, 7, 5])
        #expect(shape(1, 1, nil) == [1, 3, 7, 5])
        #expect(shape(3, 2, nil) == [1, 3, 4, 3])
        #expect(shape(3, 1, 0) == [1, 3, 5, 3])
    }

    @Test("Running statistics are PyTorch's")
    func runningStatistics() throws {
        let golden = try Golden.load().runningStatistics
        let layer = BatchNormalization(
            channels: 2, initial: InitialWeights(seed: 1, type: .float64))
        for batch in golden.batches { _ = layer(batch.tensor, training: true) }
        expectClose(layer.runningMean.array(), golden.mean)
        expectClose(layer.runningVariance.array(), golden.variance)
        #expect(layer.batchesTracked.item() == 2)
        _ = layer(try #require(golden.batches.first).tensor, training: false)
        #expect(layer.batchesTracked.item() == 2)
        expectClose(layer.runningMean.array(), golden.mean)
    }

    @Test("Layers have the type that they are made with")
    func types() {
        let initial = InitialWeights(seed: 1, type: .float64)
        let layers: [any Layer] = [
            Linear(inputs: 2, outputs: 2, initial: initial),
            Convolution(inputs: 2, outputs: 2, kernel: 1, initial: initial),
            BatchNormalization(channels: 2, initial: initial),
        ]
        for entry in layers.flatMap(\.state) where entry.name != "num_batches_tracked" {
            #expect(entry.tensor.type == .float64)
        }
    }
}
