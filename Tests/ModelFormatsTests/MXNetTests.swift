import FaceModels
import Foundation
import Testing
import Torch

@testable import ModelFormats

/// Files that MXNet 1.9.1 wrote, and what it computes (`Fixtures/make_mxnet.py`).
@Suite("Parameters of MXNet")
struct MXNetTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/mxnet")

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent("\(name).params")))
    }

    private func read(_ name: String) throws -> MXNetParameters {
        try MXNetParameters(Self.folder.appendingPathComponent("\(name).params"))
    }

    @Test("Arrays of each type that PyTorch has too are read, and the others named")
    func kinds() throws {
        let tensors = try read("kinds").tensors
        #expect(
            tensors.map(\.name) == [
                "float32", "float64", "float16", "uint8", "int32", "int8", "int64", "flag", "rows",
                "csr", "last",
            ])
        for tensor in tensors {
            switch tensor.name {
            case "int32", "int8", "rows", "csr":
                let type = ["rows": "row_sparse"][tensor.name] ?? tensor.name
                #expect(
                    throws: ModelFormatsError.unknownType(
                        path: Self.folder.appendingPathComponent("kinds.params").path,
                        name: tensor.name, type: type)
                ) { try tensor.tensor() }
            case "flag": #expect(try tensor.tensor().to(.uint8).array(of: UInt8.self) == [1, 0])
            case "last": #expect(try tensor.tensor().array(of: Float.self) == [7, 8])
            default:
                #expect(tensor.shape == [2, 3])
                let values = try tensor.tensor().to(.float64).array(of: Double.self)
                #expect(values == [0, 1, 2, 3, 4, 5], "\(tensor.name)")
            }
        }
        #expect(tensors.first { $0.name == "rows" }?.shape == [4, 2])
    }

    @Test("Headers of all versions are read")
    func versions() throws {
        let older = try read("older").tensors
        #expect(older.map(\.name) == ["oldest", "first"])
        #expect(older.map(\.shape) == [[2, 1], [3]])
        #expect(try older[0].tensor().array(of: Float.self) == [1, 2])
        #expect(try older[1].tensor().array(of: Float.self) == [3, 4, 5])
        let numpy = try read("numpy").tensors
        #expect(numpy.map(\.shape) == [[], [0, 3], [1]])
        #expect(try numpy[0].tensor().array(of: Float.self) == [5])
        #expect(try numpy[1].tensor().array(of: Float.self).isEmpty)
        #expect(try numpy[2].tensor().array(of: Float.self) == [1])
    }

    @Test("An array without content is left out")
    func none() throws {
        for header in [number(0, 4), number(0xF993_FAC9, 4) + number(0, 4) + number(0, 4)] {
            let file = try MXNetParameters(Self.list([header], names: ["a"]), path: "x")
            #expect(file.tensors.isEmpty)
        }
    }

    @Test("A list without names is refused with a sentence")
    func unnamed() throws {
        let path = Self.folder.appendingPathComponent("unnamed.params").path
        #expect(throws: ModelFormatsError.noNames(path: path, count: 2)) { try read("unnamed") }
        #expect("\(ModelFormatsError.noNames(path: "a", count: 1))".contains("1 array of MXNet's"))
    }

    @Test("What is wrong with a file is said with the place")
    func damaged() throws {
        func reason(_ bytes: [UInt8]) -> String? {
            do {
                _ = try MXNetParameters(bytes, path: "x")
            } catch ModelFormatsError.damagedMXNet(_, let offset, let reason) {
                return "\(offset): \(reason)"
            } catch {
                return "\(error)"
            }
            return nil
        }
        let array = Self.array([2], [1, 2])
        let whole = Self.list([array], names: ["a"])
        #expect(reason(whole) == nil)
        #expect(reason([1, 2, 3])?.hasPrefix("0: it does not begin") == true)
        #expect(reason(whole + [0])?.contains("more than arrays and names") == true)
        #expect(
            reason(Self.list([array, array], names: ["a"]))?
                .contains("2 arrays and 1 names") == true)
        #expect(reason(Self.list([number(33, 4)], names: ["a"]))?.contains("33 dimensions") == true)
        let huge = number(0xF993_FAC8, 4) + number(2, 4) + number(1 << 62, 8) + number(1 << 62, 8)
        #expect(
            reason(Self.list([huge + number(1, 8) + number(0, 4)], names: ["a"]))?
                .contains("larger than the file") == true)
        let nothing = number(0xF993_FAC8, 4) + number(3, 4) + number(0, 8)
        let long = nothing + number(1 << 62, 8) + number(1 << 62, 8) + number(1, 8) + number(0, 4)
        #expect(reason(Self.list([long], names: ["a"]))?.contains("larger than the file") == true)
        let strange = number(0xF993_FAC8, 4) + number(1, 4) + number(1, 8) + number(1, 8)
        #expect(
            reason(Self.list([strange + number(99, 4)], names: ["a"]))?
                .contains("a type (99) that is none") == true)
        let stored = number(0xF993_FAC9, 4) + number(7, 4)
        #expect(
            reason(Self.list([stored], names: ["a"]))?.contains("a way (7) that is none") == true)
        #expect(
            reason(MXNetParameters.magic + number(0, 8) + number(1 << 40, 8))?
                .contains("arrays do not fit") == true)
    }

    @Test("A file with any byte changed, or cut off anywhere, is read or refused and nothing else")
    func mutated() throws {
        for name in ["kinds", "older", "numpy"] {
            let whole = try bytes(name)
            for index in whole.indices {
                for change in [whole[index] ^ 0xFF, whole[index] ^ 1, 0x7F] {
                    var changed = whole
                    changed[index] = change
                    guard let file = try? MXNetParameters(changed, path: "x") else { continue }
                    for tensor in file.tensors { _ = try? tensor.elements() }
                }
                #expect(throws: ModelFormatsError.self) {
                    try MXNetParameters(Array(whole[..<index]), path: "x")
                }
            }
        }
    }

    // MARK: A network

    /// What MXNet computes.
    private struct Golden: Decodable {
        /// A tensor's name in the file, and name and shape in PyTorch.
        struct Entry: Decodable {
            var name: String
            var torch: String
            var shape: [Int]
        }
        var tensors: [Entry]
        var embeddings: [[Double]]
    }

    private func uniform(_ name: String, count: Int) -> [Double] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return (0..<count).map { position in
            var mixed = hash &+ UInt64(position + 1) &* 0x9e37_79b9_7f4a_7c15
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return Double(2 * Int((mixed ^ (mixed >> 31)) >> 41) + 1 - (1 << 23)) / Double(1 << 23)
        }
    }

    private func weights(_ entry: Golden.Entry) -> [Float] {
        let values = uniform(entry.torch, count: entry.shape.reduce(1, *))
        if entry.shape.count > 1 {
            let scale = (6 / Double(entry.shape.dropFirst().reduce(1, *))).squareRoot()
            return values.map { Float($0 * scale) }
        }
        if entry.torch == "features.weight" { return values.map { _ in 1 } }
        let isAroundZero = ["bias", "running_mean"].contains { entry.torch.hasSuffix($0) }
        return values.map { Float($0 / 4 + (isAroundZero ? 0 : 1)) }
    }

    @Test("insightface's network for MXNet gives the embeddings that MXNet computes")
    func network() throws {
        let golden = try JSONDecoder().decode(
            Golden.self,
            from: Data(contentsOf: Self.folder.appendingPathComponent("network.json")))
        // In another order than the network's, with the class weights of a training's checkpoint.
        let entries = golden.tensors.sorted { $0.name > $1.name }
        let classes = Self.array([3, 64], [Float](repeating: 1, count: 192))
        let content = Self.list(
            entries.map { Self.array($0.shape, weights($0)) } + [classes],
            names: entries.map(\.name) + ["arg:fc7_weight"])
        let file = WeightFile(try MXNetParameters(content, path: "model-0000.params"))
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: "iresnet18:embedding=64,width=0.125"), inputSize: 32,
            initial: .zeros(type: .float64))
        let match = WeightMatch(file, backbone.state)
        #expect(match.isWhole, "\(match.summary)")
        #expect(match.part == "insightface's names for MXNet")
        try match.load(into: backbone.state)
        let images = Tensor(uniform("input", count: 2 * 3 * 32 * 32), shape: [2, 3, 32, 32])
        let found = withoutGradients { backbone(images, training: false) }
            .array(of: Double.self)
        let expected = golden.embeddings.flatMap { $0 }
        let size = expected.map(abs).max() ?? 0
        for (value, wanted) in zip(found, expected) {
            // The variances are of float32.
            #expect(abs(value - wanted) < 1e-6 * size)
        }
    }

    @Test("Names that are not insightface's stay as they are")
    func names() {
        #expect(
            MXNetNames.translation(of: "stage3_unit14_relu1_gamma")?.name
                == "layer3.13.prelu.weight")
        #expect(
            MXNetNames.translation(of: "stage1_unit1_sc_moving_var")
                == .init(
                    name: "layer1.0.downsample.1.running_var",
                    addition: MXNetNames.epsilonDifference))
        for name in [
            "stage1_unit1_se_conv1_weight", "stage0_unit1_bn1_gamma", "stage1_unit0_bn1_gamma",
            "conv_1_conv2d_weight", "_weight", "weight", "stage1_unit99999999999999999999_bn1_beta",
        ] {
            #expect(MXNetNames.translation(of: name) == nil, "\(name)")
        }
    }

    // MARK: Writing

    private func number(_ value: Int, _ count: Int) -> [UInt8] { Self.number(value, count) }

    private static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// An array as MXNet 1.9 writes it.
    private static func array(_ shape: [Int], _ values: [Float]) -> [UInt8] {
        number(0xF993_FAC9, 4) + number(0, 4) + number(shape.count, 4)
            + shape.flatMap { number($0, 8) } + number(1, 4) + number(0, 8)
            + values.flatMap { number(Int($0.bitPattern), 4) }
    }

    private static func list(_ arrays: [[UInt8]], names: [String]) -> [UInt8] {
        MXNetParameters.magic + number(0, 8) + number(arrays.count, 8) + arrays.flatMap { $0 }
            + number(names.count, 8)
            + names.flatMap { number($0.utf8.count, 8) + Array($0.utf8) }
    }
}
