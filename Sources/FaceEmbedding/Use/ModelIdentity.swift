import FaceModels
import Foundation
import SafeFiles
import Torch

extension EmbeddingNetwork {
    /// Identifies the network: SHA-256, in hexadecimal, of its weights and of the preparation of images.
    /// Embeddings of networks with the same identity can be compared.
    ///
    /// It does not change when something else, such as thresholds, is written to a model file.
    ///
    /// - Throws: The error of a file that cannot be read.
    public func identity() throws -> String {
        let file = URL(fileURLWithPath: path)
        var hash = SHA256()
        if describesItself {
            hash.update(Array(try Safetensors.tensorDigest(of: file).utf8))
        } else {
            try Self.update(&hash, with: file)
        }
        let backbone = model.map { $0.backbone.specification.description } ?? ""
        let input = statedPreparation ?? embedder.normalization.description
        hash.update(Array("\n\(backbone)\n\(inputSize)\n\(input)\n".utf8))
        return hash.hexDigest()
    }

    private static func update(_ hash: inout SHA256, with url: URL) throws {
        do {
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            while let part = try file.read(upToCount: 1 << 20), !part.isEmpty { hash.update(part) }
        } catch {
            throw TorchError.file(path: url.path, reason: error.localizedDescription)
        }
    }
}
