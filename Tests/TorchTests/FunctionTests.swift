import Testing
import Torch

/// Every differentiable function against PyTorch's: results and gradients.
@Suite("Functions and their gradients")
struct FunctionTests {
    private typealias Function = ([Tensor]) -> Tensor

    private static var labels: Tensor { Tensor([2, 0, 1, 2]) }
    private static var mask: Tensor { Tensor([1, 0, 1, 0, 0, 1], shape: [2, 3]).to(.bool) }

    private static var pointwise: [String: Function] {
        [
            "abs": { $0[0].abs() }, "acos": { $0[0].acos() },
            "clamped": { $0[0].clamped(to: -0.5...0.5) },
            "clampedFrom": { $0[0].clamped(from: 0.1) }, "copy": { $0[0].copy() },
            "cos": { $0[0].cos() }, "dividedBy": { $0[0] / $0[1] },
            "dividedByNumber": { $0[0] / 3 }, "exp": { $0[0].exp() }, "floor": { $0[0].floor() },
            "log": { $0[0].log() }, "log1p": { $0[0].log1p() },
            "logSigmoid": { $0[0].logSigmoid() }, "maximum": { $0[0].maximum($0[1]) },
            "minimum": { $0[0].minimum($0[1]) }, "minus": { $0[0] - $0[1] },
            "minusNumber": { $0[0] - 2 }, "negative": { -$0[0] },
            "numberDividedBy": { 3 / $0[0] }, "numberMinus": { 2 - $0[0] },
            "numberPlus": { 2 + $0[0] }, "numberTimes": { 2.5 * $0[0] }, "plus": { $0[0] + $0[1] },
            "plusNumber": { $0[0] + 2 }, "pow": { $0[0].pow(3) },
            "powInverseRoot": { $0[0].pow(-0.5) }, "reciprocal": { $0[0].reciprocal() },
            "relu": { $0[0].relu() }, "rsqrt": { $0[0].rsqrt() }, "sigmoid": { $0[0].sigmoid() },
            "sign": { $0[0].sign() }, "sin": { $0[0].sin() }, "softplus": { $0[0].softplus() },
            "sqrt": { $0[0].sqrt() }, "square": { $0[0].square() }, "tanh": { $0[0].tanh() },
            "times": { $0[0] * $0[1] }, "timesNumber": { $0[0] * 2.5 },
        ]
    }

    private static var reductions: [String: Function] {
        [
            "crossEntropy": { $0[0].crossEntropy(labels: labels) },
            "crossEntropySmoothed": { $0[0].crossEntropy(labels: labels, labelSmoothing: 0.1) },
            "cumulativeSum": { $0[0].cumulativeSum(1) }, "l2Normalized": { $0[0].l2Normalized() },
            "linear": { $0[0].linear(weight: $0[1], bias: $0[2]) },
            "linearWithoutBias": { $0[0].linear(weight: $0[1]) },
            "logSoftmax": { $0[0].logSoftmax(1) }, "logSumExp": { $0[0].logSumExp(1) },
            "matmul": { $0[0].matmul($0[1]) }, "max": { $0[0].max(1) }, "mean": { $0[0].mean() },
            "meanOfColumns": { $0[0].mean(0, 2, keep: true) }, "min": { $0[0].min() },
            "norm": { $0[0].norm() }, "normOfRows": { $0[0].norm(1, keep: true) },
            "softmax": { $0[0].softmax(1) }, "sum": { $0[0].sum() }, "sumOfRows": { $0[0].sum(1) },
        ]
    }

    private static var shapes: [String: Function] {
        [
            "addingSlices": { $0[0].addingSlices(0, labels, $0[1]) },
            "concatenated": { .concatenated($0, dim: 1) }, "expanded": { $0[0].expanded([-1, 3]) },
            "flipped": { $0[0].flipped(1) },
            "gathered": { $0[0].gathered(1, Tensor([2, 2, 0, 1], shape: [2, 2])) },
            "narrowed": { $0[0].narrowed(1, 1..<4) }, "permuted": { $0[0].permuted([2, 0, 1]) },
            "picking": { $0[0].picking(labels) },
            "replacing": { $0[0].replacing(with: 7, where: mask) },
            "reshaped": { $0[0].reshaped([-1, 2]) },
            "scattered": { $0[0].scattered(1, Tensor([2, 0], shape: [2, 1]), $0[1]) },
            "selected": { $0[0].selected(0, Tensor([2, 0, 2])) },
            "squeezed": { $0[0].squeezed(1) }, "stacked": { .stacked($0, dim: 1) },
            "transposed": { $0[0].transposed(0, 1) }, "unsqueezed": { $0[0].unsqueezed(1) },
            "where": { $0[0].where(mask, else: $0[1]) },
        ]
    }

    private static var networks: [String: Function] {
        [
            "batchNormalization": { normalization($0)($0[0], training: true) },
            "batchNormalizationEvaluated": {
                let layer = normalization($0)
                layer.runningMean.assign(Tensor([0.5, -1, 2]))
                layer.runningVariance.assign(Tensor([0.5, 1, 4]))
                return layer($0[0], training: false)
            },
            "batchNormalizationOfRows": { normalization($0)($0[0], training: true) },
            "batchNormalizationRectified": {
                normalization($0).rectified($0[0], adding: $0[3], training: true)
            },
            "convolved": { $0[0].convolved(weight: $0[1], stride: 2, padding: 1) },
            "convolvedDepthwise": { $0[0].convolved(weight: $0[1], padding: 1, groups: 3) },
            "globalAveragePooled": { $0[0].globalAveragePooled() },
            "maxPooled": { $0[0].maxPooled(kernel: 3, stride: 2, padding: 1) },
        ]
    }

    /// A normalisation with the second and third tensor as its parameters, which then receive the
    /// layer's gradients.
    private static func normalization(_ inputs: [Tensor]) -> BatchNormalization {
        let layer = BatchNormalization(
            channels: 3, initial: InitialWeights(seed: 1, type: .float64))
        layer.weight.assign(inputs[1])
        layer.bias.assign(inputs[2])
        return layer
    }

    private static var all: [String: Function] {
        [pointwise, reductions, shapes, networks].reduce(into: [:]) { all, part in
            all.merge(part) { first, _ in first }
        }
    }

    @Test("All of PyTorch's cases are tried")
    func complete() throws {
        #expect(Set(try Golden.load().functions.keys) == Set(Self.all.keys))
    }

    @Test("Results and gradients are PyTorch's", arguments: all.keys.sorted())
    func compare(_ name: String) throws {
        let golden = try #require(try Golden.load().functions[name])
        let inputs = golden.inputs.map { $0.tensor.withGradient() }
        let function = try #require(Self.all[name])
        let output = function(inputs)
        #expect(output.shape == golden.output.shape)
        expectClose(output.array(), golden.output.values)
        let weights = Tensor((0..<output.count).map(Double.init), shape: output.shape).cos()
        (output * weights).sum().backward()
        for (input, expected) in zip(inputs, golden.gradients) {
            // A layer's own parameters receive the gradients instead of the values given to it.
            guard let gradient = input.gradient else {
                #expect(name.hasPrefix("batchNormalization"))
                continue
            }
            #expect(gradient.shape == expected.shape)
            expectClose(gradient.array(), expected.values)
        }
    }

    @Test("A normalisation's parameters receive PyTorch's gradients")
    func normalizationParameters() throws {
        let golden = try #require(try Golden.load().functions["batchNormalization"])
        let inputs = golden.inputs.map(\.tensor)
        let layer = Self.normalization(inputs)
        let output = layer(inputs[0], training: true)
        let weights = Tensor((0..<output.count).map(Double.init), shape: output.shape).cos()
        (output * weights).sum().backward()
        expectClose(try #require(layer.weight.gradient).array(), golden.gradients[1].values)
        expectClose(try #require(layer.bias.gradient).array(), golden.gradients[2].values)
    }

    @Test("A row of zeros stays zero when normalised, and its gradient is finite")
    func zeroRow() throws {
        let input = Tensor([0, 0, 3, 4] as [Float], shape: [2, 2]).withGradient()
        let output = input.l2Normalized()
        expectClose(output.array(), [0, 0, 0.6, 0.8], tolerance: 1e-7)
        (output * Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])).sum().backward()
        #expect(try #require(input.gradient).isFinite().all())
    }

    @Test("Components of 1e30 and of 1e-10 are normalised without overflow or loss")
    func extremeRows() throws {
        let input = Tensor([3e30, -4e30, 3e-10, 4e-10] as [Float], shape: [2, 2]).withGradient()
        let output = input.l2Normalized()
        expectClose(output.array(), [0.6, -0.8, 0.6, 0.8], tolerance: 1e-6)
        output.narrowed(1, 0..<1).sum().backward()
        #expect(try #require(input.gradient).isFinite().all())
    }

    @Test("Comparisons give truth values")
    func comparisons() {
        let x = Tensor([1, 2, 3] as [Float])
        let y = Tensor([3, 2, 1] as [Float])
        func bits(_ tensor: Tensor) -> [UInt8] {
            #expect(tensor.type == .bool)
            return tensor.to(.uint8).array()
        }
        #expect(bits(x .== y) == [0, 1, 0])
        #expect(bits(x .!= y) == [1, 0, 1])
        #expect(bits(x .< y) == [1, 0, 0])
        #expect(bits(x .> y) == [0, 0, 1])
        #expect(bits(x .>= y) == [0, 1, 1])
        #expect(bits(x .== 2) == [0, 1, 0])
        #expect(bits(x .< 2) == [1, 0, 0])
        #expect(bits(x .> 2) == [0, 0, 1])
        #expect(bits(x .<= 2) == [1, 1, 0])
        #expect(bits(x .>= 2) == [0, 1, 1])
        #expect(bits((x .> 1) .& (x .< 3)) == [0, 1, 0])
        #expect(bits((x .< 2) .| (x .> 2)) == [1, 0, 1])
        #expect(bits(.!(x .> 1)) == [1, 0, 0])
        let odd = Tensor([1, .infinity, .nan, -.infinity] as [Float])
        #expect(bits(odd.isFinite()) == [1, 0, 0, 0])
        #expect((x .> 0).all())
        #expect(!(x .> 1).all())
    }

    @Test("The largest and smallest elements and their places")
    func extremes() {
        let x = Tensor([3, 1, 2, 4, 6, 5] as [Float], shape: [2, 3])
        #expect(x.argmax(1).array(of: Int.self) == [0, 1])
        let largest = x.top(2, dim: 1)
        #expect(largest.values.array(of: Float.self) == [3, 2, 6, 5])
        #expect(largest.indices.array(of: Int.self) == [0, 2, 1, 2])
        let smallest = x.top(1, dim: 0, largest: false)
        #expect(smallest.values.array(of: Float.self) == [3, 1, 2])
        #expect(smallest.indices.type == .int64)
    }
}
