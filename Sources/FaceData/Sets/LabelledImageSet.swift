public import Foundation

/// Images with identities, for training.
public struct LabelledImageSet: Sendable {
    /// The images; those of a folder are sorted by identity and then by name.
    public var source: any ImageSource
    /// The identities' names, by label.
    public var identities: [String]
    /// Each image's label: an index in ``identities``.
    public var labels: [Int]
    /// Warnings about the files, such as an index that had to be rebuilt.
    public var warnings: [String]
    /// Files in the set's folder that are not images of an identity.
    public internal(set) var skippedFiles = SkippedFiles()

    /// Number of images.
    public var count: Int { labels.count }
    /// Folder or file of the set.
    public var location: URL { source.location }

    /// Creates a set. Identities whose names are canonically equivalent in Unicode become one, with a
    /// warning in ``warnings``.
    ///
    /// - Parameters:
    ///   - labels: One per image, each below the number of identities.
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

    /// The set without the images of some indices; identities without images are removed, and
    /// labels renumbered.
    public func removing(_ indices: Set<Int>) -> LabelledImageSet {
        indices.isEmpty ? self : keeping(labels.indices.filter { !indices.contains($0) })
    }

    /// The set without the images, and the images of identities, that have one of some names. Names
    /// may be other spellings of the same path, such as `./ann/1.jpg` or `ann//1.jpg`.
    public func removing(named names: Set<String>) -> LabelledImageSet {
        let names = Set(names.map(PathText.plain))
        let gone = identities.map { names.contains(PathText.plain($0)) }
        let kept = labels.indices.filter {
            !gone[labels[$0]] && !names.contains(PathText.plain(source.name(of: $0)))
        }
        return kept.count == count ? self : keeping(kept)
    }

    /// The set without identities that have no images, with labels renumbered.
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
        set.skippedFiles = skippedFiles
        return set
    }
}

extension LabelledImageSet {
    /// Extensions of image files, in lower case and without the point.
    public static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "pjpeg", "png", "webp", "bmp", "dib", "pgm", "ppm", "pnm",
    ]

    /// Reads `<folder>/<identity>/<image>.jpg` (or another of ``endings``); hidden files are
    /// ignored, and other files listed in ``skippedFiles``.
    ///
    /// Identities without images are reported in ``warnings``.
    ///
    /// - Throws: ``FaceDataError`` if the folder cannot be read or has no identities with images.
    public static func folder(_ root: URL) throws(FaceDataError) -> LabelledImageSet {
        var reader = FolderReader(root: root)
        return try reader.read()
    }

    /// Whether a file's name has the extension of an image.
    static func isImage(_ name: String) -> Bool {
        endings.contains(PathText(name).ending)
    }

    /// Names in a folder that do not begin with a point, in ascending order of their bytes.
    static func visibleNames(_ folder: URL) throws(FaceDataError) -> [String] {
        try SystemPath.visibleNames(folder)
    }
}
