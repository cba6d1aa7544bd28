import FaceLosses
import Testing
import Torch

/// A loss computes in the type of its own tensors, wherever it is called and of whatever embeddings.
@Suite("Losses in a scope of bfloat16")
struct ScopeTests {
    private static let sample = Sample.random(seed: 61, count: 8, classes: 6, size: 16)
    private static let types: [ElementType] = [.bfloat16, .float32, .float64]

    private func expectEqual(_ found: Evaluation, _ expected: Evaluation, _ name: String) {
        #expect(found.loss == expected.loss && found.isFinite, "\(name)")
        #expect(found.gradients == expected.gradients, "\(name)")
        #expect(found.state == expected.state, "\(name)")
    }

    @Test("are what they are outside of it", arguments: Losses.all, types)
    func scope(_ name: String, _ embeddings: ElementType) throws {
        // Presets differ in numbers alone.
        let types: [ElementType] = Losses.names.contains(name) ? [.float32, .float64] : [.float32]
        for type in types {
            for head in [nil, HeadOptions(), HeadOptions(precision: .bfloat16)] {
                func evaluate(_ scope: ElementType) throws -> Evaluation {
                    try Evaluation(
                        name, Self.sample, type: type, embeddingType: embeddings, head: head,
                        scope: scope)
                }
                expectEqual(
                    try evaluate(.bfloat16), try evaluate(.float32), "\(name) in \(type)")
            }
        }
    }

    @Test("are so with LibTorch's kernels alone", arguments: Losses.all)
    func libTorch(_ name: String) throws {
        try withKernels(upTo: .libTorch) {
            for head in [nil, HeadOptions()] {
                func evaluate(_ scope: ElementType) throws -> Evaluation {
                    try Evaluation(
                        name, Self.sample, type: .float32, embeddingType: .bfloat16, head: head,
                        scope: scope)
                }
                expectEqual(try evaluate(.bfloat16), try evaluate(.float32), name)
            }
        }
    }
}
