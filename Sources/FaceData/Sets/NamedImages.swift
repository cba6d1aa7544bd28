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

    /// The source, if it is a pack.
    var pack: RecordPack? { source as? RecordPack }

    var location: URL { source.location }
    var count: Int { source.count }

    func name(of index: Int) -> String { names[index] }

    func path(of index: Int) -> String { source.path(of: index) }

    func stamp(of index: Int) -> FileStamp { source.stamp(of: index) }

    var sourceFiles: SourceFiles { source.sourceFiles }

    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        try source.read(index, into: buffer)
    }
}
