import FaceData
import Foundation
import Testing

@Suite("Test sets of templates")
struct TemplateTests {
    /// A protocol of the training faces, as a person draws it.
    private func draw(_ folder: URL, _ faces: TinyFaces) throws {
        let outcome = try Tool(folder: folder).run([
            "data", "protocol", "identification", faces.train.path, "own.tsv", "--enrol", "2",
            "--unknown", "0.25", "--galleries", "2", "--probe-images", "2",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("6 templates enrolled, "))
    }

    @Test("A drawn protocol is evaluated, by a study and by facet evaluate, with the same numbers")
    func endToEnd() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try draw(folder, faces)
            let test = "own=\(faces.train.path),own.tsv"
            let study = try Tool(folder: folder).run(
                ["compare"] + faces.options + TinyFaces.fast
                    + ["--test", test]
                    + ["--output", "study", "--losses", "softmax,arcface", "--epochs", "1"])
            #expect(study.status == 0, "\(study.errors)")
            let runs = folder.appendingPathComponent("study/runs")
            let names = try FileManager.default.contentsOfDirectory(atPath: runs.path).sorted()
            for name in names {
                let file = runs.appendingPathComponent("\(name)/identification/own.json")
                #expect(FileManager.default.fileExists(atPath: file.path))
            }
            let page = try String(
                contentsOf: folder.appendingPathComponent("study/report/index.html"),
                encoding: .utf8)
            #expect(page.contains("Templates and identification"))
            let models = names.map { runs.appendingPathComponent($0).path }
            let one = try Tool(folder: folder).run(
                ["evaluate", models[0], "--test", test, "--threads", "1", "--precision", "float32"]
                    + ["--output", "page", "--embeddings", "own.safetensors"])
            #expect(one.status == 0, "\(one.errors)")
            #expect(one.output.contains("rank 1 "))
            let again = try Tool(folder: folder).run(
                ["evaluate", "own.safetensors", "--test", test, "--threads", "1"])
            // Of embeddings nobody knows who was in training.
            let lines = one.output.split(separator: "\n")
            let known = lines.filter { $0.contains("were in training") }
            #expect(known.count == 1)
            #expect(
                again.output.split(separator: "\n") == lines.filter { !known.contains($0) },
                "\(again.errors)")
            let both = try Tool(folder: folder).run(
                ["evaluate"] + models + [
                    "--test", test, "--threads", "1", "--precision", "float32",
                ])
            #expect(both.output.contains("differences on the same templates"), "\(both.errors)")
        }
    }

    @Test("What is wrong with a protocol is reported in a sentence with its position")
    func errors() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let list = folder.appendingPathComponent("own.tsv")
            try "role\ttemplate\tperson\timage\ngallery\tg\tP0\tx.jpg\nprobe\tp\tP1\ty.jpg\n".write(
                to: list, atomically: true, encoding: .utf8)
            let outcome = try Tool(folder: folder).run([
                "evaluate", "m.npy", "--test", "own=\(faces.train.path),own.tsv",
            ])
            #expect(outcome.status == 1)
            let compared = try Tool(folder: folder).run(
                ["compare", "--train", "tiny=\(faces.train.path)", "--output", "s"] + TinyFaces.fast
                    + ["--losses", "softmax", "--test", "own=\(faces.train.path),own.tsv"])
            #expect(compared.status == 1)
            #expect(
                compared.errors.contains(
                    "own.tsv', line 3: 'P1' is in no gallery; the role of such a probe is 'unknown'"
                ))
        }
    }
}
