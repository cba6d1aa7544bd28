import FaceRuns
import Foundation
import OpenVINO
import Testing

@Suite("facet export")
struct ExportTests {
    private func run(in folder: URL, _ faces: TinyFaces) throws {
        let outcome = try Tool(folder: folder).run(
            ["compare"] + faces.options + TinyFaces.fast
                + ["--output", "run", "--losses", "softmax", "--epochs", "1"])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test(
        "An exported network gives the accuracy of its run, and says how images are prepared",
        .enabled("OpenVINO is not installed; scripts/bootstrap openvino installs it") {
            OpenVINOLibrary.isAvailable
        })
    func exported() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try run(in: folder, faces)
            let tool = Tool(folder: folder)
            let test = ["--test", "probe=\(faces.test.path),\(faces.pairs.path)", "--threads", "1"]
            let made = try tool.run(
                ["export", "run", "m.onnx", "--raw-input", "--terms", "mine", "--json"] + test)
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("\"flipped\" : [\n\n      ]"), "\(made.output)")
            let evaluated = try tool.run(["evaluate", "m.onnx"] + test)
            #expect(evaluated.status == 0, "\(evaluated.errors)")
            #expect(
                evaluated.errors.contains("RGB as bytes from 0 to 255, by the file's metadata"))
            let folder = try #require(
                try StudyFolder(folder.appendingPathComponent("run")).runs().first)
            let both = try tool.run(
                ["evaluate", folder.url.path, "m.onnx", "--precision", "float32"] + test)
            #expect(both.status == 0, "\(both.errors)")
        }
    }

    @Test("A network that was trained on BGR has the same accuracy in every form, as its file says")
    func colours() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            let trained = try tool.run(
                ["compare"] + faces.options + TinyFaces.fast + [
                    "--output", "run", "--losses", "softmax", "--epochs", "2", "--colour", "bgr",
                    "--input-mean", "120", "--input-deviation", "128",
                ])
            #expect(trained.status == 0, "\(trained.errors)")
            let test = ["--test", "probe=\(faces.test.path),\(faces.pairs.path)", "--threads", "1"]
            let files = OpenVINOLibrary.isAvailable ? ["m.pt", "m.onnx"] : ["m.pt"]
            for file in files {
                for more in [[], ["--colour", "bgr"], ["--raw-input"]] {
                    let made = try tool.run(["export", "run", file, "--json"] + more + test)
                    #expect(made.status == 0, "\(made.errors)")
                    #expect(made.output.contains("\"flipped\" : [\n\n      ]"), "\(made.output)")
                }
            }
        }
    }

    @Test("A network in TorchScript is compared at its own input size, and has the stated terms")
    func script() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try run(in: folder, faces)
            let made = try Tool(folder: folder).run(
                "export", "run", "m.pt", "--threads", "1", "--terms", "for research only", "--test",
                "probe=\(faces.test.path),\(faces.pairs.path)")
            #expect(made.status == 0, "\(made.errors)")
            let file = try Data(contentsOf: folder.appendingPathComponent("m.pt"))
            // As plain text in the archive's comment.
            #expect(file.firstRange(of: Data("for research only".utf8)) != nil)
        }
    }

    @Test("Without OpenVINO a sentence says how to get it, and nothing is written")
    func withoutOpenVINO() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            try run(in: folder, faces)
            let outcome = try Tool(folder: folder).run(
                "export", "run", "m.onnx", environment: ["FACET_OPENVINO": "/nowhere"])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("install it with scripts/bootstrap openvino"))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!files.contains { $0.contains("onnx") })
        }
    }

    @Test("Options that say nothing about a format or a model are refused")
    func unused() throws {
        try withFolder { folder in
            let tool = Tool(folder: folder)
            for (option, file) in [
                ("--raw-input", "m.safetensors"), ("--float16", "m.safetensors"),
                ("--keep-batch-norm", "m.pt"),
            ] {
                let outcome = try tool.run("export", "run", file, option)
                #expect(outcome.status == 2, "\(outcome.errors)")
                #expect(outcome.errors.contains("\(option) cannot be combined with"))
            }
            let faces = try TinyFaces(in: folder)
            try run(in: folder, faces)
            let trained = try tool.run("export", "run", "m.pt", "--trained-colour", "bgr")
            #expect(trained.status == 2, "\(trained.errors)")
            #expect(trained.errors.contains("--trained-colour cannot be combined with"))
            let fixed = try tool.run("export", "run", "m.safetensors", "--colour", "bgr")
            #expect(fixed.status == 2, "\(fixed.errors)")
            let outcome = try tool.run([
                "evaluate", "run/runs/\(try runName(folder))", "--colour", "bgr", "--test",
                "probe=\(faces.test.path),\(faces.pairs.path)",
            ])
            #expect(outcome.status == 2, "\(outcome.errors)")
            #expect(outcome.errors.contains("whose file states how images are prepared"))
        }
    }

    private func runName(_ folder: URL) throws -> String {
        let runs = try StudyFolder(folder.appendingPathComponent("run")).runs()
        return try #require(runs.first).url.lastPathComponent
    }

    @Test("int8 is refused for other formats, beside float16, and with too few faces")
    func bytes() throws {
        try withFolder { folder in
            let faces = try TinyFaces(in: folder)
            let tool = Tool(folder: folder)
            for arguments in [["m.pt"], ["m.onnx", "--float16"]] {
                let outcome = try tool.run(["export", "run", "--int8", "faces"] + arguments)
                #expect(outcome.status == 2, "\(outcome.errors)")
                #expect(outcome.errors.contains("cannot be combined with"))
            }
            guard OpenVINOLibrary.isAvailable else { return }
            try run(in: folder, faces)
            let few = try tool.run("export", "run", "m.onnx", "--int8", faces.test.path)
            #expect(few.status == 1, "\(few.errors)")
            #expect(few.errors.contains("has 16 images, and int8 is calibrated on at least 64"))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!files.contains { $0.contains("onnx") })
        }
    }

    @Test("A file whose name says no format needs one")
    func format() throws {
        try withFolder { folder in
            let outcome = try Tool(folder: folder).run("export", "run", "model")
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("ends in .onnx, .xml, .pt or .safetensors"))
        }
    }
}
