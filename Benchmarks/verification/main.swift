// Facet's side of compare.py: times verification on embeddings, or embedding with decoding, and prints
// one JSON object.
//
//   verification-benchmark pairs EMBEDDINGS.npy SAME.npy REPEATS
//   verification-benchmark images FOLDER MODEL BATCH REPEATS
import FaceData
import FaceEvaluation
import FaceModels
import FaceStudy
import FaceTraining
import Foundation
import Torch

func seconds(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(body) / .seconds(1)
}

/// Processor time of the whole process.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func write(_ report: [String: Any]) throws {
    let json = try JSONSerialization.data(withJSONObject: report, options: [.sortedKeys])
    print(String(decoding: json, as: UTF8.self))
}

/// From the embeddings of images and mirror images to accuracy and TAR, as insightface's `test` goes:
/// sum, normalise, distances, ten folds. Rows 2i and 2i + 1 are pair i.
func pairs(_ arguments: [String]) throws {
    let array = try NumPyArray.read(URL(fileURLWithPath: arguments[0]))
    let same = try NumPyArray.read(URL(fileURLWithPath: arguments[1])).values.map { $0 > 0 }
    let (count, dimension) = (array.shape[1], array.shape[2])
    let size = count * dimension
    let views = try EmbeddingViews(
        original: EmbeddingTable(
            count: count, dimension: dimension, values: Array(array.values[..<size])),
        mirrored: EmbeddingTable(
            count: count, dimension: dimension, values: Array(array.values[size...])))
    let pairs = same.indices.map {
        VerificationPair(first: 2 * $0, second: 2 * $0 + 1, same: same[$0], fold: 0)
    }
    var result: InsightFaceResult?
    let times = try (0..<(Int(arguments[2]) ?? 5)).map { _ in
        try seconds {
            let scores = try views.normalizedSum().scores(of: pairs)
            result = try InsightFaceProtocol().evaluate(scores)
        }
    }
    var comparison: ProtocolComparison?
    let all = try seconds { comparison = try ProtocolComparison(views, pairs: pairs) }
    try write([
        "seconds": times, "accuracy": result?.accuracy ?? 0,
        "deviation": result?.standardDeviation ?? 0, "tar": result?.tar ?? 0,
        "far": result?.far ?? 0, "all_protocols_seconds": all,
        "protocols": comparison?.results.count ?? 0,
    ])
}

/// The network alone on images in memory, decoding alone, and both together.
func images(_ arguments: [String]) throws {
    let folder = URL(fileURLWithPath: arguments[0])
    let batch = Int(arguments[2]) ?? 128
    let threads = AvailableThreads.count
    LibTorch.setThreads(threads)
    let source = try LabelledImageSet.folder(folder).source
    let backbone = try BackboneCatalogue.make(
        BackboneSpecification(parsing: arguments[1]), inputSize: 112,
        initial: InitialWeights(seed: 1))
    let precision: ElementType = LibTorch.hasBFloat16Instructions ? .bfloat16 : .float32
    let compute = ComputeConfiguration(
        device: .cpu, precision: precision, memoryFormat: .channelsLast, threads: threads)
    let embedder = try Embedder(backbone: backbone, compute: compute, batchSize: batch)
    let network = Network(backbone: backbone, compute: compute, batch: batch, count: source.count)
    _ = try embedder.embeddings(of: source, size: 112)
    network.run()
    var (alone, decoding, together) = ([Double](), [Double](), [Double]())
    for round in 0..<(Int(arguments[3]) ?? 3) {
        // Alternately first, so that neither is always the one that follows the other.
        if round % 2 == 0 { alone.append(seconds(network.run)) }
        together.append(try seconds { _ = try embedder.embeddings(of: source, size: 112) })
        if round % 2 == 1 { alone.append(seconds(network.run)) }
        let before = processorSeconds()
        try decode(source, batch: batch)
        decoding.append(processorSeconds() - before)
    }
    try write([
        "images": source.count, "batch": batch, "threads": threads, "model": arguments[1],
        "precision": precision.rawValue, "network_seconds": alone,
        "decoding_processor_seconds": decoding, "together_seconds": together,
        "libtorch": LibTorch.version,
    ])
}

/// The network on both views of one batch in memory, as often as there are batches.
struct Network {
    let backbone: any Backbone
    let compute: ComputeConfiguration
    let batch: Int
    let count: Int

    func run() {
        let pixels = (0..<batch * 112 * 112 * 3).map {
            UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11)
        }
        for start in stride(from: 0, to: count, by: batch) {
            let size = min(batch, count - start)
            let images = InputNormalization.standard.images(
                pixels: Array(pixels.prefix(size * 112 * 112 * 3)), count: size, height: 112,
                width: 112, format: compute.memoryFormat, device: .cpu)
            embed(images)
            embed(images.flipped(3).contiguous(compute.memoryFormat))
        }
    }

    private func embed(_ images: Tensor) {
        withoutGradients {
            withPrecision(compute.precision, on: .cpu) {
                _ = backbone(images, training: false).array(of: Float.self)
            }
        }
    }
}

func decode(_ source: any ImageSource, batch: Int) throws {
    let total = source.count
    let loader = BatchLoader(source, count: (total + batch - 1) / batch, side: 112) { place in
        BatchLoader.Request(places: Array(place * batch..<min((place + 1) * batch, total)))
    }
    while try loader.next() != nil {}
}

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "pairs", arguments.count == 4 {
    try pairs(Array(arguments.dropFirst()))
} else if arguments.first == "images", arguments.count == 5 {
    try images(Array(arguments.dropFirst()))
} else {
    FileHandle.standardError.write(
        Data(
            "usage: verification-benchmark pairs E.npy S.npy N | images FOLDER MODEL BATCH N\n".utf8
        ))
    exit(2)
}
