import Testing
import Torch

@Suite("Maxima of windows")
struct PoolingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var input: [Int]
        var kernel: Int
        var stride: Int
        var padding: Int

        var testDescription: String {
            "\(input), \(kernel)x\(kernel), stride \(stride), padding \(padding)"
        }
    }

    static let cases = [
        Case(input: [2, 64, 14, 14], kernel: 3, stride: 2, padding: 1),
        Case(input: [3, 17, 9, 8], kernel: 3, stride: 2, padding: 0),
        Case(input: [1, 1, 5, 7], kernel: 2, stride: 2, padding: 1),
        Case(input: [2, 35, 6, 6], kernel: 3, stride: 1, padding: 1),
        Case(input: [2, 16, 7, 5], kernel: 1, stride: 2, padding: 0),
        Case(input: [1, 5, 16, 19], kernel: 16, stride: 3, padding: 8),
        Case(input: [2, 3, 4, 4], kernel: 2, stride: 3, padding: 0),
    ]

    /// The maxima and the gradient of the images.
    private func pass(_ example: Case, _ images: Tensor) -> [Tensor] {
        let images = images.copy().contiguous(.channelsLast).withGradient()
        let output = images.maxPooled(
            kernel: example.kernel, stride: example.stride, padding: example.padding)
        let weights = noise(output.shape, 2).to(images.type)
        (output * weights).sum().backward()
        return [output, images.gradient].compactMap { $0?.detached().to(.float32) }
    }

    /// Few different values, so that windows have several maxima.
    private func images(_ example: Case) -> Tensor {
        (noise(example.input, 1).to(.float32) * 2).floor()
    }

    @Test(
        "and their gradients are LibTorch's", arguments: cases,
        Kernels.allCases.filter { $0 != .libTorch })
    func sameAsLibTorch(_ example: Case, _ kernels: Kernels) {
        let images = images(example)
        let expected = withKernels(upTo: .libTorch) { pass(example, images) }
        let found = withKernels(upTo: kernels) { pass(example, images) }
        #expect(found.count == 2 && found[1].abs().sum().item() > 0)
        for (one, other) in zip(found, expected) { #expect((one - other).abs().sum().item() == 0) }
    }

    @Test("in bfloat16 add gradients in float32", arguments: cases)
    func bfloat16(_ example: Case) {
        let images = images(example)
        let found = pass(example, images.to(.bfloat16))
        // These values have the same maxima, so that the gradient differs by its rounding alone.
        let expected = pass(example, images).map { $0.to(.bfloat16).to(.float32) }
        for (one, other) in zip(found, expected) { #expect((one - other).abs().sum().item() == 0) }
    }

    @Test("are NaN where a window holds one, which gets the gradient, and the first of equal ones")
    func unusualValues() {
        let infinite = -Float.infinity
        let rows: [[Float]] = [
            [.nan, 5, infinite, infinite], [6, 7, infinite, infinite], [3, 3, 1, 2], [3, 3, 4, 2],
        ]
        for type in [ElementType.float32, .bfloat16] {
            let images = Tensor(rows.flatMap { $0 }, shape: [1, 1, 4, 4]).to(type).withGradient()
            let output = images.maxPooled(kernel: 2, stride: 2, padding: 0)
            let values = output.to(.float32).array(of: Float.self)
            #expect(values[0].isNaN)
            #expect(Array(values[1...]) == [infinite, 3, 4])
            let gradient = output.derivatives(of: [images], gradOutput: output.filled(like: 1))[0]
            #expect(
                gradient.to(.float32).array(of: Float.self)
                    == [1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0])
        }
    }
}
