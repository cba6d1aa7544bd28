import Foundation

extension LabelledImageSet {
    /// The images of a RecordIO pack with their labels.
    ///
    /// Where the pack has a list of names beside it (`.lst`) that fits, images and identities are
    /// called as it says; identities are called by their labels otherwise. Labels that no image has
    /// are closed up.
    ///
    /// - Parameter threads: Workers that read labels.
    /// - Throws: ``FaceDataError``.
    static func pack(_ pack: RecordPack, threads: Int) throws(FaceDataError) -> LabelledImageSet {
        let given = try pack.labels(threads: threads)
        let numbers = Set(given).sorted()
        let place = Dictionary(uniqueKeysWithValues: zip(numbers, numbers.indices))
        let labels = given.map { place[$0, default: 0] }
        var remarks = pack.remarks
        if let announced = pack.announcedIdentities, announced > numbers.count {
            remarks.append(
                "\(announced - numbers.count) of the \(announced) identities that 'property' "
                    + "names have no image")
        }
        guard let names = try RecordNames(of: pack, labels: labels) else {
            return LabelledImageSet(
                source: pack, identities: numbers.map(String.init), labels: labels,
                remarks: remarks)
        }
        return LabelledImageSet(
            source: NamedImages(names.images, of: pack), identities: names.identities,
            labels: labels, remarks: remarks)
    }
}

/// The names of a pack's images and identities from the list beside it.
private struct RecordNames {
    let images: [String]
    let identities: [String]

    /// A larger list is passed over: its names would take more memory than the images' places.
    private static let mostBytes = 1 << 26

    /// Reads the list; nil where there is none, or one of another pack.
    init?(of pack: RecordPack, labels: [Int]) throws(FaceDataError) {
        let file = pack.location.deletingPathExtension().appendingPathExtension("lst")
        guard let store = try? FileReader(file), store.size <= Self.mostBytes,
            let lines = try? TextFile.lines(of: store), lines.count == labels.count
        else { return nil }
        images = lines.map { line in
            let fields = line.text.split(separator: "\t")
            // `index label... path`, or insightface's `aligned path label`.
            return String(
                fields.last.map { Double($0) == nil } ?? false
                    ? fields[fields.count - 1]
                    : fields.count > 1 ? fields[1] : fields[0])
        }
        guard Set(images).count == images.count else { return nil }
        var folders: [Int: String] = [:]
        for (image, label) in zip(images, labels) {
            let folder = PathText(PathText(image).folder).name
            guard !folder.isEmpty, folders[label, default: folder] == folder else { return nil }
            folders[label] = folder
        }
        identities = folders.sorted { $0.key < $1.key }.map(\.value)
        guard Set(identities).count == identities.count else { return nil }
    }
}
