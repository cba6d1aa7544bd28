@testable import FaceData
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("Files of which only some are open")
struct FilePoolTests {
    private let folder: TemporaryFolder
    private let files: [FilePool.File]

    init() throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        files = try ["a", "b", "c"].map { FilePool.File(try folder.write("in \($0)", to: $0)) }
    }

    private func text(of file: Int, in pool: FilePool) throws -> String {
        let buffer = ReadBuffer()
        try pool.read(file, at: 3, count: 1, into: buffer)
        return String(decoding: buffer.array, as: UTF8.self)
    }

    /// The indices of the files that this process has open.
    private func openFiles() throws -> [Int] {
        let known = try files.map { file in
            var status = stat()
            try #require(stat(file.url.path, &status) == 0)
            return "\(status.st_dev) \(status.st_ino)"
        }
        let open = (0..<4096).compactMap { descriptor -> String? in
            var status = stat()
            guard fstat(Int32(descriptor), &status) == 0 else { return nil }
            return "\(status.st_dev) \(status.st_ino)"
        }
        return known.indices.filter { open.contains(known[$0]) }
    }

    @Test("The file that has not been read for the longest is closed, and opened again when needed")
    func closes() throws {
        let pool = FilePool(files, limit: 2)
        #expect(try openFiles().isEmpty)
        for (file, open) in [(0, [0]), (1, [0, 1]), (0, [0, 1]), (2, [0, 2]), (1, [1, 2])] {
            #expect(try text(of: file, in: pool) == ["a", "b", "c"][file])
            #expect(try openFiles() == open)
        }
        withExtendedLifetime(pool) {}
    }

    @Test("A file that was replaced while it was closed is refused")
    func changed() throws {
        let pool = FilePool(files, limit: 1)
        #expect(try text(of: 0, in: pool) == "a")
        #expect(try text(of: 1, in: pool) == "b")
        try folder.write("something longer", to: "a")
        #expect(throws: FaceDataError.changed(path: files[0].url.path)) {
            try text(of: 0, in: pool)
        }
        #expect(try text(of: 1, in: pool) == "b")
    }
}
