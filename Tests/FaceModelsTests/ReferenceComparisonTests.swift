import FaceModels
import Foundation
import Testing
import Torch

/// The folder that make_golden.py has written whole tensors to.
private let referenceFolder = ProcessInfo.processInfo.environment["FACET_REFERENCE"]

/// Whole tensors against PyTorch's, for those who have made them:
///
///     python Tests/FaceModelsTests/Fixtures/make_golden.py --full FOLDER
///     FACET_REFERENCE=FOLDER swift test --filter ReferenceComparisonTests
///
/// Prints the worst tensor of each case. LibTorch's own kernels are used, on both sides, so that
/// float32 rounds alike; PyTorch must be of the same version and run as many threads.
@Suite(
    "Tensor by tensor against PyTorch", .serialized,
    .enabled(
        if: referenceFolder != nil,
        "set FACET_REFERENCE to a folder made by make_golden.py --full"))
struct ReferenceComparisonTests {
    private static var files: [String] {
        let names = referenceFolder.flatMap {
            try? FileManager.default.contentsOfDirectory(atPath: $0)
        }
        return (names ?? []).filter { $0.hasSuffix(".safetensors") }.sorted()
    }

    @Test("Every output, gradient and buffer", arguments: files)
    func compare(_ file: String) throws {
        let folder = try #require(referenceFolder)
        let content = try Safetensors.read(
            URL(fileURLWithPath: folder).appendingPathComponent(file))
        let facts = content.metadata
        let type: ElementType = file.contains("float64") ? .float64 : .float32
        let pass = try withKernels(upTo: .libTorch) {
            try ReferencePass(
                backbone: #require(facts["backbone"]),
                batch: #require(facts["batch"].flatMap { Int($0) }),
                height: #require(facts["height"].flatMap { Int($0) }),
                width: #require(facts["width"].flatMap { Int($0) }),
                training: facts["training"] == "true",
                smooth: facts["smooth"] == "true", type: type)
        }
        var found = ["outputs": pass.outputs, "imageGradient": try #require(pass.images.gradient)]
        for entry in pass.state {
            if entry.role == .buffer { found["buffer.\(entry.name)"] = entry.tensor }
            if let gradient = entry.tensor.gradient { found["gradient.\(entry.name)"] = gradient }
        }
        #expect(Set(found.keys) == Set(content.tensors.keys))
        let distances = try found.map { name, tensor in
            (name, Self.distance(tensor, try #require(content.tensors[name])))
        }
        let worst = try #require(distances.max { $0.1 < $1.1 })
        print("\(file): \(facts) \(distances.count) tensors, worst \(worst.0) \(worst.1)")
        #expect(worst.1 < (type == .float64 ? 1e-10 : 1e-5), "\(worst)")
    }

    /// Norm of the difference over the reference's norm, which is at least float64's rounding of a
    /// gradient of 1: that of a bias before a normalisation is nothing else.
    private static func distance(_ tensor: Tensor, _ reference: Tensor) -> Double {
        let difference = (tensor.detached().to(.float64) - reference.to(.float64)).norm().item()
        return difference == 0 ? 0 : difference / max(reference.to(.float64).norm().item(), 1e-3)
    }
}
