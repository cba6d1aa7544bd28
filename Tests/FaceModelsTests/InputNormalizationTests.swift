import FaceModels
import Testing
import Torch

@Suite("Bytes as a network takes them")
struct InputNormalizationTests {
    @Test("Bytes in rows of RGB become planes from -1 to 1", arguments: MemoryFormat.allCases)
    func standard(_ format: MemoryFormat) {
        // Two images of 1x2 pixels.
        let pixels: [UInt8] = [0, 51, 102, 153, 204, 255, 255, 0, 255, 0, 255, 0]
        let images = InputNormalization.standard.images(
            pixels: pixels, count: 2, height: 1, width: 2, format: format, device: .cpu)
        #expect(images.shape == [2, 3, 1, 2])
        #expect(images.type == .float32)
        #expect(images.isContiguous(format))
        let expected: [Float] = [-1, 0.2, -0.6, 0.6, -0.2, 1, 1, -1, -1, 1, 1, -1]
        for (found, expected) in zip(images.array(of: Float.self), expected) {
            #expect(abs(found - expected) < 1e-6)
        }
    }

    @Test("Any mean and deviation")
    func other() {
        let images = InputNormalization(mean: 127.5, standardDeviation: 128).images(
            pixels: [0, 255, 128], count: 1, height: 1, width: 1, format: .contiguous,
            device: .cpu)
        #expect(images.array(of: Double.self) == [-0.99609375, 0.99609375, 0.00390625])
    }
}
