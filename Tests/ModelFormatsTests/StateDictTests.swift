import Foundation
import ModelFormats
import Testing
import Torch

/// Files that the real torch has written; `Fixtures/make_state_dicts.py` made them.
enum StateDictFile {
    static func url(_ name: String) throws -> URL {
        try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
            .appendingPathComponent(name)
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url(name)))
    }
}

/// `Fixtures/expected.json`.
struct ExpectedTensors: Decodable {
    struct Values: Decodable {
        var shape: [Int]
        var values: [Double]
    }

    var tensors: [String: Values]
    var embeddings: [[Double]]

    static func load() throws -> ExpectedTensors {
        try JSONDecoder().decode(
            ExpectedTensors.self,
            from: Data(contentsOf: StateDictFile.url("expected.json")))
    }
}

@Suite("State dicts of PyTorch")
struct StateDictTests {
    @Test(
        "Strides, shared storages, parts, half precision and both byte orders",
        arguments: ["zip.pth", "older.pth", "big.pth"])
    func values(_ name: String) throws {
        let expected = try ExpectedTensors.load().tensors
        let part = try #require(try StateDict(StateDictFile.url(name)).parts.first)
        #expect(part.path.isEmpty)
        #expect(Set(part.tensors.map(\.name)) == Set(expected.keys))
        for stored in part.tensors {
            let wanted = try #require(expected[stored.name])
            #expect(stored.shape == wanted.shape, "\(stored.name)")
            let tensor = try stored.tensor()
            #expect(tensor.shape == wanted.shape, "\(stored.name)")
            #expect(tensor.array(of: Double.self) == wanted.values, "\(stored.name)")
        }
    }

    @Test("Types are kept, but half precision becomes float32")
    func types() throws {
        let part = try #require(try StateDict(StateDictFile.url("zip.pth")).parts.first)
        let types = try Dictionary(
            uniqueKeysWithValues: part.tensors.map { ($0.name, try $0.tensor().type) })
        let expected: [String: ElementType] = [
            "plain": .float32, "double": .float64, "half": .float32, "bfloat16": .bfloat16,
            "count": .int64, "bytes": .uint8, "flags": .bool,
        ]
        for (name, type) in expected { #expect(types[name] == type, "\(name)") }
    }

    @Test("A checkpoint's dictionaries are found, and what else it holds is left alone")
    func checkpoint() throws {
        let parts = try StateDict(StateDictFile.url("checkpoint.pth")).parts
        #expect(parts.map(\.path) == ["state_dict_backbone", "state_dict_softmax_fc"])
        #expect(parts[1].tensors.map(\.name) == ["weight"])
        #expect(parts[0].tensors.first?.name == "module.conv1.weight")
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "Other pickles are named",
        arguments: [
            ("module.pth", "an object of 'torch.nn.modules.linear.Linear'"),
            ("list.pth", "a list"),
        ])
    func others(_ name: String, found: String) throws {
        let url = try StateDictFile.url(name)
        #expect(
            message { _ = try StateDict(url) }
                == "'\(url.path)' holds \(found) and no tensors by name; save the state dict with "
                + "torch.save(model.state_dict(), path)")
    }

    @Test("A type that is not read is named, and only when its tensor is asked for")
    func float8() throws {
        let part = try #require(try StateDict(StateDictFile.url("float8.pth")).parts.first)
        let found = Dictionary(uniqueKeysWithValues: part.tensors.map { ($0.name, $0) })
        #expect(try found["b"]?.tensor().array(of: Double.self) == [1])
        let text = message { _ = try found["a"]?.tensor() }
        #expect(
            text.hasSuffix(
                "has elements of the type torch.float8_e4m3fn, which is not read; convert it to float32"
            ))
    }

    @Test(
        "A file cut short anywhere is refused in one sentence", arguments: ["zip.pth", "older.pth"])
    func cutShort(_ name: String) throws {
        let bytes = try StateDictFile.bytes(name)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            let text = message { try readAll(Array(bytes.prefix(length))) }
            #expect(text.hasPrefix("'cut.pth' "), "\(length): \(text)")
        }
    }

    @Test("A changed byte gives other values or an error", arguments: ["zip.pth", "older.pth"])
    func changedBytes(_ name: String) throws {
        let bytes = try StateDictFile.bytes(name)
        for index in bytes.indices {
            for change: UInt8 in [1, 0x80, 0xFF] {
                var changed = bytes
                changed[index] ^= change
                _ = message { try readAll(changed) }
            }
        }
    }

    private func readAll(_ bytes: [UInt8]) throws {
        for part in try StateDict(bytes, path: "cut.pth").parts {
            for stored in part.tensors { _ = try stored.tensor() }
        }
    }

    /// A pickle of PyTorch's older container that holds one tensor.
    private func older(_ pickle: [UInt8]) -> [UInt8] {
        let magic: [UInt8] = [
            0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
        ]
        return magic + [0x4E, 0x2E, 0x4E, 0x2E] + pickle + [0x5D, 0x2E]
    }

    @Test("Code is named and not executed")
    func code() {
        let call = older(
            Array("cos\nsystem\nX".utf8) + [4, 0, 0, 0] + Array("true".utf8) + [0x85, 0x52, 0x2E])
        #expect(
            message { _ = try StateDict(call, path: "x.pth") }
                == "'x.pth' holds an object of 'os.system' and no tensors by name; save the state dict "
                + "with torch.save(model.state_dict(), path)")
        let instance = older(Array("(ios\nsystem\n.".utf8))
        #expect(
            message { _ = try StateDict(instance, path: "x.pth") }
                .contains(
                    "its pickle uses the operation 0x69, which no state dict needs; nothing was "
                        + "executed"))
    }

    @Test("A pickle that repeats what it has remembered does not grow without bounds")
    func repeated() {
        // A tuple of two is remembered and doubled again and again.
        var pickle: [UInt8] = [0x29, 0x71, 0]
        for _ in 0..<200 { pickle += [0x68, 0, 0x68, 0, 0x86, 0x71, 0] }
        #expect(
            message { _ = try StateDict(older(pickle + [0x2E]), path: "x.pth") }
                .hasPrefix("'x.pth' holds a tuple"))
        let marks = older([UInt8](repeating: 0x28, count: 5_000_000))
        #expect(message { _ = try StateDict(marks, path: "x.pth") }.contains("more than"))
    }
}
