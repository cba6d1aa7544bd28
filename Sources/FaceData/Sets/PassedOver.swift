import Spelling

/// The files in a set's folder that are not read, by kind.
public struct PassedOver: Sendable, Hashable {
    /// A file that is not read, or a folder without images.
    struct Item: Sendable, Hashable {
        /// Its path, relative to the set's folder.
        var path: String
        /// Its name, in the singular and in the plural.
        var kind: String
        var kinds: String
        /// Whether it is, or may be, a picture.
        var isPicture: Bool
    }

    private(set) var items: [Item] = []

    /// Their paths, relative to the set's folder.
    public var paths: [String] { items.map(\.path) }
    /// Whether there are pictures among them.
    public var hasPictures: Bool { items.contains(where: \.isPicture) }

    /// How many there are of each kind, the most first, in a sentence; nil when there is nothing.
    public var sentence: String? {
        guard !items.isEmpty else { return nil }
        let kinds = Dictionary(grouping: items, by: \.kind).values.sorted {
            ($1.count, $0[0].kind) < ($0.count, $1[0].kind)
        }
        let parts = kinds.map { counted($0.count, $0[0].kind, $0[0].kinds) }
        return counted(items.count, "file was", "files were") + " passed over: "
            + parts.joined(separator: ", ")
    }

    /// Adds a file that is not an image of an identity.
    mutating func add(file path: String) {
        // What describes a set is beside its identities.
        guard !Self.known.contains(path) else { return }
        let isLoose = !path.contains("/")
        if isLoose, LabelledImageSet.isImage(path) {
            return add(
                path, "image outside of identity folders", "images outside of identity folders",
                true)
        }
        let ending = PathText(path).ending
        let kind = ending.isEmpty ? "without an ending" : ".\(ending)"
        add(path, kind, kind, Self.pictures.contains(ending) || ending.isEmpty && !isLoose)
    }

    /// Adds a file of a folder below an identity's.
    mutating func add(nested path: String) {
        guard LabelledImageSet.isImage(path) else { return add(file: path) }
        add(
            path, "image in a sub-folder of an identity", "images in sub-folders of identities",
            true)
    }

    /// Adds a folder in which there is nothing, or which is not looked into.
    mutating func add(folder path: String, _ kind: String) {
        add(path, "\(kind) sub-folder", "\(kind) sub-folders", false)
    }

    /// Adds something that may hold or stand for a picture.
    mutating func add(other path: String, _ kind: String, _ kinds: String) {
        add(path, kind, kinds, true)
    }

    private mutating func add(_ path: String, _ kind: String, _ kinds: String, _ isPicture: Bool) {
        items.append(Item(path: path, kind: kind, kinds: kinds, isPicture: isPicture))
    }

    private static let known: Set = ["mislabelled.txt", "pairs.txt", "synthesis.json"]

    /// Endings of pictures that cannot be read.
    private static let pictures: Set = [
        "tif", "tiff", "gif", "heic", "heif", "avif", "jp2", "j2k", "jxl", "jxr", "ico", "tga",
        "pcx", "ras", "sr", "hdr", "exr", "pbm", "pfm", "pam", "svg", "eps", "psd", "raw", "dng",
        "cr2", "nef", "arw", "orf", "apng", "mng", "npy", "npz", "mat",
    ]
}
