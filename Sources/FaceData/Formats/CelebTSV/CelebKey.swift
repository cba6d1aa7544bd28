public import Foundation
import Spelling

/// Identifies an image of MS-Celeb-1M.
struct CelebKey: Sendable, Hashable {
    /// Freebase MID, such as `m.0107_f`.
    let person: String
    /// Rank among the results of the image search.
    let rank: Int
    /// Number of the face; -1 for a whole picture.
    let face: Int

    /// File name without ending.
    var stem: String { face < 0 ? "\(rank)" : "\(rank)-FaceId-\(face)" }

    init(person: String, rank: Int, face: Int) {
        (self.person, self.rank, self.face) = (person, rank, face)
    }

    /// Parses a path of a cleaned list: `MID/rank-FaceId-n.jpg`, with anything between the number
    /// and the ending, or `anything/MID_rank-FaceId-n.jpg`; nil for other paths.
    init?(path: String) {
        let parts = path.replacingOccurrences(of: "\\", with: "/").split(separator: "/")
        guard let file = parts.last, let marker = file.range(of: "-FaceId-") else { return nil }
        let digits = file[marker.upperBound...].prefix(while: \.isNumber)
        let before = file[..<marker.lowerBound]
        let rankText = String(before.reversed().prefix(while: \.isNumber).reversed())
        let prefix = before.dropLast(rankText.count)
        guard let face = Int(digits), let rank = Int(rankText) else { return nil }
        (self.rank, self.face) = (rank, face)
        if prefix.hasSuffix("_") {
            person = String(prefix.dropLast())
        } else {
            guard prefix.isEmpty, parts.count >= 2 else { return nil }
            person = String(parts[parts.count - 2])
        }
    }
}

extension LabelledImageSet {
    /// The images of MS-Celeb-1M's own file: all of them with their MIDs as identities, or those
    /// that a cleaned list selects.
    ///
    /// Such lists have a line for each selected image: a path and a label, in either order, or only
    /// a path, whose folder is the label. The number of listed images that the file lacks is
    /// reported in ``warnings``.
    ///
    /// - Throws: ``FaceDataError``.
    public static func celebRows(
        _ file: URL, selectedBy list: URL?
    ) throws(FaceDataError) -> LabelledImageSet {
        let rows = try CelebRows(file)
        guard let list else {
            let order = (0..<rows.count).sorted {
                (rows.person(of: $0), $0) < (rows.person(of: $1), $1)
            }
            return LabelledImageSet(
                source: SelectedImages(order, of: rows), identities: rows.people,
                labels: order.map(rows.person(of:)))
        }
        return try selected(rows, CelebList(list))
    }

    private static func selected(
        _ rows: CelebRows, _ list: CelebList
    ) throws(FaceDataError) -> LabelledImageSet {
        var chosen: [(index: Int, label: Int)] = []
        for index in 0..<rows.count {
            if let label = list.labels[rows.key(of: index)] { chosen.append((index, label)) }
        }
        guard !chosen.isEmpty else {
            throw .unknownFormat(
                path: list.path,
                reason: "of its \(counted(list.labels.count, "image")) none is in the file")
        }
        chosen.sort { ($0.label, $0.index) < ($1.label, $1.index) }
        let set = LabelledImageSet(
            source: SelectedImages(chosen.map(\.index), of: rows), identities: list.identities,
            labels: chosen.map(\.label))
        let missing = list.labels.count - Set(chosen.map { rows.key(of: $0.index) }).count
        var closed = set.closingUp()
        closed.warnings += list.warnings
        if missing > 0 {
            closed.warnings.append(
                "\(grouped(missing)) of \(counted(list.labels.count, "image")) of the list "
                    + (missing == 1 ? "is" : "are") + " not in the file")
        }
        return closed
    }
}

/// A cleaned list: the selected images and their identities.
struct CelebList {
    let path: String
    /// The identities' names, in the order of ``ListLabels``.
    private(set) var identities: [String] = []
    /// Warnings about its labels.
    private(set) var warnings: [String] = []
    /// The index of each image's identity in ``identities``.
    private(set) var labels: [CelebKey: Int] = [:]

    init(_ url: URL) throws(FaceDataError) {
        path = url.path
        var names: [CelebKey: String] = [:]
        for line in try TextFile.lines(url) {
            let fields = TextFile.fields(line.text)
            guard (1...2).contains(fields.count),
                let index = fields.indices.last(where: { CelebKey(path: fields[$0]) != nil }),
                let key = CelebKey(path: fields[index])
            else {
                throw .line(
                    path: path, line: line.number,
                    reason: "expected a path such as 'm.0107_f/25-FaceId-0.jpg' and a label")
            }
            let folder = fields[index].replacingOccurrences(of: "\\", with: "/")
                .split(separator: "/").dropLast().last.map(String.init)
            names[key] = fields.count == 2 ? fields[1 - index] : folder ?? key.person
        }
        let keys = Array(names.keys)
        let all = ListLabels(keys.map { names[$0] ?? "" })
        (identities, warnings) = (all.identities, all.warnings)
        labels = Dictionary(uniqueKeysWithValues: zip(keys, all.labels))
    }
}
