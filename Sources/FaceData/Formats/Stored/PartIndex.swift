/// The locations, names and labels of the images in a file that contains many.
struct PartIndex: Sendable, Hashable {
    /// A part of the file that is not an image of the set.
    struct Skipped: Sendable, Hashable {
        enum Kind: String, Sendable {
            /// An archive within the archive.
            case archive
            /// A file that is not an image.
            case file
            /// A link or a device.
            case link
        }

        var name: String
        var kind: Kind
    }

    /// How an image is stored in its part.
    struct Packing: Sendable, Hashable {
        /// CRC-32 of the image's bytes.
        var checksum: UInt32
        /// Size of the image, in bytes.
        var size: Int
        /// Whether the part is compressed with deflate.
        var isDeflated: Bool
    }

    /// Warnings about the file.
    enum Note: String, Sendable {
        /// An archive without an end marker.
        case unended
    }

    /// Offset of each image's part in the file.
    private(set) var offsets: [Int] = []
    /// Size of each part, in bytes.
    private(set) var sizes: [Int] = []
    private(set) var names = TextTable()
    /// The distinct labels.
    private(set) var labels: [String] = []
    /// Index of each image's label in ``labels``; empty for files without labels.
    private(set) var owners: [Int32] = []
    /// How each image is stored; empty if the parts are the images.
    private(set) var packings: [Packing] = []
    /// The parts that are not images, in the file's order.
    var skipped: [Skipped] = []
    /// Warnings about the file.
    var notes: [Note] = []
    private var labelIndices: [ExactText: Int32] = [:]

    /// Number of images.
    var count: Int { offsets.count }
    /// Whether the file states the images' identities.
    var isLabelled: Bool { !owners.isEmpty }

    /// An image's label, if the file has labels.
    func label(of index: Int) -> String { labels[Int(owners[index])] }

    /// Adds an image.
    ///
    /// - Parameter label: nil for files without labels.
    mutating func append(
        _ name: String, at offset: Int, size: Int, label: String?, packing: Packing? = nil
    ) {
        offsets.append(offset)
        sizes.append(size)
        names.append(name)
        if let packing { packings.append(packing) }
        guard let label else { return }
        let key = ExactText(label)
        let owner = labelIndices[key] ?? Int32(labels.count)
        if owner == labels.count {
            labels.append(label)
            labelIndices[key] = owner
        }
        owners.append(owner)
    }
}
