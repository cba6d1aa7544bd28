import FaceModels
import Foundation
import Testing
import Torch

/// A file of `Fixtures/networks`: what a face network gives in float64 for the formula's weights.
///
/// `Fixtures/face_networks.py` explains the formula and how outputs are told.
struct NetworkGolden: Decodable {
    /// A tensor's name and shape.
    struct Parameter: Decodable, Equatable {
        var name: String
        var shape: [Int]

        init(_ name: String, _ shape: [Int]) {
            self.name = name
            self.shape = shape
        }

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            name = try container.decode(String.self)
            shape = try container.decode([Int].self)
        }
    }

    var backbone: String
    var computedIn: String
    /// Height and width of its images, 112 where it is not said.
    var inputSize: Int?
    var parameterCount: Int
    var parameters: [Parameter]
    /// Norm, projection and first eight values of each row, in evaluation and in training.
    var evaluation: [[Double]]
    var training: [[Double]]
    /// Norm of each gradient.
    var gradients: [String: Double]
    /// Mean and norm of each running statistic after the training pass.
    var running: [String: [Double]]

    /// The names of the files.
    static var names: [String] {
        let folder = Bundle.module.url(forResource: "Fixtures/networks", withExtension: nil)
        let names = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) }
        return (names ?? []).filter { $0.hasSuffix(".json") }.sorted()
    }

    static func load(_ name: String) throws -> NetworkGolden {
        let folder = try #require(
            Bundle.module.url(forResource: "Fixtures/networks", withExtension: nil))
        return try JSONDecoder().decode(
            NetworkGolden.self, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }
}

/// The numbers of `Fixtures/face_networks.py`.
enum UniformWeights {
    /// `count` numbers from 0 to below 1 that depend on nothing but the name.
    static func uniform(_ name: String, count: Int) -> [Double] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                var mixed = hash &+ UInt64(index + 1) &* 0x9e37_79b9_7f4a_7c15
                mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
                buffer[index] = Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
            }
            initialized = count
        }
    }

    /// Numbers between -1 and 1.
    static func signed(_ name: String, shape: [Int]) -> Tensor {
        Tensor(uniform(name, count: shape.reduce(1, *)), shape: shape) * 2 - 1
    }

    /// Gives a network the formula's weights.
    static func load(into state: [StateEntry]) {
        for entry in state where !entry.name.hasSuffix("num_batches_tracked") {
            let shape = entry.tensor.shape
            let u = Tensor(uniform(entry.name, count: entry.tensor.count), shape: shape)
            entry.tensor.assign(value(entry.name, u))
        }
    }

    private static func value(_ name: String, _ u: Tensor) -> Tensor {
        let isMatrix = name.hasSuffix("weight") && u.rank > 1
        if name.hasSuffix("running_var") { return u + 0.5 }
        if name.hasSuffix("running_mean") { return u * 0.4 - 0.2 }
        if isMatrix || name.hasSuffix("pos_embed") || name.hasSuffix("_token") {
            let fanIn = Double(u.shape.dropFirst().reduce(1, *))
            return (u * 2 - 1) * (6 / fanIn).squareRoot()
        }
        return name.hasSuffix("weight") ? u * 0.5 + 0.5 : u * 0.2 - 0.1
    }
}
