public import Foundation

/// Images that are parts of large files: shards, archives or databases.
///
/// Opening reads the files' indices (``PartIndexFile``); images are read on request, in any order and by many
/// threads at once.
public struct StoredImages: ImageSource {
    /// The file, or the folder of the files.
    public let location: URL
    /// The files that contain the images.
    public var files: [URL] { pool.files.map(\.url) }
    private let pool: FilePool
    private let content: any PartContent
    private var owners: [Int32] = []
    private var offsets: [Int] = []
    private var sizes: [Int] = []
    private var names = TextTable()
    private var packings: [PartIndex.Packing] = []

    /// Combines files and their indices.
    ///
    /// - Parameter content: How an image is found in its part.
    init(
        _ location: URL, _ files: [FilePool.File], _ indices: [PartIndex],
        content: any PartContent = WholePart()
    ) {
        self.location = location
        self.content = content
        pool = FilePool(files)
        let areUnique = Self.areUnique(indices)
        for (file, index) in indices.enumerated() {
            owners += repeatElement(Int32(file), count: index.count)
            offsets += index.offsets
            sizes += index.sizes
            packings += index.packings
            if areUnique {
                names.append(contentsOf: index.names)
            } else {
                let stem = PathText(PathText(files[file].url.path).withoutEnding).name
                for entry in 0..<index.count {
                    names.append(Self.name(index.names[entry], of: stem))
                }
            }
        }
    }

    /// Number of images.
    public var count: Int { offsets.count }

    /// The image's name in its file; the file's name is added if a name occurs more than once.
    public func name(of index: Int) -> String { names[index] }

    /// The file's path and the image's name.
    public func path(of index: Int) -> String {
        "\(pool.files[Int(owners[index])].url.path), \(names[index])"
    }

    /// The stamp of the image's file.
    public func stamp(of index: Int) -> FileStamp {
        FileStamp(pool.files[Int(owners[index])].url)
    }

    /// All files; each contains many images.
    public var sourceFiles: SourceFiles { .shared(files) }

    /// Reads the encoded bytes of an image into `buffer`.
    public func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        guard sizes[index] <= ImageDecoder.maxBytes else {
            throw .badImage(
                path: path(of: index),
                reason: "\(sizes[index]) bytes are more than \(ImageDecoder.maxBytes)")
        }
        try pool.read(
            Int(owners[index]), at: offsets[index], count: sizes[index], into: buffer)
        if let reason = content.unwrap(buffer, packings.isEmpty ? nil : packings[index]) {
            throw .badImage(path: path(of: index), reason: reason)
        }
    }

    /// Whether all names are different; names with equal hashes are taken to be equal.
    private static func areUnique(_ indices: [PartIndex]) -> Bool {
        var hashes: [Int] = []
        hashes.reserveCapacity(indices.reduce(0) { $0 + $1.count })
        for index in indices {
            for entry in 0..<index.count { hashes.append(index.names[entry].hashValue) }
        }
        hashes.sort()
        return !zip(hashes, hashes.dropFirst()).contains(where: ==)
    }

    private static func name(_ name: String, of file: String) -> String {
        let (folder, base) = (PathText(name).folder, PathText(name).name)
        return (folder.isEmpty ? "" : folder + "/") + "\(file)_\(base)"
    }
}

/// Extracts an image from its part of a file.
protocol PartContent: Sendable {
    /// Reduces a buffer with the part's bytes to those of the image.
    ///
    /// - Parameter packing: How the image is stored in the part, if the file states it.
    /// - Returns: Why that failed; nil on success.
    func unwrap(_ buffer: ReadBuffer, _ packing: PartIndex.Packing?) -> String?
}

/// Parts that are the images themselves.
struct WholePart: PartContent {
    func unwrap(_ buffer: ReadBuffer, _ packing: PartIndex.Packing?) -> String? { nil }
}

extension ImageSource {
    /// The stored images that this source is, or that its images are selected from; nil for other
    /// sources.
    public var storedImages: StoredImages? {
        self as? StoredImages ?? (self as? SelectedImages)?.source.storedImages
    }
}
