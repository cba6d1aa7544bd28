// Times training and embedding on images already in memory, so that only the arithmetic counts:
// Facet's side of compare.py and compare_gpu.py, whose other sides are pytorch_peer.py and gpu_peer.py.
//
//     echo "train 5" | training-benchmark --model mobilenetv1 --precision bf16 --batch 128
//
// Each line of input asks for a number of steps, "train N" or "embed N" (image and mirror image), or
// for "profile" (the operations of training steps), and is answered by one JSON object. The first
// line printed says that all is ready. --device, --loss, --classes and --sample-rate choose where,
// and with which head; "--normalized kept" keeps what is otherwise made again backward.
import CWaiting
import FaceLosses
import FaceModels
import FaceTraining
import Foundation
import Torch

/// What is timed.
struct Options {
    var model = "mobilenetv1"
    var precision = ElementType.bfloat16
    var format = MemoryFormat.channelsLast
    var batch = 128
    var device = Device.cpu
    var loss = "softmax"
    var classes = 500
    var rate = 1.0
    var kernels = Kernels.current
    var keepsNormalized = false
    var threads = AvailableThreads.count

    init(_ arguments: [String]) throws {
        var values: [String: String] = [:]
        for (name, value) in zip(arguments, arguments.dropFirst()) where name.hasPrefix("--") {
            values[name] = value
        }
        model = values["--model"] ?? model
        precision = values["--precision"] == "fp32" ? .float32 : precision
        format = values["--format"] == "contiguous" ? .contiguous : format
        batch = values["--batch"].flatMap(Int.init) ?? batch
        device = try Device.named(values["--device"] ?? "cpu")
        loss = values["--loss"] ?? loss
        classes = values["--classes"].flatMap(Int.init) ?? classes
        rate = values["--sample-rate"].flatMap(Double.init) ?? rate
        kernels = values["--kernels"] == "libtorch" ? .libTorch : kernels
        keepsNormalized = values["--normalized"] == "kept"
        threads = values["--threads"].flatMap(Int.init) ?? threads
    }
}

/// One network with a loss, as compare.py's peers have it.
final class Subject {
    let options: Options
    let model: Model
    let optimizer: SGD
    let images: Tensor
    let labels: Tensor
    /// Takes the steps on a GPU; on the processor only the arithmetic is timed.
    let step: TrainingStep?
    /// Different steps of Partial FC draw different classes.
    var steps = 0

    init(_ options: Options) throws {
        self.options = options
        let device = options.device
        let backbone = try BackboneCatalogue.make(
            try BackboneSpecification(parsing: options.model), inputSize: 112,
            initial: InitialWeights(seed: 1, device: device))
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: options.loss), classes: options.classes,
            embeddingSize: backbone.embeddingSize,
            initial: InitialWeights(seed: 1, path: "head", device: device),
            head: HeadOptions(rate: options.rate, precision: options.precision))
        model = Model(backbone: backbone, loss: loss)
        optimizer = SGD(model.state.parameters, options: SGD.Options())
        let count = options.batch * 112 * 112 * 3
        let pixels = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }
        images = InputNormalization.standard.images(
            pixels: pixels, count: options.batch, height: 112, width: 112,
            format: options.format, device: device)
        labels = Tensor(
            (0..<options.batch).map { $0 * 7919 % options.classes }, device: device)
        step =
            device == .cpu
            ? nil
            : TrainingStep(
                model: model, optimizer: optimizer, precision: options.precision, device: device)
    }

    func train() {
        if options.keepsNormalized {
            withNormalizedKept(takeStep)
        } else {
            takeStep()
        }
    }

    private func takeStep() {
        if let step {
            steps += 1
            // As a trainer does it.
            let launched = LibTorch.withSpreadThreads {
                step.launch(
                    images: images, labels: labels, learningRate: 0.01, gradientClip: 0
                ) { [steps] in LossProgress(fraction: 0.5, step: steps, microBatch: $0) }
            }
            _ = launched.read()
            return
        }
        optimizer.clearGradients()
        let embeddings = withPrecision(options.precision, on: options.device) {
            model.backbone(images, training: true)
        }
        model.loss(
            embeddings: embeddings, labels: labels, progress: LossProgress(fraction: 0.5, step: 0)
        ).loss.backward()
        optimizer.step(learningRate: 0.01)
    }

    func embed() {
        let mirrored = images.flipped(3).contiguous(options.format)
        withoutGradients {
            withPrecision(options.precision, on: options.device) {
                _ = model.backbone(images, training: false).array(of: Float.self)
                _ = model.backbone(mirrored, training: false).array(of: Float.self)
            }
        }
    }

    /// Milliseconds of a training step by operation, and outside of all.
    func profile(steps: Int = 3) -> [String: Any] {
        var seconds = 0.0
        let measure = options.device == .cpu ? operationTimes(of:) : kernelTimes(of:)
        let times = measure {
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

let options = try Options(Array(CommandLine.arguments.dropFirst()))
LibTorch.keepMemory()
// Called on a thread of its own: a closure of the main actor would stop the process.
waiting_watch { @Sendable isShared in LibTorch.spreadThreads(isShared) }
LibTorch.setThreads(options.threads)
// As a run does it.
LibTorch.setDeterministic(true)
let subject = try Subject(options)
try answer([
    "ready": true, "libtorch": LibTorch.version, "threads": options.threads,
    "kernels": "\(options.kernels)",
    "gpu": options.device == .cpu ? "" : LibTorch.gpuKernelsFailure ?? "own kernels",
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
