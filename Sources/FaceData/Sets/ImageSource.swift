public import Foundation

/// Encoded images found by index: files of a folder, records of a pack, parts of a test
/// set.
public protocol ImageSource: Sendable {
    /// The folder or file that holds them.
    var location: URL { get }
    /// How many there are.
    var count: Int { get }

    /// Name of an image, which distinguishes it from the others of the source and does not depend on where
    /// the source is: `Abel/Abel_0001.jpg`, `record 17`.
    func name(of index: Int) -> String

    /// The path of an image, for people who look for it.
    func path(of index: Int) -> String

    /// The present version of the file that holds an image, to notice when it changes.
    func stamp(of index: Int) -> FileStamp

    /// In which files the images' bytes are.
    var sourceFiles: SourceFiles { get }

    /// What the images are made by from the bytes of their files, in a few characters; empty where they are these
    /// bytes. Images of equal files and equal making are equal.
    var making: String { get }

    /// Reads an image's encoded bytes; they are all that the buffer holds afterwards.
    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError)
}

/// In which files the images of a source are, by which a later change is noticed.
public enum SourceFiles: Sendable {
    /// Each image in a file of its own, whose stamp is the image's.
    case each
    /// All images in these.
    case shared([URL])
    /// The bytes are not those of files alone, as those of images that are drawn or aligned when they are read.
    case unknown
}

extension ImageSource {
    /// Nothing.
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
