import FaceData
import Foundation
import Testing

/// Named pipes that nobody writes to, in the place of files: each reader would wait for ever.
@Suite struct PipeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func pipe(_ name: String) throws -> URL {
        let url = folder.url.appendingPathComponent(name)
        if mkfifo(url.path, 0o600) != 0 { throw CocoaError(.fileWriteUnknown) }
        return url
    }

    @Test(
        arguments: [
            "a", "a.txt", "a.rec", "a.tar", "a.zip", "a.tfrecord", "a.parquet", "a.mdb", "a.tsv",
        ])
    func setsThatArePipesAreRefused(name: String) throws {
        let url = try pipe(name)
        #expect(throws: FaceDataError.self) { try LabelledImageSet.open(url.path) }
        #expect(throws: FaceDataError.self) { try LabelledImageSet.list(url) }
    }

    @Test func listsThatArePipesAreRefused() throws {
        let url = try pipe("list.txt")
        let expected = FaceDataError.unreadable(
            path: url.path,
            reason: "it is a pipe, a socket or a device; save its content as a file and give that")
        #expect(throws: expected) { try RemovalList.read(url) }
        #expect(throws: expected) { try LandmarkFile(url) }
        #expect(throws: expected) {
            try VerificationPairs.open(images: folder.url, pairs: url.path)
        }
        #expect(throws: FaceDataError.self) { try VerificationPairs.open(images: url, pairs: "") }
    }
}
