import Spelling

/// The files in a set's folder that were skipped, by kind.
public struct SkippedFiles: Sendable, Hashable {
    /// A skipped file, or a folder without images.
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

    /// A sentence with the number of each kind, in descending order; nil if there are none.
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
        // Files that describe a set are beside its identities.
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

    /// Adds a file in a subfolder of an identity.
    mutating func add(nested path: String) {
        guard LabelledImageSet.isImage(path) else { return add(file: path) }
        add(
            path, "image in a sub-folder of an identity", "images in sub-folders of identities",
            true)
    }

    /// Adds a folder that is empty or was not listed.
    mutating func add(folder path: String, _ kind: String) {
        add(path, "\(kind) sub-folder", "\(kind) sub-folders", false)
    }

    /// Adds something else that may be or contain a picture.
    mutating func add(other path: String, _ kind: String, _ kinds: String) {
        add(path, kind, kinds, true)
    }

    private mutating func add(_ path: String, _ kind: String, _ kinds: String, _ isPicture: Bool) {
        items.append(Item(path: path, kind: kind, kinds: kinds, isPicture: isPicture))
    }

    private static let known: Set = ["mislabelled.txt", "pairs.txt", "synthesis.json"]

    /// Extensions of pictures in unsupported formats.
    private static let pictures: Set = [
        "tif", "tiff", "gif", "heic", "heif", "avif", "jp2", "j2k", "jxl", "jxr", "ico", "tga",
        "pcx", "ras", "sr", "hdr", "exr", "pbm", "pfm", "pam", "svg", "eps", "psd", "raw", "dng",
        "cr2", "nef", "arw", "orf", "apng", "mng", "npy", "npz", "mat",
    ]
}
