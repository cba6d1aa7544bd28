import Foundation
import SafeFiles
import Testing

@Suite struct FileWriterTests {
    private func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func aFileStandsUnderItsNameWhenItIsComplete() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("inner/a")
            let writer = try FileWriter(url)
            try writer.write("one ")
            try writer.write([0x74, 0x77, 0x6f])
            try Array(" three".utf8).withUnsafeBytes { try writer.write($0) }
            #expect(writer.count == 13)
            #expect(!FileManager.default.fileExists(atPath: url.path))
            try writer.finish()
            #expect(try String(contentsOf: url, encoding: .utf8) == "one two three")
            #expect(try names(in: url.deletingLastPathComponent()) == ["a"])
        }
    }

    @Test func manyBytesAreWrittenInOrder() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("a")
            let parts = (0..<7).map { [UInt8](repeating: UInt8($0), count: 300_000 + $0) }
            let writer = try FileWriter(url)
            for part in parts { try writer.write(part) }
            try writer.finish()
            #expect(try Data(contentsOf: url) == Data(parts.joined()))
        }
    }

    @Test func whatIsNotFinishedLeavesNothing() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("a")
            try Data("old".utf8).write(to: url)
            do {
                let writer = try FileWriter(url)
                try writer.write("new")
                try writer.synchronize()
                #expect(try names(in: folder).count == 2)
            }
            #expect(try names(in: folder) == ["a"])
            #expect(try String(contentsOf: url, encoding: .utf8) == "old")
        }
    }

    @Test func aPartIsGoneOnWithWhereItWasRight() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("a")
            do {
                let first = try FileWriter(url, keeping: 0)
                first.keepsPart = true
                try first.write("right and wrong")
                try first.synchronize()
                // Nobody else writes it meanwhile.
                #expect(throws: SafeFilesError.busy(path: url.path, holder: nil)) {
                    _ = try FileWriter(url, keeping: 0)
                }
            }
            #expect(try names(in: folder) == [".a.part"])
            PartialFile.removeStale(in: folder)
            do {
                let second = try FileWriter(url, keeping: 6)
                #expect(second.count == 6)
                try second.write("well")
                try second.finish()
            }
            #expect(try String(contentsOf: url, encoding: .utf8) == "right well")
            #expect(try names(in: folder) == ["a"])
        }
    }

    @Test func aPartThatIsTooShortIsRefused() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("a")
            try Data("four".utf8).write(to: PartialFile.url(of: url))
            #expect(
                throws: SafeFilesError.unwritable(
                    path: url.path, reason: "its partial file has disappeared")
            ) { _ = try FileWriter(url, keeping: 5) }
            #expect(try Data(contentsOf: PartialFile.url(of: url)) == Data("four".utf8))
        }
    }

    @Test("A part that is missing is refused, and neither it nor its folder is created")
    func aPartThatIsMissingIsRefused() throws {
        try withFolder { folder in
            for url in ["a", "new/inner/a"].map(folder.appendingPathComponent) {
                #expect(
                    throws: SafeFilesError.unwritable(
                        path: url.path, reason: "its partial file has disappeared")
                ) { _ = try FileWriter(url, keeping: 5) }
            }
            let left = try names(in: folder)
            #expect(left.isEmpty)
        }
    }

    @Test func foldersThatWereMadeForUnfinishedFilesGo() throws {
        try withFolder { folder in
            let inner = folder.appendingPathComponent("new/inner")
            do {
                let writers = try ["a", "b"].map {
                    try FileWriter(inner.appendingPathComponent($0))
                }
                try writers[1].write("text")
                // Not released before.
                try withExtendedLifetime(writers) {
                    let names = try names(in: inner)
                    #expect(names.count == 2)
                }
            }
            let left = try names(in: folder)
            #expect(left.isEmpty)
            // A folder that was there, or that holds a finished file, stays.
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("old"), withIntermediateDirectories: true)
            do {
                try FileWriter.write([1], to: inner.appendingPathComponent("a"))
                _ = try FileWriter(inner.appendingPathComponent("b"))
                _ = try FileWriter(folder.appendingPathComponent("new/deep/c"))
                _ = try FileWriter(folder.appendingPathComponent("old/d"))
            }
            #expect(try names(in: folder) == ["new", "old"])
            #expect(try names(in: folder.appendingPathComponent("new")) == ["inner"])
            #expect(try names(in: inner) == ["a"])
        }
    }

    @Test func whatCannotBeMadeLeavesNoFolders() throws {
        try withFolder { folder in
            let tooLong = String(repeating: "n", count: 300)
            #expect(throws: SafeFilesError.self) {
                _ = try FileWriter(folder.appendingPathComponent("new/\(tooLong)"))
            }
            #expect(throws: SafeFilesError.self) {
                _ = try FileWriter(folder.appendingPathComponent("new/inner/\(tooLong)/a"))
            }
            #expect(throws: SafeFilesError.self) {
                try AtomicFile.createFolder(folder.appendingPathComponent("new/\(tooLong)"))
            }
            let left = try names(in: folder)
            #expect(left.isEmpty)
        }
    }

    @Test func foldersAndDevicesAreNotReplaced() throws {
        try withFolder { folder in
            #expect(throws: SafeFilesError.notPlain(path: folder.path, kind: .folder)) {
                _ = try FileWriter(folder)
            }
            let device = URL(fileURLWithPath: "/dev/full")
            #expect(throws: SafeFilesError.notPlain(path: device.path, kind: .special)) {
                _ = try FileWriter(device, keeping: 0)
            }
        }
    }
}
