import FaceModels
import Testing
import Torch

/// The networks against torchvision's and timm's with the same weights.
@Suite("Against torchvision and timm", .serialized)
struct ReferenceTests {
    /// Embedding, buffer and gradient tolerances, relative to the reference tensor's norm.
    private struct Tolerance {
        var outputs: Double
        var buffers: Double
        var gradients: Double
    }

    private static func indices(where isWanted: (GoldenCase) -> Bool) -> [Int] {
        guard let cases = try? Golden.load().cases else { return [] }
        return cases.indices.filter { isWanted(cases[$0]) }
    }

    @Test("float64, every case: 1e-10 a tensor", arguments: indices { _ in true })
    func float64(_ index: Int) throws {
        let golden = try Golden.load().cases[index]
        try compare(
            golden, .float64, .contiguous,
            Tolerance(outputs: 1e-10, buffers: 1e-10, gradients: 1e-10))
    }

    @Test(
        "float32 away from the rectifiers' kinks: 1e-5 a tensor",
        arguments: indices { $0.smooth }, MemoryFormat.allCases)
    func float32(_ index: Int, format: MemoryFormat) throws {
        let golden = try Golden.load().cases[index]
        try compare(
            golden, .float32, format, Tolerance(outputs: 1e-5, buffers: 1e-5, gradients: 1e-5))
    }

    /// PyTorch's own float32 differs from its float64 by as much here: values near a rectifier's
    /// kink end up on its other side.
    @Test("float32 with values at the kinks", arguments: indices { !$0.smooth })
    func float32AtKinks(_ index: Int) throws {
        let golden = try Golden.load().cases[index]
        try compare(
            golden, .float32, .channelsLast,
            Tolerance(outputs: 2e-3, buffers: 1e-4, gradients: 0.2))
    }

    private func compare(
        _ golden: GoldenCase, _ type: ElementType, _ format: MemoryFormat, _ tolerance: Tolerance
    ) throws {
        let pass = try ReferencePass(
            backbone: golden.backbone, batch: golden.batch, height: golden.height,
            width: golden.width, training: golden.training, smooth: golden.smooth, type: type,
            format: format)
        #expect(pass.outputs.type == type)
        #expect(Projection.distance(pass.outputs, golden.outputs) < tolerance.outputs)
        let first = pass.outputs.reshaped([-1]).narrowed(0, 0..<8).array(of: Double.self)
        for (found, expected) in zip(first, golden.firstOutputs) {
            #expect(abs(found - expected) < tolerance.outputs * golden.outputs[0])
        }
        let imageGradient = try #require(pass.images.gradient)
        #expect(Projection.distance(imageGradient, golden.imageGradient) < tolerance.gradients)
        try compareGradients(pass, golden, tolerance.gradients)
        for entry in pass.state where entry.role == .buffer && golden.training {
            let expected = try #require(golden.buffers[entry.name])
            let distance = Projection.distance(entry.tensor, expected)
            #expect(distance < tolerance.buffers, "\(entry.name)")
        }
    }

    private func compareGradients(
        _ pass: ReferencePass, _ golden: GoldenCase, _ tolerance: Double
    ) throws {
        #expect(Set(golden.gradients.keys) == Set(pass.state.parameters.map(\.name)))
        for entry in pass.state.parameters {
            let expected = try #require(golden.gradients[entry.name])
            let gradient = try #require(entry.tensor.gradient)
            if entry.role != .weight, golden.training, expected[0] < 1e-6 {
                // The next normalisation takes a bias out again: what is left is rounding.
                #expect(gradient.norm().item() < tolerance * golden.outputs[0])
            } else {
                let distance = Projection.distance(gradient, expected)
                #expect(distance < tolerance, "\(entry.name)")
            }
        }
    }
}
