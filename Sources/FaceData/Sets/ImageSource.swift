public import Foundation

/// A source of encoded images by index: files in a folder, records of a pack, parts of another
/// source.
public protocol ImageSource: Sendable {
    /// The folder or file that contains them.
    var location: URL { get }
    /// Number of images.
    var count: Int { get }

    /// Name of an image, which is unique in the source and does not depend on the source's location:
    /// `Abel/Abel_0001.jpg`, `record 17`.
    func name(of index: Int) -> String

    /// The path of an image, for messages.
    func path(of index: Int) -> String

    /// The current stamp of the file that contains an image, to detect changes.
    func stamp(of index: Int) -> FileStamp

    /// The files that contain the images' bytes.
    var sourceFiles: SourceFiles { get }

    /// A short identifier of how the images are made from the bytes of their files; empty if they are these
    /// bytes. Equal files with equal identifiers give equal images.
    var making: String { get }

    /// Reads an image's encoded bytes into a buffer, replacing its contents.
    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError)
}

/// The files of a source's images, for detecting later changes.
public enum SourceFiles: Sendable {
    /// Each image is a file of its own, whose stamp is the image's.
    case each
    /// All images are in these files.
    case shared([URL])
    /// The bytes do not only depend on files, e.g. for images that are rendered.
    case unknown
}

extension ImageSource {
    /// Empty: the images are the bytes of their files.
    public var making: String { "" }

    /// Unknown, unless a source declares its files.
    public var sourceFiles: SourceFiles { .unknown }

    /// The source's path and the image's name.
    public func path(of index: Int) -> String { "\(location.path), \(name(of: index))" }

    /// The stamp of the source's file.
    public func stamp(of index: Int) -> FileStamp { FileStamp(location) }

    /// An image's encoded bytes.
    public func bytes(of index: Int) throws(FaceDataError) -> [UInt8] {
        let buffer = ReadBuffer()
        try read(index, into: buffer)
        return buffer.array
    }

    /// Reads and decodes an image.
    public func image(_ index: Int) throws(FaceDataError) -> RGBImage {
        try ImageDecoder().decode(bytes(of: index), path: path(of: index))
    }
}
