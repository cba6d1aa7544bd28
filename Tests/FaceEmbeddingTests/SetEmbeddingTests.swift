import FaceData
import FaceEvaluation
import FaceModels
import Foundation
import SeededRandom
import Testing
import Torch

@testable import FaceEmbedding

@Suite("Embeddings of a set in a file", .serialized)
struct SetEmbeddingTests {
    /// A network of 32x32 pixels, and pictures of that size whose parts of the output are eight images each.
    private struct Case {
        static let count = 19
        let folder: URL
        let model: URL
        let names: [String]

        init(_ folder: URL) throws {
            self.folder = folder
            model = folder.appendingPathComponent("model.safetensors")
            let backbone = try BackboneCatalogue.make(
                BackboneSpecification(parsing: "mobilenetv1:width=0.25,embedding=8"), inputSize: 32,
                initial: InitialWeights(seed: 3))
            try ModelFile.write(backbone, ModelFile.Metadata(inputSize: 32), to: model)
            names = (0..<Self.count).map { $0 == 3 ? "a,\"3\".png" : "\($0).png" }
            for index in names.indices { try draw(index, seed: 5) }
        }

        func draw(_ index: Int, seed: UInt64) throws {
            var stream = SeededRandom(seed: seed, "picture", UInt64(index))
            let image = RGBImage(
                width: 32, height: 32,
                pixels: (0..<32 * 32 * 3).map { _ in UInt8(stream.below(256)) })
            try Data(ImageEncoder.png(image)).write(to: folder.appendingPathComponent(names[index]))
        }

        func embedding(mirroring: Bool = true, batchSize: Int = 2) throws -> SetEmbedding {
            try SetEmbedding(
                model: model,
                options: EmbeddingOptions(
                    compute: ComputeConfiguration(
                        device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
                    batchSize: batchSize),
                images: ImageFiles(names, in: folder), mirroring: mirroring)
        }

        func url(_ name: String) -> URL { folder.appendingPathComponent(name) }
        func bytes(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }
    }

    private func withCase(_ body: (Case) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(Case(folder))
    }

    /// Ends an embedding when so many images are done.
    private func stop(_ embedding: SetEmbedding, at count: Int, to url: URL) {
        #expect(throws: CancellationError.self) {
            _ = try embedding.write(to: url) { if $0 >= count { throw CancellationError() } }
        }
    }

    @Test(
        "has the network's numbers in the set's order, with names and mean norms",
        arguments: [1, 2])
    func content(_ views: Int) throws {
        try withCase { tested in
            let embedding = try tested.embedding(mirroring: views == 2)
            let outcome = try embedding.write(to: tested.url("e.npy"))
            #expect(outcome == .init(images: 19, kept: 0, dimension: 8))
            let array = try NumPyArray.read(tested.url("e.npy"))
            #expect(array.shape == (views == 2 ? [2, 19, 8] : [19, 8]))
            guard
                case .network(let network) = try EmbeddingSource.open(
                    tested.model, EmbeddingOptions.standard)
            else {
                Issue.record("no network")
                return
            }
            let expected = try network.embeddings(of: embedding.images)
            let tables = [expected.original] + (views == 2 ? [try #require(expected.mirrored)] : [])
            for (found, number) in zip(array.values, tables.flatMap(\.values)) {
                #expect(abs(found - number) <= 1e-4 * (1 + abs(number)))
            }
            var norms = [Double](repeating: 0, count: 19)
            for table in tables {
                for (row, norm) in try table.norms().enumerated() {
                    norms[row] += norm / Double(views)
                }
            }
            let lines = String(decoding: try tested.bytes("e.names.csv"), as: UTF8.self)
                .split(separator: "\n")
            #expect(lines.count == 20 && lines[0] == "name,norm")
            for (index, line) in lines.dropFirst().enumerated() {
                let field = index == 3 ? "\"a,\"\"3\"\".png\"," : "\(index).png,"
                #expect(line.hasPrefix(field))
                let norm = try #require(Double(line.dropFirst(field.count)))
                #expect(abs(norm - norms[index]) < 1e-4 * norms[index])
            }

            _ = try embedding.write(to: tested.url("e.safetensors"))
            let file = try Safetensors.read(tested.url("e.safetensors"))
            #expect(
                file.tensors.keys.sorted() == ["mirrored", "norms", "original"].suffix(views + 1))
            let original = try #require(file.tensors["original"])
            #expect(original.shape == [19, 8])
            #expect(original.array(of: Float.self) == Array(array.values.prefix(19 * 8)))
            #expect(file.tensors["norms"]?.array(of: Float.self).map(Double.init).count == 19)
            #expect(file.metadata["images"] == tested.names.joined(separator: "\n"))
            #expect(file.metadata["model"]?.isEmpty == false)
            #expect(
                try !FileManager.default.contentsOfDirectory(atPath: tested.folder.path)
                    .contains { $0.hasPrefix(".") })
        }
    }

    @Test("sets the threads that were asked for as it opens the network")
    func threads() throws {
        try withCase { test in
            try LibTorch.withThreads(3) {
                _ = try test.embedding()
                #expect(LibTorch.threads == 1)
            }
        }
    }

    @Test("resumes with the parts that an earlier process has finished, to the same bytes")
    func resumed() throws {
        try withCase { tested in
            _ = try tested.embedding().write(to: tested.url("whole.safetensors"))
            for (count, kept) in [(1, 0), (8, 0), (10, 8), (19, 16)] {
                let url = tested.url("\(count).safetensors")
                stop(try tested.embedding(), at: count, to: url)
                #expect(!FileManager.default.fileExists(atPath: url.path))
                #expect(try tested.embedding().write(to: url).kept == kept, "stopped at \(count)")
                #expect(try Data(contentsOf: url) == tested.bytes("whole.safetensors"))
            }
        }
    }

    @Test("begins anew at the first image that has changed, and wholly with other settings")
    func changed() throws {
        try withCase { tested in
            let url = tested.url("e.safetensors")
            stop(try tested.embedding(), at: 19, to: url)
            try tested.draw(9, seed: 6)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1)],
                ofItemAtPath: tested.url(tested.names[9]).path)
            #expect(try tested.embedding().write(to: url).kept == 8)
            let settings = [(true, 3), (false, 2)]
            for (mirroring, batchSize) in settings {
                let name = "\(mirroring)-\(batchSize).safetensors"
                stop(try tested.embedding(), at: 19, to: tested.url(name))
                let other = try tested.embedding(mirroring: mirroring, batchSize: batchSize)
                #expect(try other.write(to: tested.url(name)).kept == 0)
            }
        }
    }

    @Test(
        "takes no part that is damaged or cut short", arguments: [(600, 0), (1000, 0), (1200, 8)])
    func damaged(_ position: Int, _ kept: Int) throws {
        try withCase { tested in
            let url = tested.url("e.safetensors")
            stop(try tested.embedding(), at: 19, to: url)
            // Parts of 512 and 8 x 8 x 2 x 4 bytes.
            let hidden = try #require(
                FileManager.default.contentsOfDirectory(atPath: tested.folder.path)
                    .first { $0.contains(".e.safetensors.rows") })
            let journal = tested.url(hidden)
            var bytes = try Data(contentsOf: journal)
            #expect(bytes.count == 2 * 1024)
            bytes[position] ^= 1
            try bytes.write(to: journal)
            #expect(try tested.embedding().write(to: url).kept == kept)
            stop(try tested.embedding(), at: 19, to: tested.url("f.safetensors"))
            let other = tested.url(hidden.replacing(".e.", with: ".f."))
            try Data(contentsOf: other).prefix(2047).write(to: other)
            #expect(try tested.embedding().write(to: tested.url("f.safetensors")).kept == 8)
        }
    }
}
