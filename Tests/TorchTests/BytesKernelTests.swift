import Testing
import Torch

/// Bytes of images become numbers in one pass, each with the bits that LibTorch gives it.
@Suite("Images of bytes")
struct BytesKernelTests {
    private static let shapes = [
        [0, 3, 5, 3], [1, 1, 1, 1], [1, 1, 1, 3], [2, 5, 3, 1], [1, 7, 37, 3], [3, 16, 16, 3],
        [2, 112, 96, 3], [1, 113, 111, 3], [9, 101, 103, 3],
    ]

    @Test(
        "One pass gives LibTorch's bits, whatever the instructions and the size",
        arguments: shapes, Kernels.allCases)
    func bits(_ shape: [Int], _ kernels: Kernels) {
        // Each byte is there many times in the larger ones, at every place of a vector.
        let bytes = (0..<shape.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0 &* 41 &+ $0 >> 8) }
        for (mean, standardDeviation) in [(127.5, 127.5), (127.5, 128), (0, 255), (0.1, -0.3)] {
            func images(_ kernels: Kernels, _ format: MemoryFormat) -> Tensor {
                withKernels(upTo: kernels) {
                    Tensor.images(
                        bytes, count: shape[0], height: shape[1], width: shape[2],
                        channels: shape[3], mean: mean, standardDeviation: standardDeviation,
                        format: format)
                }
            }
            let own = images(kernels, .channelsLast)
            #expect(own.shape == [shape[0], shape[3], shape[1], shape[2]])
            #expect(own.isContiguous(.channelsLast))
            for format in MemoryFormat.allCases {
                let expected = images(.libTorch, format).array(of: Float.self)
                #expect(own.array(of: Float.self).map(\.bitPattern) == expected.map(\.bitPattern))
            }
        }
    }
}
