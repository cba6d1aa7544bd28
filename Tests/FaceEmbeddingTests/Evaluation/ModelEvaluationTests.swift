import FaceData
import FaceEvaluation
import FaceModels
import Foundation
import Testing
import Torch

@testable import FaceEmbedding

/// Test sets on disk, with embeddings of a file or of a network.
@Suite("A model that is evaluated", .serialized)
struct ModelEvaluationTests {
    private let options = EmbeddingOptions(
        compute: ComputeConfiguration(
            device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
        batchSize: 3, inputSize: 16)

    /// Six pictures of three people, and two lists of their pairs.
    private func withSet<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (index, person) in ["ann", "bob", "cy"].enumerated() {
            let images = folder.appendingPathComponent("images/\(person)")
            try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
            for number in 1...2 {
                let level = UInt8(40 + 60 * index + 10 * number)
                let image = RGBImage(
                    width: 16, height: 16, pixels: .init(repeating: level, count: 16 * 16 * 3))
                try Data(ImageEncoder.jpeg(image, quality: 95))
                    .write(to: images.appendingPathComponent("\(number).jpg"))
            }
        }
        let main = """
            ann/1.jpg ann/2.jpg 1
            bob/1.jpg bob/2.jpg 1
            ann/1.jpg bob/1.jpg 0
            ann/2.jpg bob/2.jpg 0

            """
        try main.write(
            to: folder.appendingPathComponent("main.txt"), atomically: true, encoding: .utf8)
        try "cy/1.jpg cy/2.jpg 1\nann/1.jpg cy/1.jpg 0\n".write(
            to: folder.appendingPathComponent("dev.txt"), atomically: true, encoding: .utf8)
        return try body(folder)
    }

    private func set(_ folder: URL, _ lists: String...) -> NamedTestSet {
        NamedTestSet(
            name: "v", images: folder.appendingPathComponent("images").path,
            pairs: lists.map { folder.appendingPathComponent($0).path }.joined(separator: ","))
    }

    /// Directions by degrees, of images in the order in which the pairs first name them.
    private func views(_ degrees: [Double]) throws -> EmbeddingViews {
        let values = degrees.flatMap { [Float(cos($0 * .pi / 180)), Float(sin($0 * .pi / 180))] }
        return try EmbeddingViews(
            original: EmbeddingTable(count: degrees.count, dimension: 2, values: values))
    }

    @Test("Embeddings of a file are matched by name, and written again as they are")
    func file() throws {
        try withSet { folder in
            let images = ["ann/1.jpg", "ann/2.jpg", "bob/1.jpg", "bob/2.jpg"]
            let file = folder.appendingPathComponent("e.safetensors")
            try EmbeddingFile.write([("v", try views([0, 20, 90, 120]), images)], to: file)
            let copy = folder.appendingPathComponent("copy.safetensors")
            let results = try ModelEvaluation(model: file, options: options).run(
                on: [set(folder, "main.txt")], TestOptions(embeddings: copy)
            ) { _, _, _ in Issue.record("nothing is embedded") }
            let evaluated = try #require(results.sets.first)
            #expect(results.sets.count == 1 && results.templates.isEmpty)
            #expect(evaluated.name == "v" && evaluated.report.pairs == 4)
            #expect(evaluated.report.roc?.auc == 1 && evaluated.viewOne == nil)
            let cosines = evaluated.scoredSet.scored.map(\.cosine)
            for (cosine, degrees) in zip(cosines, [20.0, 30, 90, 100]) {
                #expect(abs(cosine - cos(degrees * .pi / 180)) < 1e-6)
            }
            #expect(results.details.isEmpty)
            let again = try ModelEvaluation(model: copy, options: options).run(
                on: [set(folder, "main.txt")]
            ) { _, _, _ in }
            #expect(again.sets.first?.scoredSet.scored == evaluated.scoredSet.scored)
            let pictures = try evaluated.pictures(of: 0, side: 8)
            let first = try ImageDecoder().decode(pictures.first, path: "first")
            #expect(first.width == 8 && first.height == 8)
            #expect(first.pixels.allSatisfy { abs(Int($0) - 50) < 4 })
            let second = try ImageDecoder().decode(pictures.second, path: "second")
            #expect(second.pixels.allSatisfy { abs(Int($0) - 60) < 4 })
        }
    }

    @Test(
        "Of two lists the threshold is chosen on the first, and both are embedded under their names"
    )
    func viewOne() throws {
        try withSet { folder in
            let file = folder.appendingPathComponent("e.safetensors")
            try EmbeddingFile.write(
                [
                    (
                        "v", try views([0, 20, 90, 120]),
                        ["ann/1.jpg", "ann/2.jpg", "bob/1.jpg", "bob/2.jpg"]
                    ),
                    (
                        "v (development)", try views([0, 25, 80]),
                        ["cy/1.jpg", "cy/2.jpg", "ann/1.jpg"]
                    ),
                ], to: file)
            let copy = folder.appendingPathComponent("copy.safetensors")
            let results = try ModelEvaluation(model: file, options: options).run(
                on: [set(folder, "dev.txt", "main.txt")], TestOptions(embeddings: copy)
            ) { _, _, _ in }
            let viewOne = try #require(results.sets.first?.viewOne)
            #expect(viewOne.trainPairs == 2 && viewOne.testPairs == 4)
            // 2 - 2 cos 25 = 0.187, so 0.19; of the main pairs 20 degrees are nearer and 30 are not.
            #expect(abs(viewOne.threshold - 0.19) < 1e-9 && viewOne.accuracy == 0.75)
            let names = try Safetensors.read(copy).tensors.keys.sorted()
            #expect(names == ["v (development)/original", "v/original"])
        }
    }

    @Test("A network that is not fixed is not evaluated", arguments: ["chance.pt", "batch.pt"])
    func unfixed(name: String) throws {
        let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../TorchTests/Fixtures/\(name)").standardizedFileURL
        try withSet { folder in
            let error = #expect(throws: FaceEmbeddingError.self) {
                _ = try ModelEvaluation(model: model, options: options).run(
                    on: [set(folder, "main.txt")]
                ) { _, _, _ in Issue.record("nothing is embedded") }
            }
            guard case .notFixed(model.path, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("A network embeds each image and its mirror image, and tells how far it is")
    func network() throws {
        try withSet { folder in
            let backbone = try BackboneCatalogue.make(
                BackboneSpecification(parsing: "mobilenetv1:width=0.25"), inputSize: 16,
                initial: InitialWeights(seed: 3))
            let model = folder.appendingPathComponent("model.safetensors")
            try ModelFile.write(backbone, .init(inputSize: 16, trainSet: "casia"), to: model)
            var warnings: [String] = []
            var told: [String] = []
            let results = try ModelEvaluation(model: model, options: options).run(
                on: [set(folder, "main.txt")], warn: { warnings.append($0) }
            ) { told.append("\($0) \($1) of \($2)") }
            #expect(told == ["v 3 of 4", "v 4 of 4"])
            let evaluated = try #require(results.sets.first)
            #expect(evaluated.hasMirrorImages && evaluated.report.pairs == 4)
            // Nobody knows whom it was trained on.
            let sentence =
                "whether its people were in 'casia', which the network was trained on, is not known: "
                + "there is no head.safetensors beside it"
            #expect(warnings == ["'v': \(sentence)"])
            #expect(evaluated.warnings.first == "W" + sentence.dropFirst() + ".")
        }
    }
}
