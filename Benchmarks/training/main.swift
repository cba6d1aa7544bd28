// Times training and embedding on images already in memory, so that only the arithmetic counts, and
// prints one JSON object: Facet's side of compare.py, whose other side is pytorch_peer.py.
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
    var warmUp = 3
    var repeats = 5
    var steps = 5
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
        repeats = values["--repeats"].flatMap(Int.init) ?? repeats
        steps = values["--steps"].flatMap(Int.init) ?? steps
        warmUp = values["--warm-up"].flatMap(Int.init) ?? warmUp
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
        withoutGradients {
            withPrecision(options.precision, on: .cpu) {
                _ = backbone(images, training: false).array(of: Float.self)
            }
        }
    }

    /// Images a second in each of the repeats.
    func rates(_ step: () -> Void) -> [Double] {
        for _ in 0..<options.warmUp { step() }
        return (0..<options.repeats).map { _ in
            let seconds = ContinuousClock().measure {
                for _ in 0..<options.steps { step() }
            }
            return Double(options.batch * options.steps) / (seconds / .seconds(1))
        }
    }
}

let options = Options(Array(CommandLine.arguments.dropFirst()))
LibTorch.setThreads(options.threads)
let subject = try Subject(options)
let report: [String: Any] = [
    "framework": "facet", "libtorch": LibTorch.version, "model": options.model,
    "precision": options.precision.rawValue, "format": options.format.rawValue,
    "batch": options.batch, "threads": options.threads,
    "train": subject.rates(subject.train), "embed": subject.rates(subject.embed),
]
let json = try JSONSerialization.data(withJSONObject: report, options: [.sortedKeys])
print(String(decoding: json, as: UTF8.self))
