import Foundation
import Spelling

extension LabelledImageSet {
    /// The images of a RecordIO pack with their labels.
    ///
    /// If the list that the pack was made from is beside it (``RecordList``), it names images and
    /// identities; otherwise identities are named after their labels. Labels without images are
    /// dropped.
    ///
    /// A pack stores labels as 32-bit floats, in which integers above 16,777,216 are rounded, so that
    /// people may have been merged. If there are labels of 16,777,216 or more, all labels are taken
    /// from the list.
    ///
    /// - Parameter threads: Number of threads that read labels.
    /// - Throws: ``FaceDataError``, also for rounded labels without a list.
    static func pack(_ pack: RecordPack, threads: Int) throws(FaceDataError) -> LabelledImageSet {
        let given = try pack.labels(threads: threads)
        let isRounded = given.contains { $0 >= Int(RecordLayout.exactFloats) }
        let names: RecordNames
        do throws(FaceDataError) {
            names = try RecordNames(of: pack, labels: given, always: isRounded)
        } catch {
            guard !isRounded else { throw rounded(given, pack, "\(error)") }
            names = RecordNames(warning: "\(error); names are not taken from it")
        }
        if isRounded, names.labels == nil { throw rounded(given, pack, names.warning) }
        let labels = names.labels ?? ListLabels(given.map(String.init))
        var warnings = pack.warnings + labels.warnings + (names.warning.map { [$0] } ?? [])
        if let announced = pack.announcedIdentities, announced > labels.identities.count {
            warnings.append(
                "\(grouped(announced - labels.identities.count)) of the "
                    + "\(counted(announced, "identity", "identities")) that 'property' names "
                    + (announced == labels.identities.count + 1 ? "has" : "have") + " no image")
        }
        return LabelledImageSet(
            source: names.images.map { NamedImages($0, of: pack) } ?? pack,
            identities: names.identities(of: labels), labels: labels.labels, warnings: warnings)
    }

    private static func rounded(
        _ labels: [Int], _ pack: RecordPack, _ reason: String?
    ) -> FaceDataError {
        let large = labels.indices.filter { labels[$0] >= Int(RecordLayout.exactFloats) }
        let first = large.first.map { "\(pack.name(of: $0)) has \(labels[$0])" } ?? ""
        let list = RecordList.url(beside: pack).lastPathComponent
        return .unknownFormat(
            path: pack.location.path,
            reason: "\(counted(large.count, "label")) of \(labels.count) "
                + "\(large.count == 1 ? "is" : "are") 16777216 or more (\(first)), which 32-bit floats "
                + "round, so that people may have been merged, and "
                + (reason ?? "there is no \(quoted: list) with the exact labels")
                + "; put the list from which it was made beside it as \(quoted: list), or recreate the pack "
                + "with labels 0, 1, 2, ...")
    }
}

/// The names and labels of a pack from the list beside it.
private struct RecordNames {
    /// The images' names; nil without a usable list, or if two images have the same name.
    private(set) var images: [String]?
    /// The labels in the list.
    private(set) var labels: ListLabels?
    /// Why the list is not used.
    private(set) var warning: String?

    /// No names, because of `warning`.
    init(warning: String) {
        self.warning = warning
    }

    /// Reads the list, if there is one.
    ///
    /// - Parameter always: Whether to read it regardless of its size.
    init(of pack: RecordPack, labels given: [Int], always: Bool) throws(FaceDataError) {
        let file = RecordList.url(beside: pack)
        guard SystemPath.exists(file.path) else { return }
        let store = try FileReader(file)
        guard always || store.size <= RecordList.maxBytes else {
            warning =
                "\(quoted: file.lastPathComponent) is larger than \(RecordList.maxBytes >> 20) MB, and names "
                + "are not taken from it"
            return
        }
        let (entries, contradiction) = try RecordList(file, store).entries(
            of: try pack.keys(), labels: given)
        guard contradiction == nil else {
            warning = contradiction.map { "\($0); names are not taken from it" }
            return
        }
        labels = ListLabels(entries.map(\.label), fromIm2rec: true)
        let names = entries.map(\.path)
        if Set(names).count == names.count { images = names }
    }

    /// The identities' names: those of their images' folders if each identity has its own folder,
    /// otherwise the labels.
    func identities(of labels: ListLabels) -> [String] {
        guard let images else { return labels.identities }
        var folders = [String](repeating: "", count: labels.identities.count)
        for (image, label) in zip(images, labels.labels) {
            let folder = PathText(PathText(image).folder).name
            guard !folder.isEmpty, folders[label].isEmpty || folders[label] == folder else {
                return labels.identities
            }
            folders[label] = folder
        }
        return Set(folders).count == folders.count ? folders : labels.identities
    }
}
