public import Foundation

/// Images that are files of a folder.
public struct ImageFiles: ImageSource {
    /// The folder.
    public let location: URL
    /// The files, relative to the folder.
    public let paths: [String]

    /// Names files.
    public init(_ paths: [String], in folder: URL) {
        location = folder
        self.paths = paths
    }

    /// How many files there are.
    public var count: Int { paths.count }

    /// The file, relative to the folder.
    public func name(of place: Int) -> String { paths[place] }

    /// The file.
    public func path(of place: Int) -> String { url(of: place).path }

    /// The file.
    public func url(of place: Int) -> URL {
        paths[place].hasPrefix("/")
            ? URL(fileURLWithPath: paths[place]) : location.appendingPathComponent(paths[place])
    }

    /// The file's size and time.
    public func stamp(of place: Int) -> FileStamp { FileStamp(url(of: place)) }

    /// Reads a file.
    public func read(_ place: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        do throws(FaceDataError) {
            let file = try FileReader(url(of: place))
            guard file.size <= ImageDecoder.mostBytes else {
                throw .unreadable(
                    path: file.path,
                    reason: "\(file.size) bytes are more than \(ImageDecoder.mostBytes)")
            }
            try buffer.fill(file.size) { (target) throws(FaceDataError) in
                try file.read(at: 0, into: target)
            }
        } catch {
            throw .badImage(path: path(of: place), reason: error.imageReason)
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
