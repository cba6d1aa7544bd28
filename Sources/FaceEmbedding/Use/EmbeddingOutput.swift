import FaceData
import FaceEvaluation
import FaceRuns
import Foundation
import SafeFiles
import SafeNumbers
import Spelling
import Torch

/// Writes the output file of a ``SetEmbedding`` from its journal.
struct EmbeddingOutput {
    let journal: EmbeddingJournal
    let names: [String]
    let identity: String
    let views: Int

    /// Writes the file, and for `.npy` and `.bin` the table of names beside it.
    func write(to url: URL) throws {
        if url.pathExtension.lowercased() == "bin" { return try writeMatrix(to: url) }
        let norms = try norms()
        if url.pathExtension.lowercased() == "parquet" { return try writeTable(norms, to: url) }
        let isArray = EmbeddingFile.isNamedArray(url)
        if isArray { try writeNames(norms, to: Self.names(of: url)) }
        let writer = try FileWriter(url)
        try writer.write(isArray ? [UInt8](arrayHeader) : tensorsHeader)
        for view in 0..<views {
            try journal.forEachPart(view: view) { try writer.write($0) }
        }
        if !isArray {
            try writer.write([UInt8](littleEndian: norms.map { Float($0) }))
        }
        try writer.finish()
    }

    /// Writes the normalised sums of both views with an OpenCV matrix's header.
    private func writeMatrix(to url: URL) throws {
        try writeNames(try norms(), to: Self.names(of: url))
        let writer = try FileWriter(url)
        try writer.write(MegaFaceFile.header(rows: names.count, columns: journal.dimension))
        try forEachSum { _, row in try writer.write([UInt8](littleEndian: row)) }
        try writer.finish()
    }

    /// Writes the normalised sum of both views of each image to a separate file in a folder.
    ///
    /// - Throws: ``FaceEmbeddingError/cannotWrite(path:reason:)``, also for names that point outside the
    ///   folder.
    func writeFeatures(to folder: URL, suffix: String) throws {
        for name in names {
            let parts = name.split(separator: "/")
            guard !name.hasPrefix("/"), !parts.contains(".."), !parts.isEmpty else {
                throw FaceEmbeddingError.cannotWrite(
                    path: folder.path, reason: "the image \(quoted: name) is outside the folder")
            }
        }
        var made: Set<String> = []
        try forEachSum { index, row in
            let file = folder.appendingPathComponent("\(names[index])_\(suffix).bin")
            let parent = file.deletingLastPathComponent()
            do {
                if made.insert(parent.path).inserted {
                    try FileManager.default.createDirectory(
                        at: parent, withIntermediateDirectories: true)
                }
                // The files are not flushed to disk one by one, which would take hours for a million.
                try Data(MegaFaceFile.bytes(row)).write(to: file, options: .atomic)
            } catch {
                throw FaceEmbeddingError.cannotWrite(
                    path: file.path, reason: error.localizedDescription)
            }
        }
    }

    /// Calls a body with the normalised sum of each image's embeddings.
    private func forEachSum(_ body: (_ index: Int, _ row: [Float]) throws -> Void) throws {
        var index = 0
        try journal.forEachPart { part in
            let sums = try part.normalizedSum()
            for row in 0..<sums.count {
                try body(index, Array(sums[row]))
                index += 1
            }
        }
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

    /// Writes a `.parquet` file with one row per image.
    private func writeTable(_ norms: [Double], to url: URL) throws {
        let lists = ["embedding", "mirrored"].prefix(views).map { ParquetWriter.Field.floats($0) }
        let writer = try ParquetWriter(
            url, fields: [.text("name")] + lists + [.float("norm")], texts: [("model", identity)])
        var row = 0
        try journal.forEachPart { parts in
            let tables = parts.map { [Float](littleEndian: $0) }
            for start in stride(from: 0, to: tables[0].count, by: journal.dimension) {
                let rows = tables.map {
                    ParquetWriter.Value.floats(Array($0[start..<start + journal.dimension]))
                }
                try writer.append([.text(names[row])] + rows + [.float(Float(norms[row]))])
                row += 1
            }
        }
        try writer.finish()
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
                let values = [Float](littleEndian: bytes)
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
