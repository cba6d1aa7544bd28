import Foundation
import Testing
import Torch

@Suite("Safetensors files")
struct SafetensorsTests {
    private func entries() -> [StateEntry] {
        [
            StateEntry("b", Tensor([1.5, -2, 3] as [Float], shape: [3, 1]), .weight),
            StateEntry("a \"quoted\"\n\u{1}ü", Tensor([1.0 / 3]), .bias),
            StateEntry("c", Tensor([1.0, 2.5]).to(.bfloat16), .buffer),
            StateEntry("d", Tensor([-5], shape: []), .buffer),
            StateEntry("e", Tensor([1, 255] as [UInt8]), .buffer),
            StateEntry("f", Tensor([1, 0, 1]).to(.bool), .buffer),
            StateEntry("g", Tensor.zeros([0, 3]), .buffer),
        ]
    }

    @Test("Tensors of every type and strings come back as they were")
    func roundTrip() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("file.safetensors")
            let metadata = ["format": "pt", "a \"b\"\\\n\t\u{7f}ü": "\u{0}\u{1f}/😀"]
            try Safetensors.write(entries(), metadata: metadata, to: url)
            let content = try Safetensors.read(url)
            #expect(content.metadata == metadata)
            #expect(content.tensors.count == entries().count)
            for entry in entries() {
                let found = try #require(content.tensors[entry.name])
                #expect(found.type == entry.tensor.type && found.shape == entry.tensor.shape)
                #expect(found.array(of: Double.self) == entry.tensor.array(of: Double.self))
            }
            let size = try Data(contentsOf: url).count
            #expect(Safetensors.byteCount(entries(), metadata: metadata) == size)
        }
    }

    @Test("The header is followed by bytes at a multiple of 8, and the order is kept")
    func layout() throws {
        let data = Safetensors.encode(entries())
        let length = Int(data[0]) + Int(data[1]) << 8
        #expect(length % 8 == 0)
        let header = try #require(String(data: data[8..<8 + length], encoding: .utf8))
        #expect(header.hasPrefix(#"{"b":{"dtype":"F32","shape":[3,1],"data_offsets":[0,12]},"#))
        #expect(Safetensors.encode([]) == Data([8, 0, 0, 0, 0, 0, 0, 0]) + Data("{}      ".utf8))
    }

    @Test("A tensor in channels-last order is stored row by row")
    func channelsLast() throws {
        let tensor = Tensor((0..<12).map(Float.init), shape: [1, 3, 2, 2])
        let plain = Safetensors.encode([StateEntry("x", tensor, .weight)])
        let other = Safetensors.encode(
            [StateEntry("x", tensor.contiguous(.channelsLast), .weight)])
        #expect(plain == other)
    }

    @Test("A file that PyTorch wrote is read")
    func pytorch() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/pytorch", withExtension: "safetensors"))
        let content = try Safetensors.read(url)
        #expect(content.metadata == ["format": "pt", "note": "a \"quoted\" word\nand ü"])
        func values(_ name: String, _ type: ElementType, _ shape: [Int]) throws -> [Double] {
            let tensor = try #require(content.tensors[name])
            #expect(tensor.type == type && tensor.shape == shape, "\(name)")
            return tensor.array()
        }
        #expect(try values("a.float32", .float32, [2, 2]) == [1.5, -2, 3, Double(4e30 as Float)])
        #expect(try values("b.float64", .float64, [1]) == [1.0 / 3])
        #expect(try values("c.bfloat16", .bfloat16, [3]) == [1, 2.5, -3])
        #expect(try values("d.int64", .int64, []) == [-5])
        #expect(try values("e.uint8", .uint8, [2, 3]) == [0, 1, 2, 3, 4, 5])
        #expect(try values("f.bool", .bool, [3]) == [1, 0, 1])
        #expect(try values("g.empty", .float32, [0, 3]).isEmpty)
        #expect(content.tensors.count == 7)
    }

    // MARK: Damage

    /// A file of a header and so many bytes.
    private static func file(_ header: String, body: Int, length: UInt64? = nil) -> Data {
        let length = length ?? UInt64(header.utf8.count)
        return Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) })
            + Data(header.utf8) + Data(count: body)
    }

    private static func tensor(_ fields: String, body: Int = 4) -> Data {
        file(#"{"x":{\#(fields)}}"#, body: body)
    }

    private static let whole = #""dtype":"F32","shape":[1],"data_offsets":[0,4]"#

    private func reading(_ data: Data) throws -> String {
        var text = ""
        try withFolder { folder in
            let url = folder.appendingPathComponent("x.safetensors")
            try data.write(to: url)
            text = message { _ = try Safetensors.read(url) }
                .replacingOccurrences(of: url.path, with: "x")
        }
        return text
    }

    private static let notUnderstood = "tensor 'x' has an entry that cannot be understood"

    @Test(
        "Every kind of damage is one sentence",
        arguments: [
            (Data(), "it has only 0 bytes"),
            (Data(count: 7), "it has only 7 bytes"),
            (Data(count: 8), "its header is not a JSON object"),
            (
                file("{}", body: 0, length: 3),
                "its header would be 3 bytes long, but the file has 10"
            ),
            (
                file("{}", body: 0, length: .max),
                "its header would be 18446744073709551615 bytes long, but the file has 10"
            ),
            (file("nonsense", body: 0), "its header is not a JSON object"),
            (file("[]", body: 0), "its header is not a JSON object"),
            (file(#"{"x":"#, body: 0), "its header is not a JSON object"),
            (
                file(String(repeating: "[", count: 100_000), body: 0),
                "its header is not a JSON object"
            ),
            (file(#"{"x":1}"#, body: 0), notUnderstood),
            (
                file(#"{"__metadata__":{"a":1}}"#, body: 0),
                "its __metadata__ is not a map of strings"
            ),
            (file(#"{"__metadata__":[]}"#, body: 0), "its __metadata__ is not a map of strings"),
            (tensor(#""shape":[1],"data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":[1]"#), notUnderstood),
            (tensor(#""dtype":5,"shape":[1],"data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":1,"data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":[-1],"data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":[1.5],"data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":["1"],"data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":[true],"data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":[null],"data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":[1e30],"data_offsets":[0,4]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":[1],"data_offsets":[0]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":[1],"data_offsets":[4,0]"#), notUnderstood),
            (tensor(#""dtype":"F32","shape":[1],"data_offsets":[-4,0]"#), notUnderstood),
            (
                tensor(#""dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]"#),
                "tensor 'x' has the type 'F8_E4M3', which is not supported"
            ),
            (
                tensor(#""dtype":"F16","shape":[1],"data_offsets":[0,4]"#),
                "tensor 'x' of shape [1] cannot occupy 4 bytes"
            ),
            (
                tensor(#""dtype":"F32","shape":[2],"data_offsets":[0,4]"#),
                "tensor 'x' of shape [2] cannot occupy 4 bytes"
            ),
            (
                tensor(#""dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]"#),
                "tensor 'x' of shape [4611686018427387904, 4] cannot occupy 4 bytes"
            ),
            (
                tensor(
                    #""dtype":"F16","shape":[0,4611686018427387904,4],"data_offsets":[0,0]"#,
                    body: 0),
                "tensor 'x' of shape [0, 4611686018427387904, 4] cannot occupy 0 bytes"
            ),
            (
                tensor(whole, body: 3),
                "tensor 'x' should lie at bytes 0 to 4 of 3, the one before it ends at 0"
            ),
            (tensor(whole, body: 5), "its tensors end at byte 4 of 5"),
            (
                tensor(#""dtype":"F32","shape":[1],"data_offsets":[4,8]"#, body: 8),
                "tensor 'x' should lie at bytes 4 to 8 of 8, the one before it ends at 0"
            ),
            (
                file(#"{"x":{\#(whole)},"y":{\#(whole)}}"#, body: 4),
                "tensor 'y' should lie at bytes 0 to 4 of 4, the one before it ends at 4"
            ),
            (file("{}", body: 1), "its tensors end at byte 0 of 1"),
        ])
    func damage(data: Data, reason: String) throws {
        #expect(
            try reading(data)
                == "'x' is not a valid safetensors file: \(reason); "
                + "it may be truncated, so use another copy")
    }

    @Test("A good file cut short at any byte is refused")
    func cutShort() throws {
        let data = Safetensors.encode(entries().dropLast(), metadata: ["a": "b"])
        for length in 0..<data.count {
            #expect(
                try reading(data.prefix(length)).hasPrefix("'x' is not a valid safetensors file: "))
        }
        #expect(try reading(data) == "")
    }

    @Test("A good file with any one byte of its header changed is read or refused, never more")
    func changedBytes() throws {
        let data = Safetensors.encode(Array(entries().prefix(2)))
        let header = 8 + Int(data[0]) + Int(data[1]) << 8
        for index in 0..<header {
            for value in [0, 0x22, 0x39, 0x7d, 0xff] as [UInt8] {
                var damaged = data
                damaged[index] = value
                _ = try reading(damaged)
            }
        }
    }

    @Test("Files that cannot be read or written are named")
    func absent() {
        let url = URL(fileURLWithPath: "/dev/null/x.safetensors")
        let start = "cannot use the weights file '/dev/null/x.safetensors': "
        #expect(message { _ = try Safetensors.read(url) }.hasPrefix(start))
        // A folder cannot be made where a file is.
        #expect(
            message { try Safetensors.write([], to: url) }
                .hasPrefix("cannot use the weights file '/dev/null/x.safetensors': "))
    }

    // MARK: Loading

    @Test("Loading takes over all tensors, converting their type")
    func loading() throws {
        let target = [
            StateEntry("a", Tensor.zeros([2]).withGradient(), .weight),
            StateEntry("b", Tensor.zeros([1], type: .int64), .buffer),
        ]
        try target.load(["a": Tensor([1.5, 2]), "b": Tensor([7])], path: "f")
        #expect(target[0].tensor.array(of: Float.self) == [1.5, 2])
        #expect(target[1].tensor.array(of: Int.self) == [7])
        #expect(target[0].tensor.requiresGradient)
    }

    @Test("Loading changes all tensors or none, and names the first that does not fit")
    func misfit() {
        let target = [
            StateEntry("a", Tensor.zeros([2]), .weight),
            StateEntry("b", Tensor.zeros([1]), .weight),
        ]
        let a = Tensor([1, 2] as [Float])
        let b = Tensor([3] as [Float])
        #expect(throws: TorchError.missingTensor(name: "b", path: "f")) {
            try target.load(["a": a], path: "f")
        }
        #expect(throws: TorchError.unexpectedTensor(name: "c", path: "f")) {
            try target.load(["a": a, "b": b, "d": b, "c": b], path: "f")
        }
        #expect(
            throws: TorchError.shapeMismatch(name: "b", expected: [1], found: [2], path: "f")
        ) { try target.load(["a": a, "b": a], path: "f") }
        #expect(target[0].tensor.array(of: Float.self) == [0, 0])
    }

    @Test("Half precision becomes float32, whatever the number")
    func halfPrecision() throws {
        // By numpy: 1, -2, 65504, the least subnormal, the least normal, 0.333, infinity, -0, NaN.
        let bits: [UInt16] = [
            0x3C00, 0xC000, 0x7BFF, 0x0001, 0x0400, 0x3555, 0x7C00, 0x8000, 0x7E00,
        ]
        let header = #"{"x":{"dtype":"F16","shape":[3,3],"data_offsets":[0,18]}}"#
        var data = Data((0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) })
        data.append(contentsOf: header.utf8)
        for value in bits { data.append(contentsOf: [UInt8(value & 255), UInt8(value >> 8)]) }
        let tensor = try #require(try Safetensors.decode(data, path: "x").tensors["x"])
        #expect(tensor.type == .float32 && tensor.shape == [3, 3])
        let values = tensor.array(of: Float.self)
        #expect(
            Array(values.prefix(7)) == [
                1, -2, 65504, 5.9604645e-08, 6.1035156e-05, 0.33325195, .infinity,
            ])
        #expect(values[7] == 0 && values[7].sign == .minus && values[8].isNaN)
    }

    @Test("An open file gives tensors and rows of them, also those that are read in pieces")
    func open() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("file.safetensors")
            let large = Tensor((0..<5 << 20).map(Float.init), shape: [5120, 1024])
            try Safetensors.write(
                entries() + [StateEntry("large", large, .weight)], metadata: ["k": "v"], to: url)
            let file = try SafetensorsFile(url)
            #expect(file.metadata == ["k": "v"] && file.path == url.path)
            #expect(file.tensors.map(\.name) == entries().map(\.name) + ["large"])
            #expect(file.shape(of: "large") == [5120, 1024] && file.shape(of: "x") == nil)
            #expect(try file.tensor("large").array(of: Float.self) == large.array(of: Float.self))
            let part = try file.rows(4095..<5000, of: "large")
            #expect(part.shape == [905, 1024])
            #expect(
                part.array(of: Float.self)
                    == large.narrowed(0, 4095..<5000).array(of: Float.self))
            #expect(try file.rows(1..<2, of: "c").array(of: Double.self) == [2.5])
            #expect(try file.tensor("d").shape == [])
            #expect(throws: TorchError.missingTensor(name: "x", path: url.path)) {
                try file.tensor("x")
            }
            #expect(throws: TorchError.self) { try file.rows(2..<4, of: "b") }
            #expect(throws: TorchError.self) { try file.rows(0..<0, of: "d") }
            var bytes = Data()
            try file.forEachPiece { bytes.append($0) }
            #expect(bytes == (try Data(contentsOf: url)))
            let state = entries() + [StateEntry("large", large, .weight)]
            #expect(try Safetensors.tensorDigest(of: url) == Safetensors.tensorDigest(of: state))
            // Cut short under the eyes of the program.
            let handle = try FileHandle(forWritingTo: url)
            try handle.truncate(atOffset: 1 << 20)
            #expect(
                throws: TorchError.file(
                    path: url.path, reason: "it became shorter while it was read")
            ) { try file.tensor("large") }
            #expect(try file.tensor("b").array(of: Float.self) == [1.5, -2, 3])
        }
    }

    @Test("A state is read from an open file, or nothing of it")
    func stateOfFile() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("file.safetensors")
            try Safetensors.write(
                [
                    StateEntry("a", Tensor([1, 2] as [Float]), .weight),
                    StateEntry("b", Tensor([3] as [Float]), .weight),
                ], to: url)
            let file = try SafetensorsFile(url)
            func state(_ shapes: [String: Int]) -> [StateEntry] {
                shapes.sorted { $0.key < $1.key }.map {
                    StateEntry($0.key, Tensor.zeros([$0.value]), .weight)
                }
            }
            let whole = state(["a": 2, "b": 1])
            try whole.load(file)
            #expect(whole.map { $0.tensor.array(of: Float.self) } == [[1, 2], [3]])
            let part = state(["a": 2])
            try part.load(file, besides: ["b": [1]])
            #expect(part[0].tensor.array(of: Float.self) == [1, 2])
            for (wrong, others, error) in [
                (["a": 2], [:], TorchError.unexpectedTensor(name: "b", path: url.path)),
                (
                    ["a": 2], ["b": [4]],
                    .shapeMismatch(name: "b", expected: [4], found: [1], path: url.path)
                ),
                (["a": 2, "b": 1, "c": 1], [:], .missingTensor(name: "c", path: url.path)),
                (["a": 2], ["b": [1], "c": [1]], .missingTensor(name: "c", path: url.path)),
                (
                    ["a": 2, "b": 5], [:],
                    .shapeMismatch(name: "b", expected: [5], found: [1], path: url.path)
                ),
            ] as [([String: Int], [String: [Int]], TorchError)] {
                let state = state(wrong)
                #expect(throws: error) { try state.load(file, besides: others) }
                #expect(state[0].tensor.array(of: Float.self) == [0, 0])
            }
        }
    }
}

@Suite("Strings of safetensors files")
struct SafetensorsEditingTests {
    @Test("Strings are changed and added, and not a byte of a tensor")
    func setMetadata() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("file.safetensors")
            let entries = [
                StateEntry("b", Tensor([1.5, -2, 3] as [Float], shape: [3, 1]), .weight),
                StateEntry("a", Tensor([1.0, 2.5]).to(.bfloat16), .buffer),
                StateEntry("empty", Tensor.zeros([0, 3]), .buffer),
            ]
            try Safetensors.write(entries, metadata: ["format": "pt", "x": "old"], to: url)
            let digest = try Safetensors.tensorDigest(of: url)
            #expect(digest == Safetensors.tensorDigest(of: entries))
            try Safetensors.setMetadata(["x": "new", "y": "{\"a\": \"ü\"}"], of: url)
            let content = try Safetensors.read(url)
            #expect(content.metadata == ["format": "pt", "x": "new", "y": "{\"a\": \"ü\"}"])
            let expected = Safetensors.encode(entries, metadata: content.metadata)
            #expect(try Data(contentsOf: url) == expected)
            #expect(try Safetensors.tensorDigest(of: url) == digest)
            try Safetensors.write(Array(entries.prefix(1)), to: url)
            #expect(try Safetensors.tensorDigest(of: url) != digest)
        }
    }

    @Test("Half precision stays half precision")
    func half() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("file.safetensors")
            let header = #"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#
            var file = Data(
                (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) })
            file.append(contentsOf: Array(header.utf8) + [0, 0x3C, 0, 0x40])
            try file.write(to: url)
            try Safetensors.setMetadata(["k": "v"], of: url)
            let bytes = try Data(contentsOf: url)
            #expect(bytes.suffix(4) == Data([0, 0x3C, 0, 0x40]))
            let content = try Safetensors.read(url)
            #expect(content.metadata == ["k": "v"])
            #expect(content.tensors["h"]?.array(of: Float.self) == [1, 2])
        }
    }

    @Test(
        "The beginning of a file that is written piece by piece is that of one written as a whole")
    func beginning() {
        let tensors = [
            StateEntry("original", Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]), .buffer),
            StateEntry("norms", Tensor([5, 6] as [Float]), .buffer),
        ]
        let whole = Safetensors.encode(tensors, metadata: ["format": "pt"])
        let beginning = Safetensors.beginning(
            [(name: "original", shape: [2, 2]), (name: "norms", shape: [2])],
            metadata: ["format": "pt"])
        #expect(whole.prefix(beginning.count) == Data(beginning))
        #expect(whole.count == beginning.count + 6 * 4)
    }

    @Test("A damaged file is refused and stays unchanged")
    func damaged() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("file.safetensors")
            try Data("12345678{}".utf8).write(to: url)
            #expect(throws: TorchError.self) { try Safetensors.setMetadata(["k": "v"], of: url) }
            #expect(try Data(contentsOf: url) == Data("12345678{}".utf8))
        }
    }
}
