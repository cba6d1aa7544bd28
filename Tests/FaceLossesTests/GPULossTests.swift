import FaceLosses
import Testing
import Torch

/// Every loss on a GPU against the same loss on the processor.
@Suite("Losses on a GPU", .enabled(if: Device.isCUDAAvailable, "no GPU here"))
struct GPULossTests {
    private static let sample = Sample.random(seed: 71, count: 21, classes: 333, size: 37)
    private static let names = LossCatalogue.descriptors.map(\.name)

    @Test("gives in float64 what the processor gives", arguments: names)
    func float64(_ name: String) throws {
        for head in [nil, HeadOptions()] {
            let found = try HeadEvaluation(
                name, Self.sample, head, fraction: 0.3, type: .float64, on: .cuda(0))
            let expected = try HeadEvaluation(
                name, Self.sample, head, fraction: 0.3, type: .float64)
            expectSame(found, expected, tolerance: 1e-10, name)
        }
    }

    @Test("Partial FC draws and changes the same rows", arguments: ["arcface", "subcenter:k=2"])
    func partial(_ name: String) throws {
        let options = HeadOptions(rate: 0.2)
        let found = try HeadEvaluation(name, Self.sample, options, type: .float64, on: .cuda(0))
        let expected = try HeadEvaluation(name, Self.sample, options, type: .float64)
        expectSame(found, expected, tolerance: 1e-10, name)
    }

    @Test("rounds products to TF32 where it may")
    func tensorFloat32() throws {
        let options = HeadOptions(precision: .bfloat16)
        let found = try HeadEvaluation(
            "arcface", Self.sample, options, type: .float32, on: .cuda(0))
        let expected = try HeadEvaluation("arcface", Self.sample, nil, type: .float32)
        expectClose(found.loss, expected.loss, tolerance: 5e-3, "loss")
    }
}
