import FaceData
import Foundation
import ONNX
import Testing

@testable import FaceDetection

/// Files made by the scripts in the folder Fixtures.
enum Fixture {
    static func json<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        let folder = try #require(Bundle.module.resourceURL)
        let file = folder.appendingPathComponent("Fixtures/\(name)")
        return try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }
}

/// What make_detection.py wrote.
struct Goldens: Decodable {
    struct Resizing: Decodable {
        var crop: [Int]
        var size: [Int]
        var rounded: Bool
        /// Every third pixel of every fifth row.
        var values: [[[Double]]]
    }

    struct Suppression: Decodable {
        var boxes: [[Double]]
        var threshold: Double
        var smaller: Bool
        var kept: [Int]
    }

    struct Moves: Decodable {
        var boxes: [[Double]]
        var shifts: [[Double]]
        var regressed: [[Double]]
        var squared: [[Double]]
    }

    struct Pyramid: Decodable {
        var shorter: Int
        var smallest: Double
        var scales: [Double]
    }

    struct Network: Decodable {
        var network: String
        var size: [Int]
        var scores: [Double]
        var shifts: [[Double]]
        var points: [[Double]]
    }

    var resizing: [Resizing]
    var suppression: [Suppression]
    var moves: Moves
    var pyramids: [Pyramid]
    var networks: [Network]

    static func load() throws -> Goldens {
        try Fixture.json("detection.json", as: Goldens.self)
    }
}

extension RGBImage {
    /// The picture of make_detection.py.
    static func formula(height: Int, width: Int) -> RGBImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<3 {
                    pixels.append(UInt8((7 * y * y + 13 * x + 5 * x * y + 61 * c) % 256))
                }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}

extension FaceBox {
    init(_ numbers: [Double]) {
        self.init(left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3])
    }

    var numbers: [Double] { [left, top, right, bottom] }
}

/// A folder that goes when the test ends.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("FaceDetectionTests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// ONNX files of MTCNN's three networks with the weights of make_detection.py.
enum MadeUpMTCNN {
    private static let networks:
        [String: (convolutions: [(Int, Int)], products: [Int], heads: [Int])] = [
            "pnet": ([(10, 3), (16, 3), (32, 3)], [], [4, 2]),
            "rnet": ([(28, 3), (48, 3), (64, 2)], [128], [4, 2]),
            "onet": ([(32, 3), (64, 3), (64, 3), (128, 2)], [256], [4, 10, 2]),
        ]

    static func write(to folder: URL) throws {
        for name in networks.keys {
            try data(name).write(to: folder.appendingPathComponent("\(name).onnx"))
        }
    }

    static func data(_ name: String) throws -> Data {
        let network = try #require(networks[name])
        let graph = ONNXGraph(name: name, producer: ("test", "1"))
        graph.addInput("x", type: .float32, shape: [nil, nil, nil, 3])
        var (value, channels, number) = ("x", 3, 0)
        func weights(_ shape: [Int]) -> String {
            let count = shape.reduce(1, *)
            let fan = shape.count == 4 ? count / shape[0] : shape[0]
            let numbers = (0..<count).map {
                Float(
                    Double(($0 * 37 + number * 101) % 23 - 11) / 11 / Double(fan).squareRoot() * 1.5
                )
            }
            number += 1
            graph.addTensor("t\(number)", numbers, shape: shape)
            return "t\(number)"
        }
        func bias(_ outputs: Int) -> String {
            let numbers = (0..<outputs).map {
                Float(
                    Double(($0 * 37 + number * 101) % 23 - 11) / 11 / Double(outputs).squareRoot()
                        * 1.5)
            }
            number += 1
            graph.addTensor("t\(number)", numbers, shape: [outputs])
            return "t\(number)"
        }
        func add(_ outputs: Int, _ shape: [Int], hasSlopes: Bool) -> String {
            let tensor = weights(shape)
            let name = "layer\(number)"
            if shape.count == 4 {
                graph.addNode("Conv", [value, tensor, bias(outputs)], output: name)
            } else {
                graph.addNode("MatMul", [value, tensor], output: "\(name)product")
                graph.addNode("Add", ["\(name)product", bias(outputs)], output: name)
            }
            guard hasSlopes else { return name }
            graph.addNode("PRelu", [name, bias(outputs)], output: "\(name)active")
            return "\(name)active"
        }
        for (outputs, side) in network.convolutions {
            value = add(outputs, [outputs, channels, side, side], hasSlopes: true)
            channels = outputs
        }
        for outputs in network.products {
            value = add(outputs, [channels * 9, outputs], hasSlopes: true)
            channels = outputs
        }
        for outputs in network.heads {
            let shape =
                network.products.isEmpty ? [outputs, channels, 1, 1] : [channels, outputs]
            let head = add(outputs, shape, hasSlopes: false)
            graph.addOutput(head, type: .float32, shape: [nil, outputs])
        }
        return try graph.data(irVersion: 7, operatorVersion: 12)
    }
}

/// Real pictures and weights, which are not part of the package.
enum RealData {
    static var root: URL? {
        ProcessInfo.processInfo.environment["FACET_DATA"].map { URL(fileURLWithPath: $0) }
    }

    static var isComplete: Bool { root != nil && DetectorFiles.hasMTCNN }

    static let isAbsent: Comment =
        "FACET_DATA does not name a folder of real images, or FACET_DETECTORS none of detectors' weights"
}

/// Expects faces to be those of a golden, each a score, four numbers of a box and ten of points.
func expect(_ faces: [DetectedFace], are golden: [[Double]], _ path: String) throws {
    try #require(faces.count == golden.count, "\(path)")
    for (face, expected) in zip(faces, golden) {
        let points = try #require(face.points).points.flatMap { [$0.x, $0.y] }
        let distances = zip(face.box.numbers + points, expected.dropFirst()).map { abs($0 - $1) }
        #expect(abs(face.score - expected[0]) < 1e-3, "\(path)")
        #expect(distances.count == 14 && distances.max() ?? .infinity < 0.5)
    }
}
