// Times a head's steps (forward, backward, update of the class weights) and measures their memory,
// and prints one JSON object: Facet's side of compare.py, whose other side is pytorch_peer.py.
import FaceLosses
import Foundation
import Torch

/// What is measured.
struct Options {
    var classes = 85_742
    var batch = 128
    var size = 512
    var rate = 1.0
    var precision = ElementType.float32
    var warmUp = 2
    var steps = 5
    var loss = "insightface"
    var threads = AvailableThreads.count

    init(_ arguments: [String]) {
        var values: [String: String] = [:]
        for (name, value) in zip(arguments, arguments.dropFirst()) where name.hasPrefix("--") {
            values[name] = value
        }
        classes = values["--classes"].flatMap(Int.init) ?? classes
        batch = values["--batch"].flatMap(Int.init) ?? batch
        size = values["--size"].flatMap(Int.init) ?? size
        rate = values["--rate"].flatMap(Double.init) ?? rate
        precision = values["--precision"] == "bf16" ? .bfloat16 : precision
        warmUp = values["--warm-up"].flatMap(Int.init) ?? warmUp
        steps = values["--steps"].flatMap(Int.init) ?? steps
        loss = values["--loss"] ?? loss
        threads = values["--threads"].flatMap(Int.init) ?? threads
    }
}

/// A head that is trained on embeddings of noise.
final class Subject {
    private let loss: any FaceLoss
    private let optimizer: SGD
    private let embeddings: Tensor
    private let labels: Tensor
    private var step = 0

    init(_ options: Options, classes: Int) throws {
        loss = try LossCatalogue.make(
            LossSpecification(parsing: options.loss), classes: classes,
            embeddingSize: options.size, initial: InitialWeights(seed: 1, path: "head"),
            head: HeadOptions(rate: options.rate, precision: options.precision))
        optimizer = SGD(loss.state.parameters, options: SGD.Options())
        let embeddings = Tensor.zeros([options.batch, options.size])
        embeddings.fillNormal(deviation: 1, seed: 2)
        self.embeddings = embeddings.withGradient()
        labels = Tensor((0..<options.batch).map { $0 * 7919 % classes })
    }

    func takeStep() {
        optimizer.clearGradients()
        embeddings.gradient = nil
        let output = loss(
            embeddings: embeddings, labels: labels,
            progress: LossProgress(fraction: 0.5, step: step))
        output.loss.backward()
        optimizer.step(learningRate: 0.01)
        step += 1
    }
}

/// A field of /proc/self/status, in bytes.
func memory(_ field: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("\(field):") } ?? ""
    return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
}

/// Lets the high-water mark of memory begin anew.
func resetHighWaterMark() throws {
    try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
}

let options = Options(Array(CommandLine.arguments.dropFirst()))
LibTorch.keepMemory()
LibTorch.setThreads(options.threads)
var small: Subject? = try Subject(options, classes: 256)
small?.takeStep()
small = nil
let empty = try memory("VmRSS")
let subject = try Subject(options, classes: options.classes)
try resetHighWaterMark()
for _ in 0..<options.warmUp { subject.takeStep() }
let seconds = (0..<options.steps).map { _ in
    ContinuousClock().measure { subject.takeStep() } / .seconds(1)
}
let report: [String: Any] = [
    "framework": "facet", "libtorch": LibTorch.version, "classes": options.classes,
    "batch": options.batch, "rate": options.rate, "precision": options.precision.rawValue,
    "loss": options.loss, "threads": options.threads, "seconds": seconds,
    "bytes": try memory("VmHWM") - empty,
]
let json = try JSONSerialization.data(withJSONObject: report, options: [.sortedKeys])
print(String(decoding: json, as: UTF8.self))
