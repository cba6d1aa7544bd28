import FaceData
import FaceEvaluation
import FaceModels
import Foundation
import SeededRandom
import Testing
import Torch

@testable import FaceEmbedding

@Suite("A model in use", .serialized)
struct FaceEmbedderTests {
    private let options = EmbeddingOptions(
        compute: ComputeConfiguration(
            device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
        batchSize: 3)

    /// How often something was called, on whatever threads.
    private final class Calls: @unchecked Sendable {
        private let lock = NSLock()
        private var number = 0
        func add() { lock.withLock { number += 1 } }
        var count: Int { lock.withLock { number } }
    }

    /// A folder with a model of 32x32 pixels and pictures of that size.
    private struct Case {
        let folder: URL
        let model: URL
        let pictures: [URL]

        init() throws {
            folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("facet-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            model = folder.appendingPathComponent("model.safetensors")
            let backbone = try BackboneCatalogue.make(
                BackboneSpecification(parsing: "mobilenetv1:width=0.25,embedding=8"), inputSize: 32,
                initial: InitialWeights(seed: 3))
            try ModelFile.write(
                backbone, ModelFile.Metadata(inputSize: 32, trainSet: "tiny"), to: model)
            var urls: [URL] = []
            for index in 0..<5 {
                var stream = SeededRandom(seed: 5, "picture", UInt64(index))
                let image = RGBImage(
                    width: 32, height: 32,
                    pixels: (0..<32 * 32 * 3).map { _ in UInt8(stream.below(256)) })
                let url = folder.appendingPathComponent("\(index).png")
                try Data(ImageEncoder.png(image)).write(to: url)
                urls.append(url)
            }
            pictures = urls
        }
    }

    @Test("The similarity of two vectors is their cosine")
    func similarity() throws {
        let vectors = [[1, 0], [0.6, 0.8], [0, -1]].map { FaceVector(values: $0, norm: 2) }
        #expect(abs(try vectors[0].similarity(to: vectors[1]) - 0.6) < 1e-7)
        #expect(abs(try vectors[1].similarity(to: vectors[2]) + 0.8) < 1e-7)
        #expect(throws: FaceEvaluationError.self) {
            try vectors[0].similarity(to: FaceVector(values: [1, 0, 0], norm: 1))
        }
    }

    private func calibration(_ set: String = "lfw") throws -> ScoreCalibration {
        try ScoreCalibration(
            of: TemplateScores(
                genuine: [0.8, 0.9], impostor: (0..<200).map { Double($0) / 1000 }), set: set,
            views: 2)
    }

    /// Finds a face whose template is four fifths of the picture, in pictures that are not black.
    private struct MostOfPicture: FaceDetector {
        var identity: String { "most of the picture" }

        func faces(in image: RGBImage) -> [DetectedFace] {
            guard image.pixels.contains(where: { $0 > 0 }) else { return [] }
            let scale = 0.8 * Double(image.width) / 112
            let points = FacePoints(
                FacePoints.template(side: 112).points.map { .init($0.x * scale, $0.y * scale) })
            let box = FaceBox(
                left: 0, top: 0, right: Double(image.width), bottom: Double(image.height))
            return [DetectedFace(box: box, score: 1, points: points)]
        }
    }

    @Test("Photographs are aligned before they are embedded, and those without a face are reported")
    func photographs() async throws {
        let files = try Case()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let plain = try FaceEmbedder(model: files.model, options: options)
        #expect(plain.template == .insightface())
        let aligner = FaceAligner(FaceSearch(MostOfPicture(), minSide: 0), plain.template)
        let embedder = plain.cropping(by: .detecting(aligner))
        let first = files.pictures[0]
        let aligned = try aligner.face(of: first).image
        #expect(aligned.width == 112)
        #expect(try embedder.crop(first) == aligned)
        #expect(try embedder.embedding(of: first) == plain.embedding(of: aligned))
        #expect(try embedder.crop(first) != plain.crop(first))
        let black = files.folder.appendingPathComponent("black.png")
        let picture = RGBImage(width: 40, height: 40, pixels: Array(repeating: 0, count: 4800))
        try Data(ImageEncoder.png(picture)).write(to: black)
        let crops = embedder.faces(of: [first, black, files.pictures[1]])
        let seen = try crops[0].get()
        let again = try embedder.face(of: first)
        #expect(seen.image == aligned && seen == again)
        let width = Double(try ImageDecoder().decode(first).width)
        let view = try #require(seen.view)
        #expect(abs(view.size - 0.8 * width) < 1e-6 && abs(view.yaw) < 2 && abs(view.roll) < 1)
        #expect(try plain.face(of: first).view == nil)
        let side = try embedder.comparison(of: first, with: files.pictures[1]).first
        #expect(side.quality.view == view)
        #expect(
            view.warnings(inputSize: embedder.inputSize).allSatisfy(side.warnings.contains))
        let small = FaceView(.template(side: 112)).warnings(inputSize: 300)
        #expect(small == ["its face has only 112 pixels and is enlarged to 300x300"])
        #expect(throws: FaceDataError.noFace(path: black.path, reason: "no face was found in it")) {
            try crops[1].get()
        }
        #expect(try crops[2].get().image == aligner.face(of: files.pictures[1]).image)
        #expect(embedder.faces(of: []).isEmpty)
        let calls = Calls()
        let counting = plain.cropping(
            by: FaceCropping { (url) throws(FaceDataError) in
                calls.add()
                return try ImageDecoder().decode(url)
            })
        #expect(counting.faces(of: files.pictures).count == 5 && calls.count == 5)
        await #expect(throws: FaceDataError.self) {
            try await embedder.embeddings(of: [first, black])
        }
        let batch = try await embedder.embeddings(of: [first, files.pictures[1]])
        let one = try embedder.embedding(of: first)
        #expect(try batch[0].similarity(to: one) > 0.99999)
    }

    @Test("A detector that fails is not taken for a picture without a face")
    func failingDetector() throws {
        struct Broken: FaceDetector {
            struct Failure: Error {}
            var identity: String { "broken" }
            func faces(in image: RGBImage) throws -> [DetectedFace] { throw Failure() }
        }
        let files = try Case()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let crop = FaceCropping.detecting(FaceAligner(FaceSearch(Broken())))
        #expect {
            try crop(files.pictures[0])
        } throws: { error in
            guard case FaceDataError.unreadable(_, let reason) = error else { return false }
            return reason.contains("the face detector failed")
        }
    }

    @Test("A file, its pixels and a batch give the embedding of an evaluation")
    func embeddings() async throws {
        let files = try Case()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        guard case .network(let network) = try EmbeddingSource.open(files.model, options) else {
            Issue.record("no network")
            return
        }
        let views = try network.embeddings(
            of: ImageFiles(files.pictures.map(\.path), in: files.folder))
        let expected = try views.normalizedSum()
        let norms = try views.original.norms()
        let mirrored = try #require(try views.mirrored?.norms())
        let embedder = try FaceEmbedder(model: files.model, options: options)
        let all = try await embedder.embeddings(of: files.pictures)
        #expect(all.count == 5)
        for (row, face) in all.enumerated() {
            let single = try embedder.embedding(of: files.pictures[row])
            let pixels = try embedder.embedding(of: ImageDecoder().decode(files.pictures[row]))
            for (index, value) in expected[row].enumerated() {
                for other in [face, single, pixels] {
                    #expect(abs(other.values[index] - value) < 1e-5)
                }
            }
            #expect(abs(face.norm - (norms[row] + mirrored[row]) / 2) < 1e-4)
        }
        let pair = VerificationPair(first: 0, second: 3, same: false, fold: 0)
        let cosine = try expected.scores(of: [pair])[0].cosine
        #expect(abs(try all[0].similarity(to: all[3]) - cosine) < 1e-6)
        let nobody = try await embedder.embeddings(of: [URL]())
        #expect(nobody.isEmpty)
    }

    @Test("Many tasks share an embedder")
    func tasks() async throws {
        let files = try Case()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let embedder = try FaceEmbedder(model: files.model, options: options)
        let alone = try embedder.embedding(of: files.pictures[2])
        let pictures = files.pictures
        try await withThrowingTaskGroup(of: FaceVector.self) { group in
            for index in 0..<8 {
                group.addTask {
                    if index % 2 == 0 { return try embedder.embedding(of: pictures[2]) }
                    return try await embedder.embeddings(of: [pictures[2]])[0]
                }
            }
            for try await face in group { #expect(face == alone) }
        }
    }

    @Test("A cancelled task ends with its error, and a picture that is none with another")
    func failures() async throws {
        let files = try Case()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let embedder = try FaceEmbedder(model: files.model, options: options)
        let pictures = files.pictures
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await embedder.embeddings(of: pictures)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let missing = files.folder.appendingPathComponent("none.png")
        await #expect(throws: FaceDataError.self) {
            try await embedder.embeddings(of: [pictures[0], missing])
        }
        #expect(throws: FaceDataError.self) { try embedder.embedding(of: missing) }
    }

    @Test("A rule of one's own crops files, in a batch as well")
    func cropping() async throws {
        let files = try Case()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let fixed = try ImageDecoder().decode(files.pictures[4])
        let embedder = try FaceEmbedder(
            model: files.model, options: options, cropping: FaceCropping { _ in fixed })
        let expected = try embedder.embedding(of: fixed)
        #expect(try embedder.embedding(of: files.pictures[0]) == expected)
        let all = try await embedder.embeddings(of: Array(files.pictures.prefix(2)))
        for face in all { #expect(try face.similarity(to: expected) > 1 - 1e-6) }
        let comparison = try embedder.comparison(of: files.pictures[0], with: files.pictures[1])
        #expect(comparison.similarity > 1 - 1e-6 && comparison.first.crop == fixed)
    }

    @Test("Thresholds are kept in the model file, whose identity and weights stay as they were")
    func thresholds() throws {
        let files = try Case()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let link = files.folder.appendingPathComponent("link.safetensors")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: files.model)
        let before = try FaceEmbedder(model: files.model, options: options)
        #expect(try before.calibration() == nil)
        guard case .network(let network) = try EmbeddingSource.open(link, options) else {
            Issue.record("no network")
            return
        }
        try network.thresholds.write(try calibration())
        let after = try FaceEmbedder(model: files.model, options: options)
        #expect(try after.calibration() == calibration())
        #expect(try after.identity() == before.identity())
        #expect(
            try after.embedding(of: files.pictures[0]) == before.embedding(of: files.pictures[0]))
        // Through the link, and the link is one still.
        let kind = try FileManager.default.attributesOfItem(atPath: link.path)[.type]
        #expect(kind as? FileAttributeType == .typeSymbolicLink)
        let (_, metadata) = try ModelFile.read(files.model)
        #expect(metadata.trainSet == "tiny" && metadata.thresholds != nil)
        // Damaged ones are refused, and the model can be used.
        try Safetensors.setMetadata(["thresholds": "{}"], of: files.model)
        let damaged = try FaceEmbedder(model: files.model, options: options)
        #expect(throws: FaceEvaluationError.self) { try damaged.calibration() }
        #expect(try damaged.embedding(of: files.pictures[0]).values.count == 8)
    }

    @Test("Networks of other weights have other identities")
    func identity() throws {
        let files = try Case()
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let other = files.folder.appendingPathComponent("other.safetensors")
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: "mobilenetv1:width=0.25,embedding=8"), inputSize: 32,
            initial: InitialWeights(seed: 4))
        let normalization = InputNormalization(mean: 0, standardDeviation: 1)
        try ModelFile.write(backbone, ModelFile.Metadata(inputSize: 32), to: other)
        let first = try FaceEmbedder(model: files.model, options: options).identity()
        let second = try FaceEmbedder(model: other, options: options).identity()
        try ModelFile.write(
            backbone, ModelFile.Metadata(inputSize: 32, normalization: normalization), to: other)
        let third = try FaceEmbedder(model: other, options: options).identity()
        #expect(Set([first, second, third]).count == 3)
    }

    @Test("A rate that the pairs do not support, or no thresholds, is a sentence")
    func decisions() throws {
        let threshold = try DecisionThreshold(far: 1e-2, of: calibration(), model: "m")
        #expect(threshold.cosine == 0.197 && threshold.measured?.far == 1e-2)
        #expect(threshold.accepts(0.1971) && !threshold.accepts(0.197))
        #expect(throws: FaceEmbeddingError.noThresholds(model: "m")) {
            try DecisionThreshold(far: 1e-2, of: nil, model: "m")
        }
        do {
            _ = try DecisionThreshold(far: 1e-3, of: calibration(), model: "m")
            Issue.record("a threshold was made up")
        } catch {
            #expect("\(error)".contains("FAR 0.001 takes 1000 pairs of different people"))
        }
    }
}
