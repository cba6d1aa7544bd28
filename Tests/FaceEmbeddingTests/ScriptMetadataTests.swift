import FaceModels
import Foundation
import Testing

@testable import FaceEmbedding

@Suite("What is said of a network in TorchScript")
struct ScriptMetadataTests {
    /// The end of an archive without members.
    private static let end: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)

    private func withFile(_ bytes: [UInt8], _ body: (URL) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString).pt")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(bytes).write(to: url)
        try body(url)
    }

    @Test(
        "stands in the archive's comment, where any program finds it", arguments: [0, 100, 70_000])
    func written(_ before: Int) throws {
        let face = (0..<28 * 28).map { UInt8($0 * 7 % 256) }
        try withFile([UInt8](repeating: 7, count: before) + Self.end) { url in
            #expect(
                ScriptMetadata.meanFace(of: url) == nil && ScriptMetadata.inputSize(of: url) == nil)
            // A comment that holds the mark itself.
            let strings = [
                "mean_face": ModelMetadata.text(ofMeanFace: face), "note": "PK\u{5}\u{6}",
                "a": "1", "z": "b/c", "k": "", "f": "2", "input_size": "64",
            ]
            try ScriptMetadata.write(strings, to: url)
            #expect(
                ScriptMetadata.meanFace(of: url) == face && ScriptMetadata.inputSize(of: url) == 64)
            let bytes = [UInt8](try Data(contentsOf: url))
            let comment = Array(bytes[(before + 22)...])
            #expect(Int(bytes[before + 20]) | Int(bytes[before + 21]) << 8 == comment.count)
            #expect(
                try JSONDecoder().decode([String: String].self, from: Data(comment)) == strings)
            // The same bytes each time.
            let text = String(decoding: comment, as: UTF8.self)
            let places = strings.keys.sorted().map { text.range(of: "\"\($0)\":")?.lowerBound }
            #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
            #expect(places.count == 7 && text.contains("b/c"))
        }
    }

    @Test("is not written where there is something, where it is too long, or into another file")
    func refused() throws {
        try withFile(Self.end) { url in
            try ScriptMetadata.write(["a": "b"], to: url)
            let before = try Data(contentsOf: url)
            #expect(throws: FaceEmbeddingError.self) {
                try ScriptMetadata.write(["a": "c"], to: url)
            }
            #expect(try Data(contentsOf: url) == before)
        }
        for (bytes, text) in [
            (Self.end, String(repeating: "x", count: 0x10000)), ([1, 2, 3], "b"),
            ([UInt8](repeating: 0, count: 22), "b"),
        ] {
            try withFile(bytes) { url in
                #expect(throws: FaceEmbeddingError.self) {
                    try ScriptMetadata.write(["a": text], to: url)
                }
                let kept = try Data(contentsOf: url)
                #expect(kept == Data(bytes) && ScriptMetadata.meanFace(of: url) == nil)
            }
        }
    }
}
