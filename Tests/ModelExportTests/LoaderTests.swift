import FaceEvaluation
import FaceModels
import Foundation
import OpenVINO
import Testing
import Torch

@testable import ModelExport

/// Python beside LibTorch; nil where LibTorch comes from elsewhere.
private let torchPython: URL? = OpenVINOLibrary.packages.flatMap { packages in
    let prefix = packages.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let python = prefix.appendingPathComponent("bin/python3")
    return FileManager.default.isExecutableFile(atPath: python.path) ? python : nil
}

@Suite("The documentation's loader")
struct LoaderTests {
    @Test(
        "PyTorch's own network computes the same with what the documentation's loader reads",
        .enabled("there is no Python with torch beside LibTorch") { torchPython != nil })
    func documented() throws {
        let python = try #require(torchPython)
        let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let network = try SeasonedNetwork("deepid")
        let (side, expected) = (network.side, network.embeddings())
        let files = ["model.safetensors", "input.npy", "output.npy"].map {
            folder.appendingPathComponent($0)
        }
        try ModelFile.write(
            network.backbone, ModelFile.Metadata(inputSize: side), to: files[0])
        try NumPyArray(shape: [3, 3, side, side], values: network.pixels).data.write(to: files[1])
        try NumPyArray(shape: [3, expected.count / 3], values: expected).data.write(to: files[2])
        let process = try Process.run(
            python,
            arguments: [
                fixtures.appendingPathComponent("check_loader.py").path,
                root.appendingPathComponent("Documentation/Models.md").path, files[0].path,
                root.appendingPathComponent("Tests/FaceModelsTests/Fixtures").path,
                files[1].path, files[2].path,
            ])
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
