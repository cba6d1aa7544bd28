import Foundation
import Spelling

extension LabelledImageSet {
    /// Opens Parquet files of Hugging Face's `datasets` as one set: pictures as bytes and paths, and labels
    /// with names in the metadata (`ClassLabel`).
    ///
    /// - Throws: ``FaceDataError``.
    static func parquet(_ location: URL, _ urls: [URL]) throws(FaceDataError) -> LabelledImageSet {
        try requireOneSplit(location, urls)
        let files = urls.map(FilePool.File.init)
        var tables: [ParquetTable] = []
        for file in files { tables.append(try ParquetTable(FileReader(file.url))) }
        guard tables.contains(where: { $0.rows > 0 }) else {
            throw .unknownFormat(path: location.path, reason: "it holds no image")
        }
        if let other = tables.first(where: { $0.classes != tables[0].classes }) {
            throw .unknownFormat(
                path: location.path,
                reason: "its files name classes differently (\(other.classes?.count ?? 0) and "
                    + "\(tables[0].classes?.count ?? 0) of them); give them as sets of their own")
        }
        let labels = try ParquetLabels(tables, location.path)
        return LabelledImageSet(
            source: ParquetImages(location, files, tables, names: labels.names),
            identities: labels.identities, labels: labels.labels, warnings: labels.warnings
        ).closingUp()
    }

    /// Rejects files of several splits, which are not meant to be one set.
    private static func requireOneSplit(_ location: URL, _ urls: [URL]) throws(FaceDataError) {
        let splits = Set(
            urls.compactMap { url -> String? in
                let name = url.lastPathComponent
                return ["train", "test", "validation"].first { name.hasPrefix("\($0)-") }
            })
        guard splits.count > 1 else { return }
        throw .unknownFormat(
            path: location.path,
            reason:
                "it has the splits \(splits.sorted().joined(separator: ", ")); give the files of one, e.g. "
                + "'train-{00000..00003}-of-00004.parquet'")
    }
}

/// The identities and names of the pictures of Parquet files.
private struct ParquetLabels {
    private(set) var identities: [String]
    private(set) var labels: [Int]
    private(set) var names: [String] = []
    private(set) var warnings: [String] = []

    init(_ tables: [ParquetTable], _ path: String) throws(FaceDataError) {
        let texts = tables.flatMap(\.labels)
        if let classes = tables[0].classes {
            identities = classes
            labels = []
            labels.reserveCapacity(texts.count)
            for (row, text) in texts.enumerated() {
                guard let label = Int(text), classes.indices.contains(label) else {
                    throw .unknownFormat(
                        path: path,
                        reason:
                            "row \(row) has the label \(text), but the file names \(classes.count) classes"
                    )
                }
                labels.append(label)
            }
            let used = Set(labels).count
            if used < classes.count {
                warnings.append(
                    "\(quoted: path) names \(counted(classes.count, "class", "classes")), of which "
                        + "\(grouped(used)) \(used == 1 ? "has" : "have") images")
            }
        } else {
            let list = ListLabels(texts)
            (identities, labels, warnings) = (list.identities, list.labels, list.warnings)
        }
        names = names(of: tables)
    }

    /// `IDENTITY/NAME`, or `IDENTITY/row N` if a picture has no name or that of another one.
    private func names(of tables: [ParquetTable]) -> [String] {
        var taken: Set<String> = []
        var names: [String] = []
        for table in tables {
            for row in 0..<table.rows {
                let identity = identities[labels[names.count]]
                let given = table.names.map { PathText($0[row]).name } ?? ""
                let name = "\(identity)/\(given)"
                let isFree = !given.isEmpty && taken.insert(name).inserted
                names.append(isFree ? name : "\(identity)/row \(names.count)")
            }
        }
        return names
    }
}
