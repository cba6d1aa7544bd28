import Foundation
import Spelling

/// Reads the samples of a shard of a WebDataset: pictures with adjacent members that contain their
/// labels.
struct SampleReader {
    private let store: any ByteStore
    private var index = PartIndex()
    private var keys: Set<Substring> = []

    /// A sample: consecutive members with the same key.
    private struct Sample {
        let key: Substring
        var parts: [(kind: String, member: TarReader.Member)] = []

        var images: [TarReader.Member] {
            parts.filter { LabelledImageSet.isImage("x." + $0.kind) }.map(\.member)
        }
    }

    /// Whether an archive is a shard, that is, contains a picture whose sample has a label. Other archives
    /// are folders.
    static func isShard(
        _ members: [TarReader.Member], _ store: any ByteStore
    ) throws(FaceDataError) -> Bool {
        for sample in samples(members) where !sample.images.isEmpty {
            // If a name has several points, the kind begins at the first one.
            if sample.parts.contains(where: { $0.kind == "cls" || $0.kind.hasSuffix(".cls") }) {
                return true
            }
            if let part = sample.parts.first(where: { $0.kind == "json" }) {
                return try label(of: part, store) != nil
            }
        }
        return false
    }

    /// Reads a shard.
    ///
    /// - Throws: ``FaceDataError/badStructure(path:offset:reason:)``.
    static func index(
        _ members: [TarReader.Member], _ store: any ByteStore
    ) throws(FaceDataError) -> PartIndex {
        var reader = SampleReader(store: store)
        for member in members where !member.isFile {
            reader.index.skipped.append(PartIndex.Skipped(name: member.name, kind: .link))
        }
        for member in members where member.isFile && SampleName(member.name) == nil {
            reader.index.skipped.append(PartIndex.Skipped(name: member.name, kind: .file))
        }
        for sample in samples(members) { try reader.add(sample) }
        return reader.index
    }

    private init(store: any ByteStore) {
        self.store = store
    }

    private static func samples(_ members: [TarReader.Member]) -> [Sample] {
        var samples: [Sample] = []
        for member in members where member.isFile {
            guard let name = SampleName(member.name) else { continue }
            if samples.last?.key != name.key { samples.append(Sample(key: name.key)) }
            samples[samples.count - 1].parts.append((name.kind, member))
        }
        return samples
    }

    private mutating func add(_ sample: Sample) throws(FaceDataError) {
        guard let first = sample.parts.first?.member else { return }
        guard keys.insert(sample.key).inserted else {
            throw refusal(
                first,
                "the key \(quoted: sample.key) occurs a second time, apart from the first: "
                    + "samples were merged or their "
                    + "parts are not adjacent; give each sample its own key")
        }
        let images = sample.images
        guard let image = images.first else {
            index.skipped.append(PartIndex.Skipped(name: first.name, kind: .file))
            return
        }
        guard images.count == 1 else { throw merged(sample, images) }
        var kinds: Set<String> = []
        for part in sample.parts where !kinds.insert(part.kind).inserted {
            throw refusal(
                part.member,
                "the sample \(quoted: sample.key) has two parts \(quoted: ".\(part.kind)")")
        }
        index.append(
            image.name, at: image.offset, size: image.size, label: try label(of: sample, image))
    }

    /// An error about several pictures in one sample, usually because a key ends at the first
    /// point.
    private func merged(_ sample: Sample, _ images: [TarReader.Member]) -> FaceDataError {
        let names = images.prefix(2).map { "\(quoted: PathText($0.name).name)" }.joined(
            separator: " and ")
        let hasPoints = images.contains { SampleName($0.name)?.kind.contains(".") ?? false }
        return refusal(
            images[1],
            "\(names) are one sample, \(quoted: sample.key)"
                + (hasPoints
                    ? ", since a key ends at the first point of a name, and people or pictures are merged; write "
                        + "the shards again with names without dots"
                    : "; a sample must have one picture"))
    }

    private func label(
        of sample: Sample, _ image: TarReader.Member
    ) throws(FaceDataError) -> String {
        for kind in SampleLabel.kinds {
            guard let part = sample.parts.first(where: { $0.kind == kind }) else { continue }
            if let label = try Self.label(of: part, store) { return label }
            throw refusal(
                part.member,
                kind == "cls"
                    ? "\(quoted: part.member.name) holds no label, which is a number or a name in one line"
                    : "\(quoted: part.member.name) has no label; one of these fields must be a "
                        + "number or a text: "
                        + SampleLabel.fields.joined(separator: ", "))
        }
        let kinds = sample.parts.map { ".\($0.kind)" }.joined(separator: ", ")
        throw refusal(
            image,
            "the sample \(quoted: sample.key) has no label: its parts are "
                + "\(kinds.shortened), and a .cls or .json is wanted")
    }

    private static func label(
        of part: (kind: String, member: TarReader.Member), _ store: any ByteStore
    ) throws(FaceDataError) -> String? {
        guard part.member.size <= SampleLabel.maxBytes else { return nil }
        return SampleLabel.text(
            try store.bytes(at: part.member.offset, count: part.member.size), kind: part.kind)
    }

    private func refusal(_ member: TarReader.Member, _ reason: String) -> FaceDataError {
        .badStructure(path: store.path, offset: member.header, reason: reason)
    }
}
