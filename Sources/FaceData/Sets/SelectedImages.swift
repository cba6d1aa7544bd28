public import Foundation

/// Some images of a source, in any order.
public struct SelectedImages: ImageSource {
    /// The source that they are selected from.
    let source: any ImageSource
    private let indices: [Int]

    /// Selects images.
    ///
    /// - Parameter indices: Indices in the source, each below its count.
    public init(_ indices: [Int], of source: any ImageSource) {
        if let selected = source as? SelectedImages {
            self.source = selected.source
            self.indices = indices.map { selected.indices[$0] }
        } else {
            self.source = source
            self.indices = indices
        }
    }

    /// The path of the source.
    public var location: URL { source.location }

    /// Number of selected images.
    public var count: Int { indices.count }

    /// The image's name in the source.
    public func name(of index: Int) -> String { source.name(of: indices[index]) }

    /// The path of the image.
    public func path(of index: Int) -> String { source.path(of: indices[index]) }

    /// The stamp of the image's file.
    public func stamp(of index: Int) -> FileStamp { source.stamp(of: indices[index]) }

    /// Those of the source.
    public var sourceFiles: SourceFiles { source.sourceFiles }

    /// As the source's.
    public var making: String { source.making }

    /// Reads the encoded bytes of an image into `buffer`.
    public func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        try source.read(indices[index], into: buffer)
    }
}
