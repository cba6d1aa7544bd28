import SafeFiles
import Spelling

/// Errors of reading and writing images and lists.
public enum FaceDataError: Error, Equatable, Sendable, CustomStringConvertible {
    /// An entry of a list of augmentations is invalid.
    case augmentation(text: String, reason: String)
    /// An image cannot be decoded.
    case badImage(path: String, reason: String)
    /// A record of a pack is damaged.
    case badRecord(path: String, record: Int, offset: Int, reason: String)
    /// A binary file is malformed.
    case badStructure(path: String, offset: Int, reason: String)
    /// A picture cannot be encoded.
    case cannotEncode(format: String, reason: String)
    /// A file cannot be written.
    case cannotWrite(path: String, reason: String)
    /// A file changed while it was read.
    case changed(path: String)
    /// The requested pairs cannot be drawn from a set.
    case draw(path: String, reason: String)
    /// A line of a text file is invalid.
    case line(path: String, line: Int, reason: String)
    /// A picture has no face that can be aligned.
    case noFace(path: String, reason: String)
    /// A folder contains no identity folders with images.
    case noIdentities(path: String)
    /// A list of pairs contradicts its header, or a line is invalid.
    case pairs(path: String, line: Int, reason: String)
    /// A sampler's name is invalid, or does not match the batch size.
    case sampler(name: String, reason: String)
    /// A set has fewer identities than a sampler draws for a batch.
    case tooFewIdentities(sampler: String, wanted: Int, identities: Int)
    /// Too large a fraction of a set's images cannot be decoded.
    case tooManyBadImages(path: String, bad: Int, total: Int, first: String)
    /// A file or folder has an unknown format, or not the requested one.
    case unknownFormat(path: String, reason: String)
    /// A file or folder cannot be read.
    case unreadable(path: String, reason: String)

    /// Runs a closure that writes files, converting its errors to this module's.
    static func storing<Result>(
        _ body: () throws(SafeFilesError) -> Result
    ) throws(FaceDataError) -> Result {
        do { return try body() } catch { throw FaceDataError(error) }
    }

    /// Converts an error of `SafeFiles`.
    init(_ error: SafeFilesError) {
        switch error {
        case .busy(let path, _):
            self = .cannotWrite(
                path: path, reason: "another process is writing it; wait until it ends")
        case .noSpace(let path):
            self = .cannotWrite(path: path, reason: "the disk is full; make room and repeat")
        case .notPlain(let path, let kind):
            self = .cannotWrite(path: path, reason: "it is \(kind.rawValue); remove it")
        case .unreadable(let path, let reason): self = .unreadable(path: path, reason: reason)
        case .unwritable(let path, let reason): self = .cannotWrite(path: path, reason: reason)
        }
    }

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .augmentation(let text, let reason):
            "the augmentation \(quoted: text) cannot be used: \(reason)"
        case .badImage(let path, let reason):
            "the image \(quoted: path) cannot be decoded: \(reason)"
        case .badRecord(let path, let record, let offset, let reason):
            "\(quoted: path), record \(record) at byte \(offset): \(reason)"
        case .badStructure(let path, let offset, let reason):
            "\(quoted: path), byte \(offset): \(reason)"
        case .cannotEncode(let format, let reason):
            "cannot write an image as \(format): \(reason)"
        case .cannotWrite(let path, let reason):
            "cannot write \(quoted: path): \(reason)"
        case .changed(let path):
            "\(quoted: path) changed while it was being read; try again when nothing is writing to it"
        case .draw(let path, let reason):
            "cannot draw pairs from \(quoted: path): \(reason)"
        case .line(let path, let line, let reason):
            "\(quoted: path), line \(line): \(reason)"
        case .noFace(let path, let reason):
            "no face of \(quoted: path) can be aligned: \(reason)"
        case .noIdentities(let path):
            "\(quoted: path) holds no identity folders with images (.jpg, .png, .webp, .bmp, .pgm or .ppm): "
                + "it must look like "
                + "<folder>/<identity>/<image>.jpg"
        case .pairs(let path, let line, let reason):
            "\(quoted: path), line \(line): \(reason)"
        case .sampler(let name, let reason):
            "the sampler \(quoted: name) cannot be used: \(reason)"
        case .tooFewIdentities(let sampler, let wanted, let identities):
            "the sampler \(quoted: sampler) draws \(wanted) identities for each batch, but the set has "
                + "\(identities); use a smaller --batch-size, or --sampler shuffle"
        case .tooManyBadImages(let path, let bad, let total, let first):
            "\(grouped(bad)) of \(counted(total, "image")) in \(quoted: path) cannot be decoded, "
                + "which is more than 1 %; "
                + "the first is \(first)"
        case .unknownFormat(let path, let reason):
            "\(quoted: path) cannot be used: \(reason)"
        case .unreadable(let path, let reason):
            "cannot read \(quoted: path): \(reason)"
        }
    }
}
