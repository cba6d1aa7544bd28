import FaceModels
import Foundation
import ModelFormats
import Testing
import Torch

/// Whole networks in the layouts of the programs that train them, against their authors' outputs.
@Suite("Checkpoints of other programs", .serialized)
struct LayoutTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let python = root.appendingPathComponent(".venv/bin/python")
    private static let hasPython = FileManager.default.isExecutableFile(atPath: python.path)

    /// What the test needs of a file of FaceModelsTests/Fixtures/networks.
    private struct Golden: Decodable {
        /// Norm, projection and first values of each image's embedding.
        var evaluation: [[Double]]
    }

    private func hashed(_ name: String, count: Int) -> [Double] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return (1...count).map { index in
            var mixed = hash &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return 2 * Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53 - 1
        }
    }

    @Test(
        "Checkpoints of arcface_torch and AdaFace, and TorchScript's parameters, give their authors' embeddings",
        .enabled(if: hasPython, "Writing checkpoints needs .venv/bin/python with torch."),
        arguments: [
            ("arcface_torch", "iresnet18", "iresnet18", "state_dict_backbone", "module."),
            ("adaface", "ir50_dropout_0", "ir50:dropout=0", "state_dict", "model."),
            ("torchscript", "iresnet18", "iresnet18", "", "backbone."),
        ])
    func embeddings(
        layout: String, golden: String, backbone: String, part: String, prefix: String
    ) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("checkpoint.pt")
        let numbers = Self.root.appendingPathComponent(
            "Tests/FaceModelsTests/Fixtures/networks/\(golden).json")
        let process = Process()
        process.executableURL = Self.python
        process.arguments = [
            Self.root.appendingPathComponent(
                "Tests/ModelFormatsTests/Fixtures/make_layouts.py"
            ).path, layout, numbers.path, file.path,
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)

        let network = try BackboneCatalogue.make(
            BackboneSpecification(parsing: backbone), initial: .zeros(type: .float64))
        let match = WeightMatch(try StateDict(file), network.state)
        #expect(match.isWhole, "\(match.summary)")
        #expect(match.part == part && match.prefix == prefix)
        try match.load(into: network.state)
        let images = Tensor(hashed("input", count: 2 * 3 * 112 * 112), shape: [2, 3, 112, 112])
        let found = withoutGradients { network(images, training: false) }
        let expected = try JSONDecoder().decode(
            Golden.self, from: Data(contentsOf: numbers)
        ).evaluation
        let direction = hashed("projection", count: 512)
        let isUnit = layout == "adaface"
        for (row, numbers) in expected.enumerated() {
            var values = found.narrowed(0, row..<row + 1).array(of: Double.self)
            let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            // AdaFace's network gives the norm beside the embedding.
            if isUnit { values = values.map { $0 / norm } }
            let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let projection = zip(values, direction).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(length - numbers[0]) < 1e-10 * numbers[0])
            #expect(abs(projection - numbers[1]) < 1e-9 * numbers[0])
            for (value, wanted) in zip(values, numbers.dropFirst(2)) {
                #expect(abs(value - wanted) < 1e-10 * numbers[0])
            }
        }
    }
}
