import FaceData
import FaceEvaluation
import Foundation
import Testing
import Torch

@testable import FaceEmbedding

@Suite("Files of embeddings")
struct EmbeddingFileTests {
    private let pairs = [
        VerificationPair(first: 0, second: 1, same: true, fold: 0),
        VerificationPair(first: 1, second: 2, same: false, fold: 1),
    ]
    private let images = ["a", "b", "c"]

    private func views(_ count: Int = 3, mirrored: Bool = true, from first: Float = 0) throws
        -> EmbeddingViews
    {
        func table(_ start: Float) throws -> EmbeddingTable {
            try EmbeddingTable(
                count: count, dimension: 2,
                values: (0..<2 * count).map { start + Float($0) })
        }
        return try EmbeddingViews(
            original: table(first), mirrored: mirrored ? table(first + 100) : nil)
    }

    private func withFile<Result>(_ name: String, _ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder.appendingPathComponent(name))
    }

    private func read(_ url: URL) throws -> EmbeddingFile {
        EmbeddingFile.isNamedArray(url)
            ? try EmbeddingFile(array: url)
            : try EmbeddingFile(Safetensors.read(url), path: url.path)
    }

    @Test(
        "What is written is read again, with the mirror images or without",
        arguments: ["e.npy", "e.safetensors"], [true, false])
    func roundTrip(_ name: String, _ mirrored: Bool) throws {
        let written = try views(mirrored: mirrored)
        let found = try withFile(name) { url in
            try EmbeddingFile.write([(name: "lfw", views: written, images: images)], to: url)
            return try read(url).match("lfw", images: images, pairs: pairs)
        }
        #expect(found.views.original.values == written.original.values)
        #expect(found.views.mirrored?.values == written.mirrored?.values)
        #expect(found.views.count == 3 && found.views.original.dimension == 2)
        #expect(found.pairs == pairs)
    }

    @Test("Each set of a file has its own embeddings, by its name")
    func several() throws {
        try withFile("e.safetensors") { url in
            try EmbeddingFile.write(
                [
                    (name: "one", views: try views(), images: images),
                    (name: "two", views: try views(from: 50), images: images),
                ], to: url)
            let file = try read(url)
            #expect(
                try file.match("two", images: images, pairs: pairs).views.original.values[0] == 50)
            #expect(
                try file.match("one", images: images, pairs: pairs).views.original.values[0] == 0)
            let error = #expect(throws: FaceEmbeddingError.self) {
                _ = try file.match("three", images: images, pairs: pairs)
            }
            #expect(
                error?.description.contains("no embeddings of 'three', only of: one, two") == true)
        }
    }

    @Test("Two rows a pair become pairs of neighbours; another number is refused")
    func rows() throws {
        try withFile("e.npy") { url in
            try EmbeddingFile.write(
                [(name: "", views: try views(4, mirrored: false), images: [])], to: url)
            let file = try read(url)
            let found = try file.match("any", images: images, pairs: pairs)
            #expect(found.pairs.map(\.first) == [0, 2] && found.pairs.map(\.second) == [1, 3])
            #expect(found.pairs.map(\.same) == [true, false] && found.pairs.map(\.fold) == [0, 1])
            let error = #expect(throws: FaceEmbeddingError.self) {
                _ = try file.match("any", images: images, pairs: pairs + pairs)
            }
            #expect(error?.description.contains("4 rows") == true)
        }
    }

    @Test("Embeddings of other images are refused, with the first that differs")
    func otherImages() throws {
        try withFile("e.safetensors") { url in
            try EmbeddingFile.write([(name: "s", views: try views(), images: images)], to: url)
            let error = #expect(throws: FaceEmbeddingError.self) {
                _ = try read(url).match("s", images: ["a", "x", "c"], pairs: pairs)
            }
            #expect(error?.description.contains("row 1 is 'b', not 'x'") == true)
        }
    }

    @Test("A .npy file holds one set")
    func oneSet() throws {
        try withFile("e.npy") { url in
            let two = [(name: "a", views: try views(), images: images)]
            let error = #expect(throws: FaceEmbeddingError.self) {
                try EmbeddingFile.write(two + two, to: url)
            }
            #expect(error?.description.contains("one test set, not 2") == true)
            #expect(!FileManager.default.fileExists(atPath: url.path))
        }
    }
}
