// Times training and embedding on images already in memory, so that only the arithmetic counts:
// Facet's side of compare.py, whose other side is pytorch_peer.py.
//
//     echo "train 5" | training-benchmark --model mobilenetv1 --precision bf16 --batch 128
//
// Each line of input asks for a number of steps, "train N" or "embed N" (image and mirror image), or
// for "profile" (the operations of training steps), and is answered by one JSON object. The first line printed says that all is ready.
import FaceModels
import Foundation
import Torch

/// What is timed.
struct Options {
    var model = "mobilenetv1"
    var precision = ElementType.bfloat16
    var format = MemoryFormat.channelsLast
    var batch = 128
    var classes = 500
    var kernels = Kernels.current
    var threads = ProcessInfo.processInfo.activeProcessorCount

    init(_ arguments: [String]) {
        var values: [String: String] = [:]
        for (name, value) in zip(arguments, arguments.dropFirst()) where name.hasPrefix("--") {
            values[name] = value
        }
        model = values["--model"] ?? model
        precision = values["--precision"] == "fp32" ? .float32 : precision
        format = values["--format"] == "contiguous" ? .contiguous : format
        batch = values["--batch"].flatMap(Int.init) ?? batch
        kernels = values["--kernels"] == "libtorch" ? .libTorch : kernels
        threads = values["--threads"].flatMap(Int.init) ?? threads
    }
}

/// One network with a softmax head, as compare.py's peer has it.
final class Subject {
    let options: Options
    let backbone: any Backbone
    let head: Linear
    let optimizer: SGD
    let images: Tensor
    let labels: Tensor

    init(_ options: Options) throws {
        self.options = options
        let specification = try BackboneSpecification(parsing: options.model)
        backbone = try BackboneCatalogue.make(
            specification, inputSize: 112, initial: InitialWeights(seed: 1))
        head = Linear(
            inputs: backbone.embeddingSize, outputs: options.classes,
            initial: InitialWeights(seed: 1, path: "head"))
        optimizer = SGD(
            (backbone.state + head.state.prefixed("head")).parameters, options: SGD.Options())
        let count = options.batch * 112 * 112 * 3
        let pixels = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }
        images = InputNormalization.standard.images(
            pixels: pixels, count: options.batch, height: 112, width: 112,
            format: options.format, device: .cpu)
        labels = Tensor((0..<options.batch).map { $0 % options.classes })
    }

    func train() {
        optimizer.clearGradients()
        let embeddings = withPrecision(options.precision, on: .cpu) {
            backbone(images, training: true)
        }
        head(embeddings, training: true).crossEntropy(labels: labels).backward()
        optimizer.step(learningRate: 0.01)
    }

    func embed() {
        let mirrored = images.flipped(3).contiguous(options.format)
        withoutGradients {
            withPrecision(options.precision, on: .cpu) {
                _ = backbone(images, training: false).array(of: Float.self)
                _ = backbone(mirrored, training: false).array(of: Float.self)
            }
        }
    }

    /// Milliseconds of a training step by operation, and outside of all.
    func profile(steps: Int = 3) -> [String: Any] {
        var seconds = 0.0
        let times = operationTimes {
            seconds =
                ContinuousClock().measure { for _ in 0..<steps { train() } } / .seconds(1)
        }
        let scale = 1000 / Double(steps)
        let rows = times.sorted { $0.value > $1.value }.map { [$0.key, $0.value * scale] as [Any] }
        return [
            "operations": rows,
            "outside": max(0, seconds - times.values.reduce(0, +)) / seconds,
        ]
    }

    /// Seconds that a request takes, or nothing when it is not one.
    func seconds(_ request: String) -> Double? {
        let words = request.split(separator: " ")
        guard words.count == 2, let steps = Int(words[1]) else { return nil }
        let step = words[0] == "train" ? train : embed
        return ContinuousClock().measure { for _ in 0..<steps { step() } } / .seconds(1)
    }
}

func answer(_ object: [String: Any]) throws {
    let json = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    FileHandle.standardOutput.write(json + Data("\n".utf8))
}

let options = Options(Array(CommandLine.arguments.dropFirst()))
LibTorch.setThreads(options.threads)
let subject = try Subject(options)
try answer([
    "ready": true, "libtorch": LibTorch.version, "threads": options.threads,
    "kernels": "\(options.kernels)",
])
try withKernels(upTo: options.kernels) {
    while let request = readLine() {
        if request == "profile" {
            try answer(subject.profile())
        } else if let seconds = subject.seconds(request) {
            try answer(["seconds": seconds])
        } else {
            break
        }
    }
}
