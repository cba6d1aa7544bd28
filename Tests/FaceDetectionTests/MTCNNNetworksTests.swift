import FaceData
import Foundation
import Testing

@testable import FaceDetection

@Suite("MTCNN's networks with made-up weights, as NumPy computes them")
struct MTCNNNetworksTests {
    private func networks() throws -> MTCNNNetworks {
        let folder = try TemporaryFolder()
        try MadeUpMTCNN.write(to: folder.url)
        return try MTCNNNetworks(folder.url)
    }

    private func input(_ golden: Goldens.Network) -> FeatureMap {
        let (width, height) = (golden.size[0], golden.size[1])
        return RGBImage.formula(height: height, width: width).resized(
            left: 0, top: 0, width: width, height: height, toWidth: width, toHeight: height,
            rounded: true)
    }

    private func expect(_ found: [MTCNNNetworks.Outputs], _ golden: Goldens.Network) throws {
        try #require(found.count == golden.scores.count)
        for (index, output) in found.enumerated() {
            #expect(output.square == index)
            #expect(abs(Double(output.score) - golden.scores[index]) < 1e-5)
            for (value, expected) in zip(output.shifts, golden.shifts[index]) {
                #expect(abs(Double(value) - expected) < 1e-5)
            }
            guard !golden.points.isEmpty else { continue }
            try #require(output.points.count == 10)
            for (value, expected) in zip(output.points, golden.points[index]) {
                #expect(abs(Double(value) - expected) < 1e-5)
            }
        }
    }

    @Test func networksAreNumPys() throws {
        let networks = try networks()
        for golden in try Goldens.load().networks {
            let named = [
                "pnet": networks.proposal, "rnet": networks.refinement, "onet": networks.output,
            ]
            let network = try #require(named[golden.network])
            let found = network(input(golden))
            try expect(found.outputs, golden)
        }
    }

    @Test("A picture that is done in parts is evaluated as in one", arguments: [0, 300, 2_000])
    func parts(limit: Int) throws {
        let networks = try networks()
        for golden in try Goldens.load().networks where golden.network == "pnet" {
            let found = networks.proposal.inParts(input(golden), square: 12, limit: limit)
            #expect(found.width * (golden.scores.count / found.width) == golden.scores.count)
            try expect(found.outputs, golden)
            // Between two scores, whose last bits may differ, or below the only one.
            let scores = [0] + golden.scores.sorted()
            let middle = (scores[scores.count / 2 - 1] + scores[scores.count / 2]) / 2
            let high = networks.proposal.inParts(
                input(golden), square: 12, minScore: Float(middle), limit: limit
            ).outputs
            #expect(
                high.map(\.square) == golden.scores.indices.filter { golden.scores[$0] > middle })
            #expect(high.map(\.score) == high.map { found.outputs[$0.square].score })
        }
    }

    @Test func filesOfOtherNetworksAreRefused() throws {
        let folder = try TemporaryFolder()
        try MadeUpMTCNN.write(to: folder.url)
        let file = folder.url.appendingPathComponent("rnet.onnx")
        try FileManager.default.removeItem(at: file)
        try MadeUpMTCNN.data("pnet").write(to: file)
        #expect(throws: FaceDetectionError.self) { try MTCNNNetworks(folder.url) }
        let whole = try MadeUpMTCNN.data("rnet")
        try whole.prefix(whole.count / 2).write(to: file)
        #expect(throws: (any Error).self) { try MTCNNNetworks(folder.url) }
    }
}
