import FaceEvaluation
import FaceModels
import Foundation
import Testing
import Torch

@testable import FaceEmbedding

@Suite("What a file is that is given as a model")
struct ModelFileKindTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let name: String
        let bytes: [UInt8]

        /// A file and what a part of its message is.
        init(_ what: String, _ name: String, _ bytes: [UInt8]) {
            testDescription = what
            self.name = name
            self.bytes = bytes
        }

        init(_ what: String, _ name: String, _ text: String) {
            self.init(what, name, Array(text.utf8))
        }
    }

    /// An archive of empty files.
    private static func archive(_ names: [String], isLarge: Bool = false) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for name in names {
            let text = Array(name.utf8)
            directory +=
                [0x50, 0x4B, 1, 2] + number(0, 24) + number(text.count, 2) + number(0, 12)
                + number(bytes.count, 4) + text
            bytes +=
                [0x50, 0x4B, 3, 4] + number(0, 22) + number(text.count, 2) + number(0, 2) + text
        }
        let start = bytes.count
        bytes += directory
        if isLarge {
            let place = bytes.count
            bytes +=
                [0x50, 0x4B, 6, 6] + number(44, 8) + number(0, 20) + number(names.count, 8)
                + number(directory.count, 8) + number(start, 8)
            bytes += [0x50, 0x4B, 6, 7] + number(0, 4) + number(place, 8) + number(1, 4)
        }
        let index = isLarge ? 0xFFFF_FFFF : start
        return bytes + [0x50, 0x4B, 5, 6] + number(0, 8) + number(directory.count, 4)
            + number(index, 4) + number(0, 2)
    }

    private static let cases = [
        Case("several arrays (.npz)", "e.npz", archive(["a.npy", "b.npy"])),
        Case("a truncated ZIP archive", "cut.pt", Array(archive(["a/data.pkl"]).prefix(30))),
        Case("a Keras model", "a.keras", archive(["config.json", "model.weights.h5"])),
        Case("a ZIP archive", "a.zip", archive(["readme"])),
        Case("an HDF5 file", "a.h5", [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10]),
        Case("a damaged MXNet file", "model-0000.params", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
        Case("a TensorFlow graph", "a.pb", [0x0A, 0x20, 0x0A, 1, 0x78, 0x12, 3, 4, 5]),
        Case("a TensorFlow Lite network", "a.tflite", [0x1C, 0, 0, 0] + Array("TFL3....".utf8)),
        Case("a Python pickle", "lfw.bin", [0x80, 2, 0x5D, 0x71, 1, 2, 3, 4, 5]),
        Case("an image", "a.pt", [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]),
        Case("a Git LFS pointer", "a.pt", "version https://git-lfs.github.com/spec/v1\noid x"),
        Case("a web page", "a.safetensors", "<!DOCTYPE html><html><head>"),
        Case("a web page", "a.pth", "\n<html><head><title>Sign in</title>"),
        Case("a web page", "a.onnx", "<!DOCTYPE html><html><head>"),
        Case("a web page", "a.h5", "<!DOCTYPE html><html><head>"),
        Case("a JSON file", "a.pth", "{\"message\": \"not found\"}"),
        Case("a JSON file", "model-symbol.json", "{\n  \"nodes\": []}"),
        Case("an XML file", "a.xml", "<?xml version=\"1.0\"?><net/>"),
        Case("a text", "a.txt", "just some words that are no model"),
        Case("an empty file", "a.pt", []),
        Case("a Python pickle", "weights.pdparams", [0x80, 5, 0x95, 0, 0, 0, 0, 0, 0]),
        Case("a GGUF file", "a.gguf", "GGUF\u{3}\u{0}\u{0}\u{0}...."),
        Case("an ncnn network", "a.param", "7767517\n75 83\n"),
        Case("a gzip archive", "a.pth", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0]),
        Case("an xz archive", "a.pth", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4, 0xE6]),
        Case("a 7z archive", "a.pth", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4, 0]),
        Case("a zstd archive", "a.pth", [0x28, 0xB5, 0x2F, 0xFD, 4, 0, 0, 0, 0]),
        Case("a RAR archive", "a.pth", [0x52, 0x61, 0x72, 0x21, 0x1A, 7, 1, 0, 0]),
        Case("a bzip2 archive", "a.pth", Array("BZh91AY&SY".utf8)),
        Case("a tar archive", "a.pth", .init(repeating: 0x61, count: 257) + Array("ustar\0".utf8)),
        Case("a RecordIO pack", "train.rec", [0x0A, 0x23, 0xD7, 0xCE, 1, 0, 0, 0, 0]),
        Case("a program or library", "a.so", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0]),
        // A header of a gigabyte and more is no safetensors file's.
        Case("begins with 01 00 00 40", "a", [1, 0, 0, 0x40, 0, 0, 0, 0, 0x7B]),
        Case("begins with 01 00 00 00 01", "a", [1, 0, 0, 0, 1, 0, 0, 0, 0x7B]),
        Case("an image", "a.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0, 0]),
        Case("begins with de ad be ef 01 02 03 04", "a", [0xDE, 0xAD, 0xBE, 0xEF, 1, 2, 3, 4, 5]),
    ]

    private func kind(_ name: String, _ bytes: [UInt8]) throws -> ModelFileKind {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return ModelFileKind(file)
    }

    @Test("Files of other programs are called what they are", arguments: cases)
    func foreign(_ example: Case) throws {
        guard case .foreign(let what, let advice) = try kind(example.name, example.bytes) else {
            Issue.record("taken for a model")
            return
        }
        #expect(what.contains(example.testDescription))
        #expect(!advice.isEmpty && !advice.contains("\n"))
    }

    /// A named pipe without a writer would hold up its reader for ever.
    @Test(
        "A pipe or a device is refused at once, whatever its name",
        arguments: ["a", "a.npy", "a.pt", "a.onnx", "a.safetensors", "a.xml", "a.params", "a.dat"])
    func pipes(name: String) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        #expect(mkfifo(file.path, 0o600) == 0)
        let options = EmbeddingOptions(
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
            batchSize: 1, inputSize: 32)
        let reason = "it is a pipe, a socket or a device; save its content as a file and give that"
        #expect(throws: TorchError.file(path: file.path, reason: reason)) {
            _ = try EmbeddingSource.open(file, options)
        }
        guard case .foreign(let what, _) = ModelFileKind(file) else {
            Issue.record("taken for a model")
            return
        }
        #expect(what == "a pipe, a socket or a device")
        #expect(throws: (any Error).self) { try Safetensors.read(file) }
        #expect(throws: (any Error).self) { try Safetensors.metadata(of: file) }
        #expect(throws: (any Error).self) { try NumPyArray.read(file) }
        #expect(throws: (any Error).self) { try EmbeddedSet.open(file.path) }
        #expect(throws: (any Error).self) { try PictureFiles.hash(file) }
        // Also in a run's folder.
        let run = folder.appendingPathComponent("run")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        #expect(mkfifo(run.appendingPathComponent("last.safetensors").path, 0o600) == 0)
        #expect(throws: (any Error).self) { _ = try EmbeddingSource.open(run, options) }
        #expect(mkfifo(run.appendingPathComponent("model.safetensors").path, 0o600) == 0)
        #expect(throws: (any Error).self) { _ = try EmbeddingSource.open(run, options) }
    }

    @Test("What is read is known by its content, whatever its name")
    func known() throws {
        let header = Array("{\"a\":{}}".utf8)
        let tensors = [UInt8(header.count), 0, 0, 0, 0, 0, 0, 0] + header
        #expect(try kind("a.onnx", tensors) == .safetensors)
        #expect(try kind("a.pth", Array(tensors.prefix(5))) == .safetensors)
        #expect(try kind("a", [1, 0, 0, 0x3F, 0, 0, 0, 0, 0x7B]) == .safetensors)
        // Too short to be anything else, also where it begins as ONNX does.
        #expect(try kind("a", [8, 8]) == .safetensors)
        #expect(try kind("a.onnx", [1, 1, 1, 13] + Array("loss_metric_2".utf8)) == .dlib)
        #expect(try kind("model.onnx", [8, 8, 0x12, 7] + Array("pytorch".utf8)) == .onnx)
        #expect(try kind("renamed.pt", [8, 7, 0x12, 7] + Array("pytorch".utf8)) == .onnx)
        #expect(try kind("model.onnx", [1, 2, 3, 4, 5, 6, 7, 8, 9]) == .onnx)
        #expect(try kind("a", [0x93] + Array("NUMPY".utf8)) == .array)
        #expect(try kind("a.onnx", [0x12, 1, 0, 0, 0, 0, 0, 0, 0, 0]) == .mxnet)
        #expect(
            try kind("a.bin", Self.archive(["archive/data.pkl", "archive/data/0"])) == .stateDict)
        #expect(try kind("a", Self.archive(["archive/data.pkl"], isLarge: true)) == .stateDict)
        let older: [UInt8] = [
            0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
        ]
        #expect(try kind("old.pth.tar", older) == .stateDict)
        #expect(
            try kind("a.zip", Self.archive(["net/data.pkl", "net/code/a.py", "net/constants.pkl"]))
                == .script)
    }

    @Test("A short text is a text, and a longer one what it looks like, whatever its name")
    func texts() throws {
        func what(_ name: String, _ text: String) throws -> String {
            guard case .foreign(let what, _) = try kind(name, Array(text.utf8)) else {
                return "read"
            }
            return what
        }
        #expect(try what("a", "none\n") == "a text")
        #expect(try what("a.safetensors", "none\n") == "a text")
        #expect(try what("a.engine", "none at all\n") == "a TensorRT engine")
        #expect(try what("a.engine", "<html><body>").hasPrefix("a web page"))
    }

    @Test("An archive with any byte changed or cut off is looked at without harm")
    func damaged() throws {
        let whole = Self.archive(["archive/data.pkl", "archive/data/0"], isLarge: true)
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0xFF
            switch try kind("a", bytes) {
            case .foreign, .stateDict: break
            default: Issue.record("taken for a model with byte \(index) changed")
            }
            if index > 0 { _ = try kind("a", Array(whole.prefix(index))) }
        }
    }
}
