import FaceRuns
import Foundation
import Testing
import Torch

@Suite("Terms under which a training set may be used")
struct TermsTests {
    private let words = "research only; no sale"

    private func compare(_ faces: TinyFaces, _ more: [String]) -> [String] {
        ["compare"] + faces.options + TinyFaces.fast
            + ["--output", "study", "--losses", "softmax", "--epochs", "1"] + more
    }

    @Test("They are kept with the run and its model, in the report, and in what is exported")
    func kept() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let made = try tool.run(compare(faces, ["--terms", "tiny=\(words)"]))
            #expect(made.status == 0, "\(made.errors)")
            let study = StudyFolder(folder.appendingPathComponent("study"))
            let run = try #require(try study.runs().first)
            #expect(try run.readDescription().train.terms == words)
            #expect(try Safetensors.read(run.modelURL).metadata["terms"] == words)
            let report = try String(
                contentsOf: study.reportURL.appendingPathComponent("report.md"), encoding: .utf8)
            #expect(report.contains("Terms under which tiny may be used:"))
            #expect(report.contains(words))
            let exported = try tool.run("export", "study", "m.safetensors", "--threads", "1")
            #expect(exported.status == 0, "\(exported.errors)")
            let copy = try Safetensors.read(folder.appendingPathComponent("m.safetensors"))
            #expect(copy.metadata["terms"] == words)
            // They are not part of what a run is: the same command without them has nothing to do.
            let again = try tool.run(compare(faces, []))
            #expect(again.status == 0, "\(again.errors)")
            #expect(again.errors.contains("already finished"), "\(again.errors)")
        }
    }

    @Test("Without them nothing is said, and those of a set that is not trained on are refused")
    func without() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let refused = try tool.run(compare(faces, ["--terms", "huge=mine"]))
            #expect(refused.status == 2)
            #expect(refused.errors.contains("--terms"), "\(refused.errors)")
            #expect(try tool.run(compare(faces, [])).status == 0)
            let study = StudyFolder(folder.appendingPathComponent("study"))
            let run = try #require(try study.runs().first)
            #expect(try run.readDescription().train.terms == nil)
            #expect(try Safetensors.read(run.modelURL).metadata["terms"] == nil)
            let report = try String(
                contentsOf: study.reportURL.appendingPathComponent("report.md"), encoding: .utf8)
            #expect(!report.contains("Terms under which"))
        }
    }
}
