public import Foundation

/// Images that are files in a folder.
public struct ImageFiles: ImageSource {
    /// The folder that the paths are relative to.
    public let location: URL
    /// The files, relative to the folder.
    public let paths: [String]

    /// Creates a source from paths relative to a folder, in this order.
    public init(_ paths: [String], in folder: URL) {
        location = folder
        self.paths = paths
    }

    /// Number of files.
    public var count: Int { paths.count }

    /// The file's path, relative to the folder.
    public func name(of index: Int) -> String { paths[index] }

    /// Path of an image's file.
    public func path(of index: Int) -> String {
        paths[index].hasPrefix("/") ? paths[index] : "\(location.path)/\(paths[index])"
    }

    /// URL of an image's file.
    public func url(of index: Int) -> URL {
        paths[index].hasPrefix("/")
            ? URL(fileURLWithPath: paths[index]) : location.appendingPathComponent(paths[index])
    }

    /// The stamp of the image's file.
    public func stamp(of index: Int) -> FileStamp { FileStamp(path: path(of: index)) }

    /// One file per image.
    public var sourceFiles: SourceFiles { .each }

    /// Reads the bytes of an image's file into `buffer`.
    public func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        do throws(FaceDataError) {
            let file = try FileReader(url(of: index))
            guard file.size <= ImageDecoder.maxBytes else {
                throw .unreadable(
                    path: file.path,
                    reason: "\(file.size) bytes are more than \(ImageDecoder.maxBytes)")
            }
            try buffer.fill(file.size) { (target) throws(FaceDataError) in
                try file.read(at: 0, into: target)
            }
        } catch {
            throw .badImage(path: path(of: index), reason: error.imageReason)
        }
    }
}

extension FaceDataError {
    /// Why an image's file could not be read.
    fileprivate var imageReason: String {
        switch self {
        case .changed: "it changed while it was read"
        case .unreadable(_, let reason): reason
        default: "it cannot be read"
        }
    }
}
