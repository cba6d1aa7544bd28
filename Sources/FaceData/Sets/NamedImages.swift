import Foundation

/// Images of a source under other names.
struct NamedImages: ImageSource {
    private let source: any ImageSource
    private let names: [String]

    init(_ names: [String], of source: any ImageSource) {
        precondition(names.count == source.count, "names must be as many as images")
        self.names = names
        self.source = source
    }

    /// The pack that is named, if it is one.
    var pack: RecordPack? { source as? RecordPack }

    var location: URL { source.location }
    var count: Int { source.count }

    func name(of place: Int) -> String { names[place] }

    func path(of place: Int) -> String { source.path(of: place) }

    func stamp(of place: Int) -> FileStamp { source.stamp(of: place) }

    func read(_ place: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        try source.read(place, into: buffer)
    }
}
