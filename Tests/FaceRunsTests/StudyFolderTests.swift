import FaceRuns
import Foundation
import SafeFiles
import Testing

@Suite struct StudyFolderTests {
    @Test func listsRunsSortedAndNothingElse() throws {
        try Samples.inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            #expect(try study.runs() == [])
            for name in ["b", "a", "c"] { try study.run(named: name).write(Samples.description) }
            try AtomicFile.write("x", to: study.runsURL.appendingPathComponent("no-run/file"))
            try AtomicFile.write("x", to: study.runsURL.appendingPathComponent("file"))
            #expect(try study.runs().map(\.url.lastPathComponent) == ["a", "b", "c"])
        }
    }
}
