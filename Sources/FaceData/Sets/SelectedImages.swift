public import Foundation

/// Some images of a source, in an order of their own.
public struct SelectedImages: ImageSource {
    private let source: any ImageSource
    private let places: [Int]

    /// Selects images.
    ///
    /// - Parameter places: Places in the source, each below its count.
    public init(_ places: [Int], of source: any ImageSource) {
        if let selected = source as? SelectedImages {
            self.source = selected.source
            self.places = places.map { selected.places[$0] }
        } else {
            self.source = source
            self.places = places
        }
    }

    /// Where the source is.
    public var location: URL { source.location }

    /// How many images were selected.
    public var count: Int { places.count }

    /// The image's name in the source.
    public func name(of place: Int) -> String { source.name(of: places[place]) }

    /// Where the image is.
    public func path(of place: Int) -> String { source.path(of: places[place]) }

    /// What the image's file is like.
    public func stamp(of place: Int) -> FileStamp { source.stamp(of: places[place]) }

    /// Reads an image.
    public func read(_ place: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        try source.read(places[place], into: buffer)
    }
}
