import Foundation
import Testing

@testable import SafeFiles

@Suite struct AtomicFileTests {
    @Test func createsParentsAndLeavesNothingBeside() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("a/b/c.txt")
            try AtomicFile.write("one", to: url)
            try AtomicFile.write("two", to: url)
            #expect(try String(contentsOf: url, encoding: .utf8) == "two")
            let parent = url.deletingLastPathComponent().path
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["c.txt"])
        }
    }

    @Test func writesMuchAndNothing() throws {
        try withFolder { folder in
            let much = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            for data in [much, Data()] {
                let url = folder.appendingPathComponent("data")
                try AtomicFile.write(data, to: url)
                #expect(try Data(contentsOf: url) == data)
            }
        }
    }

    @Test func failsWithOneErrorAndNoStaleFile() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("file")
            try AtomicFile.write("x", to: file)
            #expect(throws: SafeFilesError.self) {
                try AtomicFile.write("y", to: file.appendingPathComponent("below"))
            }
            let taken = folder.appendingPathComponent("folder")
            try AtomicFile.write("z", to: taken.appendingPathComponent("inside"))
            #expect(throws: SafeFilesError.self) { try AtomicFile.write("y", to: taken) }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.sorted() == ["file", "folder"])
        }
    }

    @Test func theFileBeforeIsKeptWhereItIsWanted() throws {
        try withFolder { folder in
            let (file, before) = (
                folder.appendingPathComponent("last"), folder.appendingPathComponent("previous")
            )
            for number in 1...3 {
                try AtomicFile.write(Data("\(number)".utf8), to: file, keepingPreviousAs: before)
            }
            #expect(try String(contentsOf: file, encoding: .utf8) == "3")
            #expect(try String(contentsOf: before, encoding: .utf8) == "2")
        }
    }

    /// A process may be killed at any moment of a save.
    @Test func aWholeFileIsThereAtEveryMoment() throws {
        try withFolder { folder in
            let (file, before) = (
                folder.appendingPathComponent("last"), folder.appendingPathComponent("previous")
            )
            try AtomicFile.write(Data("first".utf8), to: file, keepingPreviousAs: before)
            let writer = Thread {
                for number in 1...500 {
                    try? AtomicFile.write(
                        Data("\(number)".utf8), to: file, keepingPreviousAs: before)
                }
            }
            writer.start()
            var missing = 0
            while !writer.isFinished {
                missing += access(file.path, F_OK) == 0 ? 0 : 1
            }
            #expect(missing == 0)
            #expect(try String(contentsOf: file, encoding: .utf8) == "500")
            #expect(try String(contentsOf: before, encoding: .utf8) == "499")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.sorted() == ["last", "previous"])
        }
    }

    @Test(arguments: [ENOSPC, EDQUOT])
    func aFullDiskIsNamed(code: Int32) {
        #expect(SafeFilesError(writing: "/x", code: code) == .noSpace(path: "/x"))
    }

    @Test func aDeviceIsNoFile() {
        let null = URL(fileURLWithPath: "/dev/null")
        #expect(throws: SafeFilesError.notPlain(path: "/dev/null", kind: .special)) {
            try FileDescriptor(null, flags: O_WRONLY)
        }
    }
}
