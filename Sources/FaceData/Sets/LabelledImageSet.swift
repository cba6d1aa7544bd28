public import Foundation

/// Images of known identities, to train on.
public struct LabelledImageSet: Sendable, Hashable {
    /// An image and whose it is.
    public struct Entry: Sendable, Hashable {
        /// The file, relative to the set's folder.
        public var path: String
        /// The identity's place in the set's list.
        public var label: Int

        /// Names an image.
        public init(path: String, label: Int) {
            self.path = path
            self.label = label
        }
    }

    /// Folder of the set.
    public var root: URL
    /// The identities' names, ascending by their bytes.
    public var identities: [String]
    /// The images, by identity and then by name.
    public var images: [Entry]

    /// The images' labels.
    public var labels: [Int] { images.map(\.label) }

    /// Creates a set of its parts.
    public init(root: URL, identities: [String], images: [Entry]) {
        self.root = root
        self.identities = identities
        self.images = images
    }

    /// File of an image.
    public func url(of index: Int) -> URL { root.appendingPathComponent(images[index].path) }

    /// Without some images; identities left without any go as well, and labels close up.
    public func removing(_ paths: Set<String>) -> LabelledImageSet {
        let kept = images.filter { !paths.contains($0.path) }
        let used = Set(kept.map(\.label)).sorted()
        let place = Dictionary(uniqueKeysWithValues: zip(used, used.indices))
        return LabelledImageSet(
            root: root, identities: used.map { identities[$0] },
            images: kept.compactMap { entry in
                place[entry.label].map { Entry(path: entry.path, label: $0) }
            })
    }
}

extension LabelledImageSet {
    /// Endings of the files that count as images.
    public static let endings: Set<String> = ["jpg", "jpeg", "png"]

    /// Reads `<folder>/<identity>/<image>.jpg|jpeg|png`; hidden files do not count.
    ///
    /// - Throws: ``FaceDataError`` when the folder cannot be read, has no identities, or an
    ///   identity no image.
    public static func folder(_ root: URL) throws(FaceDataError) -> LabelledImageSet {
        var identities: [String] = []
        var images: [Entry] = []
        for identity in try visibleNames(root) {
            let folder = root.appendingPathComponent(identity)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
                isFolder.boolValue
            else { continue }
            let files = try visibleNames(folder).filter {
                endings.contains(($0 as NSString).pathExtension.lowercased())
            }
            guard !files.isEmpty else { throw .emptyIdentity(path: folder.path) }
            images += files.map { Entry(path: "\(identity)/\($0)", label: identities.count) }
            identities.append(identity)
        }
        guard !identities.isEmpty else { throw .noIdentities(path: root.path) }
        return LabelledImageSet(root: root, identities: identities, images: images)
    }

    /// Names in a folder, ascending by their bytes, whatever the language of the system.
    private static func visibleNames(_ folder: URL) throws(FaceDataError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw .unreadable(
                path: folder.path, reason: "there is no such folder, or no right to it")
        }
    }
}
