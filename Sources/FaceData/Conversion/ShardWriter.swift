public import Foundation
import SafeFiles
import Spelling

/// Writes a training set as shards of a WebDataset: `NAME-000000.tar` and so on, with an image and a `.cls`
/// file, which contains the number of its identity, per sample.
///
/// A key is the identity's name, a slash and the image's name without points; readers of shards derive
/// the identities' names from it. The shards get their final names when all of them are written.
final class ShardWriter {
    /// The default number of images per shard.
    static let defaultImages = 10_000
    /// With more shards, a process might exceed its limit of open files.
    private static let maxShards = 512

    private let url: URL
    private let perShard: Int
    private let names: WrittenNames
    private var keys: Set<String> = []
    /// Indices of images whose names are not those in the set.
    private let otherNames: Set<Int>
    /// The files of images whose names are not those in the set, by index.
    private var files: [Int: String] = [:]
    private var shards: [FileWriter] = []
    private var written = 0

    /// Prepares writing.
    ///
    /// - Parameters:
    ///   - url: `NAME.tar`; a number is inserted before the extension.
    ///   - images: The most images per shard; raised if there would be too many shards.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)`` if shards of this name already exist.
    init(
        _ url: URL, _ set: LabelledImageSet, images: Int, names: WrittenNames
    ) throws(FaceDataError) {
        self.url = url
        self.names = names
        otherNames = Set(names.renamed)
        perShard = max(images, (set.count + Self.maxShards - 1) / Self.maxShards, 1)
        let count = (set.count + perShard - 1) / perShard
        guard count > 0 else { throw .cannotWrite(path: url.path, reason: "the set has no images") }
        try requireNoOthers(count)
    }

    static func shard(_ index: Int, of url: URL) -> URL {
        let digits = String(index)
        let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        let stem = PathText(url.lastPathComponent).withoutEnding
        return url.deletingLastPathComponent().appendingPathComponent("\(stem)-\(number).tar")
    }

    private func requireNoOthers(_ count: Int) throws(FaceDataError) {
        let own = Set((0..<count).map { Self.shard($0, of: url).lastPathComponent })
        let stem = PathText(url.lastPathComponent).withoutEnding + "-"
        let folder = url.deletingLastPathComponent()
        let found = (try? SystemPath.visibleNames(folder)) ?? []
        let shards = found.filter {
            $0.hasPrefix(stem) && $0.hasSuffix(".tar")
                && $0.dropFirst(stem.count).dropLast(4).allSatisfy { ("0"..."9").contains($0) }
        }
        if let other = shards.first(where: { !own.contains($0) }) {
            throw .cannotWrite(
                path: url.path,
                reason:
                    "\(quoted: other) exists and would be mistaken for one of the "
                    + "\(counted(count, "shard")) to be written; "
                    + "remove it, or choose another name")
        }
        if let first = shards.first {
            try ConversionTarget.requireNone(folder.appendingPathComponent(first))
        }
    }

    /// Adds the next image.
    ///
    /// - Parameters:
    ///   - index: Its index in the set.
    ///   - label: The number of its identity.
    func append(_ bytes: [UInt8], _ index: Int, label: Int) throws(FaceDataError) {
        let ending = bytes.withUnsafeBytes { ImageKind($0) }.ending
        let (key, isOther) = key(of: index)
        if isOther { files[index] = "\(key).\(ending)" }
        try FaceDataError.storing { () throws(SafeFilesError) in
            if written % perShard == 0 { try beginShard() }
            guard let file = shards.last else { return }
            let tar = TarWriter(file)
            try tar.append("\(key).\(ending)", bytes)
            try tar.append("\(key).cls", Array("\(label)".utf8))
        }
        written += 1
    }

    private func beginShard() throws(SafeFilesError) {
        try endShard()
        shards.append(try FileWriter(Self.shard(shards.count, of: url)))
    }

    private func endShard() throws(SafeFilesError) {
        if let last = shards.last { try TarWriter(last).end() }
    }

    /// Gives the shards their final names.
    func finish() throws(FaceDataError) {
        try FaceDataError.storing { () throws(SafeFilesError) in
            try endShard()
            for shard in shards { try shard.synchronize() }
            for shard in shards { try shard.finish() }
        }
    }

    /// The images whose names in the shards are not those in the set, with both names.
    func renamedImages(of source: any ImageSource) -> [SetConversion.RenamedImage] {
        files.sorted { $0.key < $1.key }.map {
            SetConversion.RenamedImage(name: source.name(of: $0.key), file: $0.value)
        }
    }

    /// A unique key: the file's name as in a folder, without points; and whether it is another name than the image's.
    private func key(of index: Int) -> (key: String, isOther: Bool) {
        let path = names.paths[index]
        let plain = LabelledImageSet.isImage(path) ? PathText(path).withoutEnding : path
        let (folder, base) = (PathText(plain).folder, PathText(plain).name)
        // Readers skip a top-level folder of such a name.
        let head = folder.isEmpty ? "" : folder.hasPrefix("__") ? "set/\(folder)/" : "\(folder)/"
        let stem = head + base.replacingOccurrences(of: ".", with: "_")
        var key = stem
        var number = 1
        while !keys.insert(key).inserted {
            number += 1
            key = "\(stem)-\(number)"
        }
        return (key, key != head + base || otherNames.contains(index))
    }
}

extension SetConversion {
    /// Writes a training set as shards of a WebDataset, `NAME-000000.tar` and so on; an interrupted conversion
    /// starts over.
    ///
    /// - Parameters:
    ///   - url: `NAME.tar`.
    ///   - images: The most images per shard.
    /// - Throws: ``FaceDataError``.
    public func write(
        _ set: LabelledImageSet, toShards url: URL, images: Int = Self.defaultShardImages,
        progress: Progress = { _ in }
    ) throws -> Outcome {
        let names = WrittenNames(of: set, ending: recoding.ending)
        let writer = try ShardWriter(url, set, images: images, names: names)
        var outcome = try writeAll(set, progress) { bytes, index in
            try writer.append(bytes, index, label: set.labels[index])
        }
        guard outcome.written > 0 else { return outcome }
        try writer.finish()
        outcome.renamed = writer.renamedImages(of: set.source)
        return outcome
    }

    /// The default number of images per shard.
    public static let defaultShardImages = ShardWriter.defaultImages

    /// Passes all images to a closure in order, leaving out bad ones if requested.
    func writeAll(
        _ set: LabelledImageSet, _ progress: Progress, _ body: ([UInt8], Int) throws -> Void
    ) throws -> Outcome {
        var outcome = Outcome()
        try forEachImage(set.source, progress) { index, image in
            switch image.bytes {
            case .success(let bytes):
                try body(bytes, index)
                outcome.written += 1
            case .failure(let error):
                guard leavesOutBad else { throw error }
                outcome.bad.append(
                    ImageScan.BadImage(
                        index: index, path: set.source.name(of: index), reason: error.description))
            }
        }
        return outcome
    }
}
