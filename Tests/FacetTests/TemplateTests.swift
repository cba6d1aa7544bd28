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

    @Test("A protocol is checked, and a damaged image of it is an error or a failure to enrol")
    func damagedImages() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try draw(folder, faces)
            let source = "\(faces.train.path),own.tsv"
            let sound = try Tool(folder: folder).run("data", "check", source)
            #expect(sound.status == 0, "\(sound.errors)")
            #expect(sound.output.contains(" probes in 2 galleries"), "\(sound.output)")
            let refused = try Tool(folder: folder).run(
                "data", "check", source, "--removal", "x.txt")
            #expect(refused.status == 2 && refused.errors.contains("--removal"))
            let made = try Tool(folder: folder).run(
                ["compare"] + faces.options + TinyFaces.fast
                    + ["--output", "study", "--losses", "softmax", "--epochs", "1"])
            #expect(made.status == 0, "\(made.errors)")
            // The image of a probe's line is damaged; the template has another one or none.
            let list = try String(
                contentsOf: folder.appendingPathComponent("own.tsv"), encoding: .utf8)
            let line = try #require(list.split(separator: "\n").first { $0.hasPrefix("probe\t") })
            let image = String(line.split(separator: "\t")[3])
            try Data("no image".utf8).write(to: faces.train.appendingPathComponent(image))
            let check = try Tool(folder: folder).run("data", "check", source)
            #expect(check.status == 1 && check.output.contains("cannot be decoded"))
            let model = try #require(
                try FileManager.default.contentsOfDirectory(
                    atPath: folder.appendingPathComponent("study/runs").path
                ).first)
            let call = [
                "evaluate", "study/runs/\(model)", "--test", "own=\(source)", "--threads", "1",
            ]
            let ended = try Tool(folder: folder).run(call)
            #expect(ended.status == 1)
            #expect(ended.errors.contains(image) && ended.errors.contains("--failures count"))
            let counted = try Tool(folder: folder).run(
                call + ["--failures", "count", "--output", "page"])
            #expect(counted.status == 0, "\(counted.errors)")
            #expect(counted.output.contains("1 image could not be used ('\(image)')"))
            let page = try String(
                contentsOf: folder.appendingPathComponent("page/index.html"), encoding: .utf8)
            #expect(page.contains("could not be used"))
            let hidden = try FileManager.default.contentsOfDirectory(
                atPath: folder.appendingPathComponent("page").path
            ).filter { $0.hasPrefix(".") }
            #expect(hidden.isEmpty)
        }
    }

    @Test(
        "Groups and qualities are in a study's report, added to what is finished, and on an evaluation's page"
    )
    func groups() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try draw(folder, faces)
            let command =
                ["compare"] + faces.options + TinyFaces.fast
                + ["--test", "own=\(faces.train.path),own.tsv", "--output", "study"]
                + ["--losses", "softmax", "--epochs", "1"]
            let plain = try Tool(folder: folder).run(command)
            #expect(plain.status == 0, "\(plain.errors)")
            let people = try FileManager.default.contentsOfDirectory(atPath: faces.train.path)
                .sorted()
            let rows = people.enumerated().map { "\($1),\($0 % 2 == 0 ? "even" : "odd")" }
            try (["person,parity"] + rows).joined(separator: "\n").write(
                to: folder.appendingPathComponent("attributes.csv"), atomically: true,
                encoding: .utf8)
            let grown = try Tool(folder: folder).run(command + ["--attributes", "attributes.csv"])
            #expect(grown.status == 0, "\(grown.errors)")
            for (name, mark) in [
                ("index.html", "id=\"groups\""), ("report.md", "Groups of people"),
            ] {
                let page = try String(
                    contentsOf: folder.appendingPathComponent("study/report/\(name)"),
                    encoding: .utf8)
                #expect(page.contains(mark) && page.contains("even"))
            }
            let wrong = try Tool(folder: folder).run(command + ["--attributes", "none.csv"])
            #expect(wrong.status == 1 && wrong.errors.contains("none.csv"))
            let run = try #require(
                try FileManager.default.contentsOfDirectory(
                    atPath: folder.appendingPathComponent("study/runs").path
                ).first)
            let one = try Tool(folder: folder).run(
                [
                    "evaluate", "study/runs/\(run)", "--test", "own=\(faces.train.path),own.tsv",
                    "--attributes", "attributes.csv", "--output", "page", "--threads", "1",
                    "--template-weights", "none",
                ])
            #expect(one.status == 0, "\(one.errors)")
            #expect(one.output.contains("own, by parity, at the threshold of FMR"))
            let page = try String(
                contentsOf: folder.appendingPathComponent("page/index.html"), encoding: .utf8)
            #expect(page.contains("id=\"groups\"") && page.contains("embeddings normalised."))
            let weights = try Tool(folder: folder).run([
                "evaluate", "study/runs/\(run)", "--test", "own=\(faces.train.path),own.tsv",
                "--template-weights", "size",
            ])
            #expect(weights.status == 2, "\(weights.errors)")
        }
    }
}
