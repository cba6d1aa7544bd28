public import Foundation

/// Encoded images found by their places: files of a folder, records of a pack, parts of a test set.
public protocol ImageSource: Sendable {
    /// The folder or file that holds them.
    var location: URL { get }
    /// How many there are.
    var count: Int { get }

    /// Name of an image, which tells it from the others of the source and does not depend on where
    /// the source lies: `Abel/Abel_0001.jpg`, `record 17`.
    func name(of place: Int) -> String

    /// Where an image is, for a person who has to look for it.
    func path(of place: Int) -> String

    /// What the file that holds an image is like now, to notice when it changes.
    func stamp(of place: Int) -> FileStamp

    /// Reads an image's encoded bytes; they are all that the buffer holds afterwards.
    func read(_ place: Int, into buffer: ReadBuffer) throws(FaceDataError)
}

extension ImageSource {
    /// The source's path and the image's name.
    public func path(of place: Int) -> String { "\(location.path), \(name(of: place))" }

    /// The stamp of the source's file.
    public func stamp(of place: Int) -> FileStamp { FileStamp(location) }

    /// An image's encoded bytes.
    public func bytes(of place: Int) throws(FaceDataError) -> [UInt8] {
        let buffer = ReadBuffer()
        try read(place, into: buffer)
        return buffer.array
    }

    /// Decodes an image.
    public func image(_ place: Int) throws(FaceDataError) -> RGBImage {
        try ImageDecoder().decode(bytes(of: place), path: path(of: place))
    }
}
