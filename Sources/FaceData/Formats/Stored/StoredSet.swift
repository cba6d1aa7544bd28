import Foundation
import Spelling

extension LabelledImageSet {
    /// A set whose images are parts of files.
    ///
    /// - Parameters:
    ///   - files: The files, in the set's order.
    ///   - kind: What is indexed in which way, for cached indices.
    ///   - index: Builds a file's index; called on any thread.
    /// - Throws: ``FaceDataError``, that of the first file if several cannot be read.
    static func stored(
        _ location: URL, _ files: [URL], kind: String, content: any PartContent = WholePart(),
        threads: Int, minIndexBytes: Int = PartIndexFile.minBytes,
        _ index: @escaping @Sendable (any ByteStore) throws(FaceDataError) -> PartIndex
    ) throws(FaceDataError) -> LabelledImageSet {
        let files = files.map(FilePool.File.init)
        var indices: [PartIndex] = []
        do {
            try ParallelParts.forEach(
                files.count, size: 1, threads: threads,
                make: { range in
                    Result { () throws(FaceDataError) in
                        let file = PartIndexFile(
                            of: files[range.lowerBound], kind: kind, minBytes: minIndexBytes)
                        return try file.index { (reader) throws(FaceDataError) in
                            try index(reader)
                        }
                    }
                },
                take: { part, _ in indices.append(try part.get()) })
        } catch let error as FaceDataError {
            throw error
        } catch {
            throw .unreadable(path: location.path, reason: "\(error)")
        }
        return try stored(location, files, indices, content)
    }

    /// A set whose images are parts of files that are already indexed.
    static func stored(
        _ location: URL, _ files: [FilePool.File], _ indices: [PartIndex],
        _ content: any PartContent
    ) throws(FaceDataError) -> LabelledImageSet {
        try StoredSet(location, files, indices, content).set()
    }
}

/// Combines the images of several files to a set.
private struct StoredSet {
    let location: URL
    let files: [FilePool.File]
    let indices: [PartIndex]
    let content: any PartContent

    init(
        _ location: URL, _ files: [FilePool.File], _ indices: [PartIndex],
        _ content: any PartContent
    ) {
        (self.location, self.files, self.indices, self.content) = (
            location, files, indices, content
        )
    }

    func set() throws(FaceDataError) -> LabelledImageSet {
        let filled = indices.indices.filter { indices[$0].count > 0 }
        guard let first = filled.first else {
            throw .unknownFormat(path: location.path, reason: "it holds no image")
        }
        guard
            let other = filled.first(where: { indices[$0].isLabelled != indices[first].isLabelled })
        else { return indices[first].isLabelled ? labelled() : try folders() }
        let (with, without) = indices[first].isLabelled ? (first, other) : (other, first)
        throw .unknownFormat(
            path: location.path,
            reason:
                "\(quoted: files[with].url.lastPathComponent) has labels beside its pictures and "
                + "\(quoted: files[without].url.lastPathComponent) has none; give them as sets of their own"
        )
    }

    // MARK: Labels in the files

    private func labelled() -> LabelledImageSet {
        let labels = ListLabels(
            indices.flatMap { index in (0..<index.count).map(index.label(of:)) })
        var set = LabelledImageSet(
            source: StoredImages(location, files, indices, content: content),
            identities: names(of: labels) ?? labels.identities, labels: labels.labels,
            warnings: labels.warnings + notes)
        for entry in indices.flatMap(\.skipped) { set.skippedFiles.add(entry) }
        if let sentence = set.skippedFiles.sentence { set.warnings.append(sentence) }
        return set
    }

    /// The names of the identities' folders, if each identity has its own folder; otherwise nil.
    private func names(of labels: ListLabels) -> [String]? {
        var folders = [String](repeating: "", count: labels.identities.count)
        var position = 0
        for index in indices {
            for entry in 0..<index.count {
                let folder = PathText(PathText(index.names[entry]).folder).name
                let label = labels.labels[position]
                guard !folder.isEmpty, folders[label].isEmpty || folders[label] == folder else {
                    return nil
                }
                folders[label] = folder
                position += 1
            }
        }
        return Set(folders).count == folders.count ? folders : nil
    }

    private var notes: [String] {
        let unended = indices.indices.filter { indices[$0].notes.contains(.unended) }
            .map { files[$0].url.lastPathComponent }
        guard !unended.isEmpty else { return [] }
        return [
            counted(unended.count, "archive has", "archives have")
                + " no mark of the end and may be cut short: \(unended.someJoined())"
        ]
    }

    // MARK: Labels by folders

    /// Reads paths `<folders common to all>/<identity>/<image>` in the same way as a folder of
    /// identity folders.
    private func folders() throws(FaceDataError) -> LabelledImageSet {
        let common = commonFolders()
        var parts: [PartIndex] = []
        var skippedFiles = SkippedFiles()
        for index in indices {
            var part = PartIndex()
            for entry in 0..<index.count {
                let path = index.names[entry].split(separator: "/").dropFirst(common)
                let inner = path.joined(separator: "/")
                switch path.count {
                case 2:
                    part.append(
                        inner, at: index.offsets[entry], size: index.sizes[entry],
                        label: String(path[path.startIndex]),
                        packing: index.packings.isEmpty ? nil : index.packings[entry])
                case ..<2: skippedFiles.add(file: inner)
                default: skippedFiles.add(nested: inner)
                }
            }
            for entry in index.skipped { skippedFiles.add(entry.below(common)) }
            parts.append(part)
        }
        let order = parts.flatMap { part in (0..<part.count).map(part.label(of:)) }
        guard !order.isEmpty else { throw noIdentities(skippedFiles) }
        let identities = Set(order.map(ExactText.init)).map(\.text)
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let labelIndices = Dictionary(
            uniqueKeysWithValues: zip(identities.map(ExactText.init), identities.indices))
        let stored = StoredImages(location, files, parts, content: content)
        // In the order in which a folder is read, so that both give the same set.
        let names = (0..<stored.count).map(stored.name(of:))
        let sorted = names.indices.sorted { first, second in
            let labels = (order[first].utf8, order[second].utf8)
            return labels.0.elementsEqual(labels.1)
                ? names[first].utf8.lexicographicallyPrecedes(names[second].utf8)
                : labels.0.lexicographicallyPrecedes(labels.1)
        }
        var set = LabelledImageSet(
            source: SelectedImages(sorted, of: stored), identities: identities,
            labels: sorted.map { labelIndices[ExactText(order[$0]), default: 0] }, warnings: notes)
        set.skippedFiles = skippedFiles
        if let sentence = skippedFiles.sentence { set.warnings.append(sentence) }
        return set
    }

    /// Number of leading folders that all paths share, leaving at least identity and image of the shortest
    /// path.
    private func commonFolders() -> Int {
        var common: [Substring]?
        for index in indices {
            for entry in 0..<index.count {
                let name = index.names[entry]
                let folders = name.split(separator: "/").dropLast()
                // A picture outside any folder has no identity in any case.
                guard !folders.isEmpty else { continue }
                guard let known = common else {
                    common = Array(folders.dropLast())
                    continue
                }
                if folders.starts(with: known), folders.count > known.count { continue }
                common = zip(known, folders.dropLast()).prefix { $0 == $1 }.map(\.0)
            }
        }
        return common?.count ?? 0
    }

    private func noIdentities(_ skippedFiles: SkippedFiles) -> FaceDataError {
        .unknownFormat(
            path: location.path,
            reason:
                "its pictures have no labels: neither a .cls or .json beside each, as in a WebDataset, nor "
                + "folders <identity>/<image>.jpg"
                + (skippedFiles.sentence.map { " (\($0))" } ?? ""))
    }
}

extension PartIndex.Skipped {
    /// The same part without leading folders.
    fileprivate func below(_ folders: Int) -> PartIndex.Skipped {
        let parts = name.split(separator: "/")
        guard parts.count > folders else { return self }
        return PartIndex.Skipped(
            name: parts.dropFirst(folders).joined(separator: "/"), kind: kind)
    }
}

extension SkippedFiles {
    /// Adds a part that is not an image.
    mutating func add(_ entry: PartIndex.Skipped) {
        switch entry.kind {
        case .file: add(file: entry.name)
        case .archive: add(other: entry.name, "archive within it", "archives within it")
        case .link: add(other: entry.name, "link or device", "links or devices")
        }
    }
}
