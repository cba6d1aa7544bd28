public import Foundation

/// The images of a verification pack, the `.bin` format in which insightface distributes test sets.
///
/// It is a Python pickle of two lists: the encoded images, with those of a pair adjacent, and for
/// each pair whether both show the same person. Loading a pickle in Python can run arbitrary code;
/// here it is read by a machine that only supports lists, bytes and numpy arrays (protocols 0 to 5)
/// and rejects everything else by name. Images are read on request.
public struct VerificationPack: ImageSource {
    /// The `.bin` file.
    public let location: URL
    /// For each pair whether both images show the same person.
    public let same: [Bool]
    private let store: any ByteStore
    private let images: [PickleBytes]

    /// Opens a pack.
    ///
    /// - Throws: ``FaceDataError/badStructure(path:offset:reason:)`` for a file that is not a pack.
    public init(_ url: URL) throws(FaceDataError) {
        try self.init(try FileReader(url), location: url)
    }

    /// Reads a pack's bytes.
    ///
    /// - Throws: ``FaceDataError/badStructure(path:offset:reason:)`` for bytes that are not a pack.
    public init(_ store: any ByteStore, location: URL) throws(FaceDataError) {
        var reader = PickleReader(store)
        let contents = VerificationPackContents(root: try reader.run(), reader: reader)
        self.location = location
        self.store = store
        images = try contents.images()
        same = try contents.same(images.count / 2)
    }

    /// Number of images, two per pair.
    public var count: Int { images.count }

    /// `image` and the image's index, from 0.
    public func name(of index: Int) -> String { "image \(index)" }

    /// The file, which contains all images.
    public var sourceFiles: SourceFiles { .shared([location]) }

    /// Reads the encoded bytes of an image into `buffer`.
    public func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        switch images[index] {
        case .stored(let range):
            try store.requireUnchanged()
            try store.read(at: range.lowerBound, count: range.count, into: buffer)
        case .unpacked(let bytes):
            try buffer.fill(bytes.count) { (target) throws(FaceDataError) in
                target.copyBytes(from: bytes)
            }
        }
    }
}

extension VerificationPairs {
    /// Reads a verification pack. Its folds are ten consecutive runs of pairs, as in insightface,
    /// or one per pair if there are fewer than ten.
    ///
    /// - Throws: ``FaceDataError``.
    public static func pack(_ url: URL) throws(FaceDataError) -> VerificationPairs {
        VerificationPairs(pack: try VerificationPack(url))
    }

    /// The pairs of a pack.
    public init(pack: VerificationPack) {
        let folds = Self.consecutiveFolds(pack.same.count)
        self.init(
            source: pack,
            pairs: pack.same.enumerated().map { index, same in
                VerificationPair(
                    first: 2 * index, second: 2 * index + 1, same: same, fold: folds.of[index])
            }, folds: folds.count)
    }
}
