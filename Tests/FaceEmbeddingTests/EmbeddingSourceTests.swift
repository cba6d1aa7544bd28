import FaceData
import FaceEvaluation
import FaceModels
import FaceRuns
import Foundation
import ModelFormats
import Testing
import Torch

@testable import FaceEmbedding
import SeededRandom

/// Whatever a path names, and what images become with it.
@Suite("Models of any kind", .serialized)
struct EmbeddingSourceTests {
    private let options = EmbeddingOptions(
        compute: ComputeConfiguration(
            device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
        batchSize: 3, inputSize: 32)

    private func backbone() throws -> any Backbone {
        try BackboneCatalogue.make(
            BackboneSpecification(parsing: "mobilenetv1:width=0.25"), inputSize: 32,
            initial: InitialWeights(seed: 3))
    }

    private func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    /// Pictures in files, and their pixels.
    private func pictures(in folder: URL) throws -> (source: ImageFiles, pixels: [[UInt8]]) {
        var files: [String] = []
        for picture in 0..<5 {
            var stream = SeededRandom(seed: 4, "picture", UInt64(picture))
            let image = RGBImage(
                width: 32, height: 32,
                pixels: (0..<32 * 32 * 3).map { _ in UInt8(stream.below(256)) })
            files.append("\(picture).jpg")
            try Data(ImageEncoder.jpeg(image, quality: 100))
                .write(to: folder.appendingPathComponent(files[picture]))
        }
        let source = ImageFiles(files, in: folder)
        return (source, try (0..<5).map { try source.image($0).pixels })
    }

    /// Embeddings made one picture at a time, without loader and batches.
    private func expected(
        _ backbone: any Backbone, _ pixels: [[UInt8]], _ normalization: InputNormalization,
        mirrored: Bool
    ) -> [Float] {
        pixels.flatMap { pixels -> [Float] in
            var picture = pixels
            if mirrored {
                for row in 0..<32 {
                    for column in 0..<32 {
                        for channel in 0..<3 {
                            picture[(row * 32 + column) * 3 + channel] =
                                pixels[(row * 32 + 31 - column) * 3 + channel]
                        }
                    }
                }
            }
            let images = normalization.images(
                pixels: picture, count: 1, height: 32, width: 32, format: .channelsLast,
                device: .cpu)
            return withoutGradients { backbone(images, training: false) }.array()
        }
    }

    private func isNear(_ found: [Float], _ expected: [Float]) -> Bool {
        found.count == expected.count
            && zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-4 * (1 + abs($1)) }
    }

    @Test("A model file embeds images and mirror images as its network does, batch by batch")
    func modelFile() throws {
        try withFolder { folder in
            let backbone = try backbone()
            let file = folder.appendingPathComponent("model.safetensors")
            let normalization = InputNormalization(mean: 100, standardDeviation: 50)
            try ModelFile.write(
                backbone, .init(inputSize: 32, normalization: normalization), to: file)
            let (source, pixels) = try pictures(in: folder)
            guard case .network(let network) = try EmbeddingSource.open(file, options) else {
                Issue.record("it is taken for a file of embeddings")
                return
            }
            var done: [Int] = []
            let views = try network.embeddings(of: source) { done.append($0) }
            #expect(done == [3, 5] && network.inputSize == 32 && !network.isForeign)
            #expect(
                isNear(
                    views.original.values,
                    expected(backbone, pixels, normalization, mirrored: false)))
            #expect(
                isNear(
                    views.mirrored?.values ?? [],
                    expected(backbone, pixels, normalization, mirrored: true)))
            let alone = try network.embedder.embeddings(of: source, size: 32, mirroring: false)
            #expect(alone.mirrored == nil && alone.original.values == views.original.values)
            #expect(throws: Never.self) { try network.requireFixed(on: source) }
        }
    }

    @Test("A run's folder is its model, and a study with one model is that")
    func folders() throws {
        try withFolder { folder in
            let run = StudyFolder(folder).run(named: "faces_net_softmax_shuffle_seed1")
            try FileManager.default.createDirectory(
                at: run.url, withIntermediateDirectories: true)
            let empty = #expect(throws: FaceEmbeddingError.self) {
                _ = try EmbeddingSource.open(run.url, options)
            }
            #expect(
                empty?.description.contains("no model.safetensors and no checkpoint") == true)
            // The model comes before the checkpoint that it was made from.
            let checkpoint = run.checkpointURL.appendingPathComponent("last.safetensors")
            for file in [checkpoint, run.modelURL] {
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try ModelFile.write(try backbone(), .init(inputSize: 32), to: file)
                #expect(run.trainedModel == file)
            }
            guard case .network(let network) = try EmbeddingSource.open(run.url, options) else {
                Issue.record("no network")
                return
            }
            #expect(network.path == run.modelURL.path)
        }
    }

    @Test("Another program's safetensors file is a state dict: its network has to be named")
    func otherSafetensors() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.safetensors")
            let own = try backbone()
            try Safetensors.write(own.state, metadata: ["format": "pt"], to: file)
            let unnamed = #expect(throws: ModelFormatsError.self) {
                _ = try EmbeddingSource.open(file, options)
            }
            let message = unnamed?.description ?? ""
            #expect(message.contains("is a safetensors file of weights, which does not say what"))
            #expect(message.contains("--backbone \(own.specification.name)"), "\(message)")
            let named = StateDictOptions(backbone: own.specification.description)
            guard
                case .network(let network) = try EmbeddingSource.open(file, options, weights: named),
                let model = network.model
            else {
                Issue.record("no network")
                return
            }
            #expect(
                Safetensors.tensorDigest(of: model.backbone.state)
                    == Safetensors.tensorDigest(of: own.state))
            #expect(!network.describesItself)
            let other = StateDictOptions(backbone: "iresnet18")
            #expect(throws: ModelFormatsError.self) {
                _ = try EmbeddingSource.open(file, options, weights: other)
            }
        }
    }

    @Test("The prefix of AdaFace's checkpoints alone does not make a file one of them")
    func likeAdaFaces() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("a.safetensors")
            let specification = "ir50:width=0.125,embedding=8"
            let own = try BackboneCatalogue.make(
                BackboneSpecification(parsing: specification), inputSize: options.inputSize,
                initial: InitialWeights(seed: 3))
            try Safetensors.write(own.state.prefixed("model"), to: file)
            var lines: [String] = []
            _ = try EmbeddingSource.open(
                file, options,
                weights: StateDictOptions(backbone: specification, log: { lines.append($0) }))
            try #require(lines.count == 1)
            #expect(!lines[0].contains("AdaFace") && lines[0].contains("model."), "\(lines)")
        }
    }

    @Test("What is asked for of the input counts where a file does not say how images are prepared")
    func requestedInput() throws {
        try withFolder { folder in
            let model = folder.appendingPathComponent("a.safetensors")
            try ModelFile.write(try backbone(), .init(inputSize: 32), to: model)
            #expect(!EmbeddingSource.takesRequestedInput(folder))
            #expect(!EmbeddingSource.takesRequestedInput(model))
            let other = folder.appendingPathComponent("b.safetensors")
            try Safetensors.write(try backbone().state, to: other)
            #expect(EmbeddingSource.takesRequestedInput(other))
            let embeddings = folder.appendingPathComponent("e.safetensors")
            let views = try EmbeddingViews(
                original: EmbeddingTable(count: 1, dimension: 2, values: [1, 0]))
            try EmbeddingFile.write([("lfw", views, ["a.jpg"])], to: embeddings)
            #expect(!EmbeddingSource.takesRequestedInput(embeddings))
            let script = folder.appendingPathComponent("a.pt")
            try Data([0x50, 0x4B, 3, 4]).write(to: script)
            #expect(EmbeddingSource.takesRequestedInput(script))
            // What is missing gets the error that it is missing.
            #expect(EmbeddingSource.takesRequestedInput(folder.appendingPathComponent("none")))
        }
    }

    @Test(
        "Faces are aligned in the pixels of an input that is a multiple of 112, and else in 112",
        arguments: [(112, 112), (224, 224), (160, 112), (0, 112)])
    func template(_ inputSize: Int, _ side: Int) throws {
        let embedder = try Embedder(backbone: backbone(), compute: options.compute)
        let network = EmbeddingNetwork(embedder: embedder, inputSize: inputSize, path: "a")
        #expect(network.template == .insightface(side: side))
    }

    @Test("Files of embeddings are known by their content")
    func embeddings() throws {
        try withFolder { folder in
            let views = try EmbeddingViews(
                original: EmbeddingTable(count: 1, dimension: 2, values: [1, 2]))
            for name in ["e.npy", "e.safetensors"] {
                let file = folder.appendingPathComponent(name)
                try EmbeddingFile.write([(name: "s", views: views, images: ["a"])], to: file)
                guard case .file = try EmbeddingSource.open(file, options) else {
                    Issue.record("\(name) is taken for a network")
                    continue
                }
            }
        }
    }

    @Test("What is missing or of another program is refused with a sentence")
    func refused() throws {
        try withFolder { folder in
            #expect(throws: TorchError.self) {
                _ = try EmbeddingSource.open(folder.appendingPathComponent("none"), options)
            }
            let picture = folder.appendingPathComponent("a.jpg")
            try Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0, 0]).write(to: picture)
            let error = #expect(throws: FaceEmbeddingError.self) {
                _ = try EmbeddingSource.open(picture, options)
            }
            #expect(
                error?.description.contains("is an image, which is not supported") == true)
        }
    }
}
