import Foundation
import Testing

@testable import Torch

@Suite("Traced networks")
struct TracedGraphTests {
    private let convolution = Convolution(
        inputs: 3, outputs: 4, kernel: 3, initial: InitialWeights(seed: 1))
    private let normalization = BatchNormalization(
        channels: 4, initial: InitialWeights(seed: 2))

    private var state: [StateEntry] {
        convolution.state.prefixed("conv") + normalization.state.prefixed("bn")
    }

    private func trace(_ batch: Int = 2) throws -> TracedGraph {
        try TracedGraph(of: state, on: Tensor.zeros([batch, 3, 8, 8])) { images in
            let map = convolution(
                images, normalizedBy: normalization, rectify: true, training: false)
            return map.globalAveragePooled().reshaped([images.shape[0], -1])
        }
    }

    @Test("Operations have LibTorch's names, and weights those of the state")
    func operations() throws {
        let graph = try trace()
        #expect(
            graph.operations.map(\.name) == [
                "aten::_convolution", "aten::batch_norm", "aten::relu", "aten::mean",
                "aten::reshape",
            ])
        let first = try #require(graph.operations.first)
        #expect(first.arguments[0] == .tensor(0))
        guard case .tensor(let weight) = first.arguments[1] else {
            Issue.record("no weight")
            return
        }
        #expect(graph.entry(weight)?.name == "conv.weight")
        #expect(
            first.arguments[3...6] == [
                .ints([1, 1]), .ints([1, 1]), .ints([1, 1]), .bool(false),
            ])
        #expect(graph.shape(of: first.results[0]) == [2, 4, 8, 8])
        #expect(graph.batch == 2)
    }

    @Test("Values that are made from memory while a network runs are constants of its TorchScript")
    func constants() throws {
        let body = { (images: Tensor) in
            (images * Tensor([0.5, 2, 4] as [Float], shape: [1, 3, 1, 1])).reshaped([
                images.shape[0], -1,
            ])
        }
        let graph = try TracedGraph(of: [], on: Tensor.zeros([2, 3, 2, 2]), body)
        let wider = try TracedGraph(of: [], on: Tensor.zeros([3, 3, 2, 2]), body)
        #expect(graph.operations.map(\.name) == ["aten::mul", "aten::reshape"])
        guard case .tensor(let factors) = graph.operations[0].arguments[1] else {
            Issue.record("no tensor")
            return
        }
        #expect(graph.constant(factors)?.array(of: Float.self) == [0.5, 2, 4])
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).pt")
        defer { try? FileManager.default.removeItem(at: url) }
        try graph.writeTorchScript(to: url, wider: wider)
        let images = Tensor((0..<36).map(Float.init), shape: [3, 3, 2, 2])
        let expected = (0..<36).map { Float($0) * [0.5, 2, 4][$0 / 4 % 3] }
        #expect(try TorchScript(url)(images).array(of: Float.self) == expected)
    }

    @Test("TorchScript computes the same on another number of images")
    func torchScript() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).pt")
        defer { try? FileManager.default.removeItem(at: url) }
        try trace().writeTorchScript(to: url, wider: trace(3))
        let images = Tensor((0..<3 * 192).map { Float($0 % 17) / 17 }, shape: [3, 3, 8, 8])
        let expected = convolution(
            images, normalizedBy: normalization, rectify: true, training: false
        ).globalAveragePooled()
        let made = try TorchScript(url)(images)
        #expect(made.shape == [3, 4])
        for (a, b) in zip(made.array(of: Float.self), expected.array(of: Float.self)) {
            #expect(abs(a - b) < 1e-6)
        }
    }
}
