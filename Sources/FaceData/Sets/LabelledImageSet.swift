public import Foundation

/// Images of known identities, to train on.
public struct LabelledImageSet: Sendable {
    /// The images, by identity and then by name where a folder gives no other order.
    public var source: any ImageSource
    /// The identities' names, by label.
    public var identities: [String]
    /// Whose each image is: a index in the list of identities.
    public var labels: [Int]
    /// Warnings about the files, such as an index that had to be rebuilt.
    public var warnings: [String]
    /// Files in the set's folder that are not images of an identity.
    public internal(set) var passedOver = PassedOver()

    /// How many images there are.
    public var count: Int { labels.count }
    /// Folder or file of the set.
    public var location: URL { source.location }

    /// Memberwise initialiser; identities whose names are one text in two forms of Unicode become one, which
    /// ``warnings`` tell.
    ///
    /// - Parameters:
    ///   - labels: As many as the source has images, each below the number of identities.
    public init(
        source: any ImageSource, identities: [String], labels: [Int], warnings: [String] = []
    ) {
        precondition(source.count == labels.count, "labels must be as many as images")
        self.source = source
        if let united = EquivalentNames.united(identities, labels) {
            self.identities = united.identities
            self.labels = united.labels
            self.warnings = warnings + [united.sentence]
        } else {
            self.identities = identities
            self.labels = labels
            self.warnings = warnings
        }
    }

    /// The images' names.
    public var names: [String] { labels.indices.map(source.name(of:)) }

    /// Without some images, named by their indices; identities left without any go as well, and
    /// labels close up.
    public func removing(_ indices: Set<Int>) -> LabelledImageSet {
        indices.isEmpty ? self : keeping(labels.indices.filter { !indices.contains($0) })
    }

    /// Without the images that have one of some names, and without those of identities of such a
    /// name. Names may be written as other paths of the same file, `./ann/1.jpg` or `ann//1.jpg`.
    public func removing(named names: Set<String>) -> LabelledImageSet {
        let names = Set(names.map(PathText.plain))
        let gone = identities.map { names.contains(PathText.plain($0)) }
        let kept = labels.indices.filter {
            !gone[labels[$0]] && !names.contains(PathText.plain(source.name(of: $0)))
        }
        return kept.count == count ? self : keeping(kept)
    }

    /// Without identities that have no image; labels close up.
    func closingUp() -> LabelledImageSet { keeping(Array(labels.indices)) }

    private func keeping(_ kept: [Int]) -> LabelledImageSet {
        var isUsed = [Bool](repeating: false, count: identities.count)
        for index in kept { isUsed[labels[index]] = true }
        let used = isUsed.indices.filter { isUsed[$0] }
        var fresh = [Int](repeating: 0, count: identities.count)
        for (label, old) in used.enumerated() { fresh[old] = label }
        var set = LabelledImageSet(
            source: SelectedImages(kept, of: source), identities: used.map { identities[$0] },
            labels: kept.map { fresh[labels[$0]] }, warnings: warnings)
        set.passedOver = passedOver
        return set
    }
}

extension LabelledImageSet {
    /// Endings of the files that count as images.
    public static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "pjpeg", "png", "webp", "bmp", "dib", "pgm", "ppm", "pnm",
    ]

    /// Reads `<folder>/<identity>/<image>.jpg` (or another of ``endings``); hidden files do not
    /// count, and ``passedOver`` tells what else was there.
    ///
    /// Identities without images are told in ``warnings``.
    ///
    /// - Throws: ``FaceDataError`` when the folder cannot be read or has no identities with images.
    public static func folder(_ root: URL) throws(FaceDataError) -> LabelledImageSet {
        var reader = FolderReader(root: root)
        return try reader.read()
    }

    /// Whether a file's name is that of an image.
    static func isImage(_ name: String) -> Bool {
        endings.contains(PathText(name).ending)
    }

    /// Names in a folder, ascending by their bytes, whatever the language of the system.
    static func visibleNames(_ folder: URL) throws(FaceDataError) -> [String] {
        try SystemPath.visibleNames(folder)
    }
}

extension [String] {
    /// The first ten with commas between, and dots when there are more.
    var someJoined: String {
        prefix(10).joined(separator: ", ") + (count > 10 ? ", ..." : "")
    }
}
