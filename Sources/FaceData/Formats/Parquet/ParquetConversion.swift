public import Foundation
import Spelling

extension SetConversion {
    /// Writes a training set as a Parquet file of Hugging Face's `datasets`: a structure `image` of `bytes` and
    /// `path`, and a `label` whose classes are named in the metadata; an interrupted conversion starts over.
    ///
    /// - Parameter groupBytes: Approximate size of a row group, in bytes.
    /// - Throws: ``FaceDataError``, also if two identities have the same name, which classes must
    ///   not have.
    public func write(
        _ set: LabelledImageSet, toParquet url: URL, groupBytes: Int = 1 << 25,
        progress: Progress = { _ in }
    ) throws -> Outcome {
        try Self.requireDistinct(set.identities, url)
        let pack = PackNames(of: set)
        let writer = try ParquetWriter(
            url, fields: [.structure("image", [.bytes("bytes"), .text("path")]), .int64("label")],
            texts: [("huggingface", try Self.features(classes: set.identities))],
            groupBytes: groupBytes)
        var outcome = try writeAll(set, progress) { bytes, index in
            try writer.append([.bytes(bytes), .text(pack.names[index]), .int64(set.labels[index])])
        }
        guard outcome.written > 0 else { return outcome }
        try writer.finish()
        outcome.listRenamed(by: pack.written, of: set.source)
        return outcome
    }

    private static func requireDistinct(_ classes: [String], _ url: URL) throws(FaceDataError) {
        var seen: Set<ExactText> = []
        guard let name = classes.first(where: { !seen.insert(ExactText($0)).inserted }) else {
            return
        }
        throw .cannotWrite(
            path: url.path,
            reason:
                "two identities are called \(quoted: name), and the classes of a Parquet file "
                + "must have names of their own; "
                + "rename one, or choose another format")
    }

    /// The metadata of `datasets`, stored under the key `huggingface`.
    private static func features(classes: [String]) throws -> String {
        struct Feature: Encodable {
            var names: [String]?
            var _type: String
        }
        struct Info: Encodable { var features: [String: Feature] }
        let info = Info(features: [
            "image": Feature(_type: "Image"), "label": Feature(names: classes, _type: "ClassLabel"),
        ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(["info": info]), as: UTF8.self)
    }
}
