import FaceEvaluation
import FaceRuns
import Foundation
import SafeFiles
import Torch

/// Writes the file of a ``SetEmbedding`` out of its journal.
struct EmbeddingOutput {
    let journal: EmbeddingJournal
    let names: [String]
    let identity: String
    let views: Int

    /// Writes the file; of a `.npy` also the names beside it.
    func write(to url: URL) throws {
        let norms = try norms()
        let isArray = EmbeddingFile.isNamedArray(url)
        if isArray { try writeNames(norms, to: Self.names(of: url)) }
        let writer = try FileWriter(url)
        try writer.write(isArray ? [UInt8](arrayHeader) : tensorsHeader)
        for view in 0..<views {
            try journal.forEachPart(view: view) { try writer.write($0) }
        }
        if !isArray {
            try writer.write(
                norms.map { Float($0).bitPattern.littleEndian }.withUnsafeBytes { Array($0) })
        }
        try writer.finish()
    }

    /// The table of names beside a `.npy` file.
    static func names(of url: URL) -> URL {
        url.deletingPathExtension().appendingPathExtension("names.csv")
    }

    private var arrayHeader: Data {
        let shape = [names.count, journal.dimension]
        return NumPyArray.header(shape: views == 2 ? [2] + shape : shape)
    }

    private var tensorsHeader: [UInt8] {
        let shape = [names.count, journal.dimension]
        let tensors = ["original", "mirrored"].prefix(views).map { (name: $0, shape: shape) }
        return Safetensors.beginning(
            tensors + [(name: "norms", shape: [names.count])],
            metadata: [
                "format": "pt", "images": names.joined(separator: "\n"), "model": identity,
            ])
    }

    private func writeNames(_ norms: [Double], to url: URL) throws {
        let writer = try FileWriter(url)
        try writer.write("name,norm\n")
        for (name, norm) in zip(names, norms) {
            try writer.write(CSVTable.spreadsheetLine([name, "\(Float(norm))"]))
        }
        try writer.finish()
    }

    /// Mean L2 norm of each image's embeddings.
    private func norms() throws -> [Double] {
        var sums = [Double](repeating: 0, count: names.count)
        for view in 0..<views {
            var row = 0
            try journal.forEachPart(view: view) { bytes in
                let values = bytes.withUnsafeBytes { bytes in
                    (0..<bytes.count / 4).map {
                        Float(
                            bitPattern: UInt32(
                                littleEndian: bytes.loadUnaligned(
                                    fromByteOffset: 4 * $0, as: UInt32.self)))
                    }
                }
                let count = values.count / journal.dimension
                let table = try EmbeddingTable(
                    count: count, dimension: journal.dimension, values: values)
                for (index, norm) in try table.norms().enumerated() { sums[row + index] += norm }
                row += count
            }
        }
        return sums.map { $0 / Double(views) }
    }
}
