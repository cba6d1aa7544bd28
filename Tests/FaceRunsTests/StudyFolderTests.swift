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

    /// A folder that holds what a run wrote, but not what the run is.
    @Test func namesRunsWithoutDescription() throws {
        try Samples.inTemporaryFolder { folder throws in
            let study = StudyFolder(folder)
            #expect(try study.runsWithoutDescription() == [])
            try study.run(named: "whole").write(Samples.description)
            try study.run(named: "result").write(Samples.result)
            try study.run(named: "metrics").append(Samples.epoch(1))
            try AtomicFile.write("x", to: study.runsURL.appendingPathComponent("other/file"))
            try AtomicFile.write("x", to: study.runsURL.appendingPathComponent(".lost/result.json"))
            try AtomicFile.write(
                "x", to: study.runsURL.appendingPathComponent("scores/scores/a.csv"))
            #expect(
                try study.runsWithoutDescription().map(\.url.lastPathComponent)
                    == ["metrics", "result", "scores"])
            #expect(try study.runs().map(\.url.lastPathComponent) == ["whole"])
        }
    }
}
