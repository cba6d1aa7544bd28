import Foundation
import SafeFiles
import Testing

@Suite struct LineLogTests {
    @Test func linesAreKept() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("inner/log")
            do {
                let log = try LineLog(url)
                #expect(log.lines.isEmpty)
                try log.append(["one", "two words"])
                try log.append([])
                try log.append(["three"])
            }
            #expect(try LineLog(url).lines == ["one", "two words", "three"])
        }
    }

    @Test func aPartOfALineIsCutOff() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("log")
            try Data("one\ntw".utf8).write(to: url)
            do {
                let log = try LineLog(url)
                #expect(log.lines == ["one"])
                try log.append(["three"])
            }
            #expect(try String(contentsOf: url, encoding: .utf8) == "one\nthree\n")
        }
    }

    @Test func oneWritesAtATime() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("log")
            let log = try LineLog(url)
            #expect(throws: SafeFilesError.busy(path: url.path, holder: nil)) {
                _ = try LineLog(url)
            }
            #expect(log.lines.isEmpty)
        }
    }
}
