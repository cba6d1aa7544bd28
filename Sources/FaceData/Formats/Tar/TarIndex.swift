import Spelling

extension PartIndex {
    /// Indexes the images of a tar archive: the samples of a WebDataset shard, or the pictures in
    /// folders.
    ///
    /// - Throws: ``FaceDataError/badStructure(path:offset:reason:)``.
    static func tar(_ store: any ByteStore) throws(FaceDataError) -> PartIndex {
        let reader = try TarReader(store)
        let members = reader.members.filter { !PathText($0.name).name.hasPrefix(".") }
        var index =
            try SampleReader.isShard(members, store)
            ? try SampleReader.index(members, store) : try folders(members, store)
        if !reader.isEnded { index.notes.append(.unended) }
        return index
    }

    /// Indexes the pictures of an archive of folders.
    private static func folders(
        _ members: [TarReader.Member], _ store: any ByteStore
    ) throws(FaceDataError) -> PartIndex {
        var index = PartIndex()
        var seen: Set<ExactText> = []
        for member in members {
            if let kind = Skipped.Kind(of: member.name, isFile: member.isFile) {
                index.skipped.append(Skipped(name: member.name, kind: kind))
                continue
            }
            guard seen.insert(ExactText(member.name)).inserted else {
                throw .badStructure(
                    path: store.path, offset: member.header,
                    reason: "the archive has a second member \(quoted: member.name)")
            }
            index.append(member.name, at: member.offset, size: member.size, label: nil)
        }
        return index
    }
}

extension PartIndex.Skipped.Kind {
    /// The kind of an archive's member; nil for a picture.
    init?(of name: String, isFile: Bool) {
        guard isFile else {
            self = .link
            return
        }
        guard !LabelledImageSet.isImage(name) else { return nil }
        self = Self.archives.contains(PathText(name).ending) ? .archive : .file
    }

    private static let archives: Set = [
        "tar", "zip", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "rec", "tfrecord", "mdb",
    ]
}
