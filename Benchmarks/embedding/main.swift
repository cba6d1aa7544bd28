// Times embedding of images that are already in memory, image and mirror image, and exports the network that it
// does it with: Facet's side of compare.py, whose other sides are onnx_peer.py.
//
//     echo "embed 5" | embedding-benchmark --model mobilenetv1 --precision bf16 --batch 64 --export m.onnx
//
// Each line of input is answered by one JSON object: "embed N" does it N times, "write FILE" writes the embeddings
// as .npy. The first line printed says that all is ready.
import CWaiting
import FaceEvaluation
import FaceModels
import Foundation
import ModelExport
import Torch

/// One network with its images.
struct Subject {
    static let side = 112

    let backbone: any Backbone
    let images: Tensor
    let mirrored: Tensor
    let precision: ElementType

    init(_ values: [String: String]) throws {
        let batch = values["--batch"].flatMap(Int.init) ?? 64
        precision = values["--precision"] == "fp32" ? .float32 : .bfloat16
        backbone = try BackboneCatalogue.make(
            try BackboneSpecification(parsing: values["--model"] ?? "mobilenetv1"),
            inputSize: Self.side, initial: InitialWeights(seed: 1))
        // The peers make the same.
        let count = batch * Self.side * Self.side * 3
        let pixels = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }
        images = InputNormalization.standard.images(
            pixels: pixels, count: batch, height: Self.side, width: Self.side,
            format: .channelsLast, device: .cpu)
        mirrored = images.flipped(3).contiguous(.channelsLast)
        if let path = values["--export"] {
            try ExportedNetwork(backbone, ModelFile.Metadata(inputSize: Self.side))
                .onnx(ONNXOptions(), version: "benchmark").write(to: URL(fileURLWithPath: path))
        }
    }

    /// Embeddings of the images and of their mirror images.
    func embed() -> [[Float]] {
        withoutGradients {
            withPrecision(precision, on: .cpu) {
                [images, mirrored].map {
                    backbone($0, training: false).array(of: Float.self)
                }
            }
        }
    }

    func answer(_ request: String) throws -> [String: Any]? {
        let words = request.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return nil }
        if words[0] == "write" {
            let views = embed()
            let shape = [views.count, images.shape[0], backbone.embeddingSize]
            try NumPyArray(shape: shape, values: views.flatMap(\.self)).data
                .write(to: URL(fileURLWithPath: String(words[1])))
            return ["written": true]
        }
        guard words[0] == "embed", let count = Int(words[1]) else { return nil }
        let time = ContinuousClock().measure { for _ in 0..<count { _ = embed() } }
        return ["seconds": time / .seconds(1)]
    }
}

func send(_ object: [String: Any]) throws {
    let json = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    FileHandle.standardOutput.write(json + Data("\n".utf8))
}

var values: [String: String] = [:]
for (name, value) in zip(CommandLine.arguments, CommandLine.arguments.dropFirst()) {
    values[name] = value
}
LibTorch.keepMemory()
// Called on a thread of its own: a closure of the main actor would stop the process.
waiting_watch { @Sendable isShared in LibTorch.spreadThreads(isShared) }
let threads = values["--threads"].flatMap(Int.init) ?? AvailableThreads.count
LibTorch.setThreads(threads)
let subject = try Subject(values)
try send(["ready": true, "version": "LibTorch \(LibTorch.version)", "threads": threads])
try withKernels(upTo: .current) {
    while let request = readLine(), let reply = try subject.answer(request) { try send(reply) }
}
