import FaceData
import FaceEvaluation
import FaceModels
import Foundation
import SeededRandom
import Testing
import Torch

@testable import FaceEmbedding

/// Evaluations that are ended and go on, images that fail, and MegaFace.
@Suite("Evaluations that keep what they embedded", .serialized)
struct KeptEvaluationTests {
    private struct Case {
        let folder: URL
        let model: URL
        var count = 24

        init(_ folder: URL) throws {
            self.folder = folder
            model = folder.appendingPathComponent("model.safetensors")
            let backbone = try BackboneCatalogue.make(
                BackboneSpecification(parsing: "iresnet18:width=0.125,embedding=8"), inputSize: 32,
                initial: InitialWeights(seed: 3))
            try ModelFile.write(backbone, ModelFile.Metadata(inputSize: 32), to: model)
            for index in 0..<count { try draw(index, seed: 5) }
            var lines: [String] = []
            for index in stride(from: 0, to: count, by: 4) {
                lines.append("\(index).png \(index + 1).png 1")
                lines.append("\(index + 2).png \(index + 3).png 0")
            }
            try lines.joined(separator: "\n").write(
                to: folder.appendingPathComponent("pairs.txt"), atomically: true, encoding: .utf8)
        }

        func draw(_ index: Int, seed: UInt64) throws {
            var stream = SeededRandom(seed: seed, "picture", UInt64(index))
            let image = RGBImage(
                width: 32, height: 32,
                pixels: (0..<32 * 32 * 3).map { _ in UInt8(stream.below(256)) })
            try Data(ImageEncoder.png(image)).write(
                to: folder.appendingPathComponent("\(index).png"))
        }

        var tests: [NamedTestSet] {
            ["one", "two"].map {
                NamedTestSet(
                    name: $0, images: folder.path,
                    pairs: folder.appendingPathComponent("pairs.txt").path)
            }
        }

        func evaluation() throws -> ModelEvaluation {
            try ModelEvaluation(
                model: model,
                options: EmbeddingOptions(
                    compute: ComputeConfiguration(
                        device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
                    batchSize: 2))
        }
    }

    private func withCase(_ body: (Case) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(Case(folder))
    }

    private func journals(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.contains("embeddings-")
        }
    }

    @Test(
        "go on where they were ended, in the second set without the first one, to the same numbers")
    func resumes() throws {
        try withCase { tested in
            let results = tested.folder.appendingPathComponent("results")
            let options = TestOptions(journals: results)
            let whole = try tested.evaluation().run(on: tested.tests) { _, _, _ in }
            #expect(throws: CancellationError.self) {
                _ = try tested.evaluation().run(on: tested.tests, options) { name, done, _ in
                    if name == "two", done >= 16 { throw CancellationError() }
                }
            }
            #expect(try journals(results).count == 2)
            var told: [String: [Int]] = [:]
            let again = try tested.evaluation().run(on: tested.tests, options) { name, done, _ in
                told[name, default: []].append(done)
            }
            // All of the first set and a part of eight images of the second were kept.
            #expect(told["one"] == [24])
            #expect(told["two"]?.first == 8)
            #expect(try again.json() == whole.json())
            // The folder was made for them, and goes with them.
            #expect(!FileManager.default.fileExists(atPath: results.path))
            // Another image is embedded again.
            #expect(throws: CancellationError.self) {
                _ = try tested.evaluation().run(on: tested.tests, options) { name, done, _ in
                    if name == "two" { throw CancellationError() }
                }
            }
            try tested.draw(9, seed: 6)
            told = [:]
            let other = try tested.evaluation().run(on: tested.tests, options) { name, done, _ in
                told[name, default: []].append(done)
            }
            #expect(told["one"]?.first == 8)
            #expect(
                try other.json() == tested.evaluation().run(on: tested.tests) { _, _, _ in }.json())
        }
    }

    @Test("count images that fail, also those of an evaluation that was ended")
    func failures() throws {
        try withCase { tested in
            try Data("no image".utf8).write(to: tested.folder.appendingPathComponent("1.png"))
            let tests = [tested.tests[0]]
            do {
                _ = try tested.evaluation().run(on: tests) { _, _, _ in }
                Issue.record("it was evaluated")
            } catch {
                #expect("\(error)".contains("1.png' cannot be decoded"), "\(error)")
                #expect("\(error)".hasSuffix("with --failures count"))
            }
            let plain = TestOptions(countsFailures: true)
            let whole = try tested.evaluation().run(on: tests, plain) { _, _, _ in }
            let set = try #require(whole.sets.first)
            #expect(set.scoredSet.failures?.images == ["1.png"])
            #expect(set.scoredSet.scored[0].distance == 4)
            #expect(set.scoredSet.scored.dropFirst().allSatisfy { $0.distance < 4 })
            #expect(set.scoredSet.compared.count == set.scoredSet.scored.count - 1)
            #expect(set.warnings.contains { $0.contains("1 image could not be used ('1.png')") })
            // Every protocol takes the pair for one that is not accepted.
            for result in set.comparison.results { #expect(result.accuracy <= 1) }
            var kept = plain
            kept.journals = tested.folder.appendingPathComponent("results")
            #expect(throws: CancellationError.self) {
                _ = try tested.evaluation().run(on: tests, kept) { _, done, _ in
                    if done >= 16 { throw CancellationError() }
                }
            }
            let again = try tested.evaluation().run(on: tests, kept) { _, _, _ in }
            #expect(try again.json() == whole.json())
        }
    }

    @Test("refuse sets of which no image can be used")
    func nothing() throws {
        try withCase { tested in
            for index in 0..<tested.count {
                try Data("x".utf8).write(to: tested.folder.appendingPathComponent("\(index).png"))
            }
            do {
                _ = try tested.evaluation().run(
                    on: [tested.tests[0]], TestOptions(countsFailures: true)
                ) { _, _, _ in }
                Issue.record("it was evaluated")
            } catch {
                #expect("\(error)".hasPrefix("none of 24 images of 'one' can be used"), "\(error)")
            }
        }
    }

    @Test("Features that are written are MegaFace's, and give what the images give")
    func megaFace() throws {
        try withCase { tested in
            let files = FileManager.default
            func folder(_ name: String) -> URL { tested.folder.appendingPathComponent(name) }
            var (scrub, mega) = ([String](), [String]())
            for index in 0..<tested.count {
                let path =
                    index < 12
                    ? "facescrub/P\(index / 3)/\(index).png"
                    : "megaface/0/\(index % 3)/\(index).png"
                if index < 12 { scrub.append(path) } else { mega.append(path) }
                let target = folder("images/\(path)")
                try files.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try files.copyItem(at: folder("\(index).png"), to: target)
            }
            try files.createDirectory(at: folder("lists"), withIntermediateDirectories: true)
            try scrub.joined(separator: "\n").write(
                to: folder("lists/facescrub_lst"), atomically: true, encoding: .utf8)
            try mega.joined(separator: "\n").write(
                to: folder("lists/megaface_lst"), atomically: true, encoding: .utf8)
            let results = try tested.evaluation().run(
                on: [
                    NamedTestSet(
                        name: "mf", images: folder("images").path, pairs: folder("lists").path)
                ]
            ) { _, _, _ in }
            let report = try #require(results.megaFace.first?.report)
            #expect(report.pairs == 4 * 3 * 2 && report.rates.map(\.distractors) == [10, 12])
            #expect(results.text(allProtocols: false).contains("12 distractors: rank 1"))
            // The same from feature files.
            let embedding = try SetEmbedding(
                model: tested.model,
                options: EmbeddingOptions(
                    compute: ComputeConfiguration(
                        device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
                    batchSize: 2),
                images: ImageFiles(scrub + mega, in: folder("images")))
            _ = try embedding.write(to: folder("features"), suffix: "own")
            let features = try MegaFaceFeatures(
                features: folder("features"), lists: folder("lists"), suffix: "own")
            let read = try EvaluatedMegaFace(name: "read", features).report
            #expect(read == report)
            // And as one matrix.
            _ = try embedding.write(to: folder("all.bin"))
            let (shape, values) = try MegaFaceFile.readMatrix(folder("all.bin"))
            #expect(shape.rows == 24 && shape.columns == 8)
            #expect(values == features.probes + features.distractors)
            guard
                case .file(let file) = try EmbeddingSource.open(
                    folder("all.bin"), EmbeddingOptions.standard)
            else {
                Issue.record("no embeddings")
                return
            }
            let names = scrub + mega
            #expect(try file.match("x", images: names, pairs: []).views.original.values == values)
            let lines = try String(contentsOf: folder("all.names.csv"), encoding: .utf8)
            #expect(lines.hasPrefix("name,norm\nfacescrub/P0/0.png,"))
            // Cut short it is no matrix any more.
            try Data(contentsOf: folder("all.bin")).dropLast().write(to: folder("cut.bin"))
            #expect(MegaFaceFile.shape(of: folder("cut.bin")) == nil)
        }
    }
}
