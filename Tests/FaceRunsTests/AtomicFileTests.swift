import FaceRuns
import Foundation
import Testing

@Suite struct AtomicFileTests {
    @Test func createsParentsAndLeavesNothingBeside() throws {
        try Samples.inTemporaryFolder { folder throws in
            let url = folder.appendingPathComponent("a/b/c.txt")
            try AtomicFile.write("one", to: url)
            try AtomicFile.write("two", to: url)
            #expect(try String(contentsOf: url, encoding: .utf8) == "two")
            let parent = url.deletingLastPathComponent().path
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["c.txt"])
        }
    }

    @Test func writesMuchAndNothing() throws {
        try Samples.inTemporaryFolder { folder throws in
            let much = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            for data in [much, Data()] {
                let url = folder.appendingPathComponent("data")
                try AtomicFile.write(data, to: url)
                #expect(try Data(contentsOf: url) == data)
            }
        }
    }

    @Test func failsWithOneErrorAndNoLeftover() throws {
        try Samples.inTemporaryFolder { folder throws in
            let file = folder.appendingPathComponent("file")
            try AtomicFile.write("x", to: file)
            #expect(throws: FaceRunsError.self) {
                try AtomicFile.write("y", to: file.appendingPathComponent("below"))
            }
            let taken = folder.appendingPathComponent("folder")
            try AtomicFile.write("z", to: taken.appendingPathComponent("inside"))
            #expect(throws: FaceRunsError.self) { try AtomicFile.write("y", to: taken) }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.sorted() == ["file", "folder"])
        }
    }
}
