// Facet's side of compare.py: how long one image takes, as one JSON object of milliseconds.
//
//     latency-benchmark MODEL PICTURE [THREADS [SECONDS]]
//
// `network` is one aligned crop through the network, with its pixels in memory; `embedding` is the same with the
// mirror image, as it is compared; `file` begins with the JPEG's file.
import FaceData
import FaceEmbedding
import FaceModels
import Foundation
import Torch

/// A picture in memory, which is not decoded again by much.
struct OnePicture: ImageSource {
    let image: RGBImage
    var location: URL { URL(fileURLWithPath: "/") }
    var count: Int { 1 }

    func name(of index: Int) -> String { "picture" }

    func read(_ index: Int, into buffer: ReadBuffer) { buffer.fill(with: image) }
}

/// The median and the 99th percentile of what a body takes, in milliseconds, after some calls that do not count.
func latency(seconds: Double, _ body: () throws -> Void) rethrows -> [String: Double] {
    let clock = ContinuousClock()
    for _ in 0..<20 { try body() }
    var times: [Double] = []
    let start = clock.now
    repeat {
        times.append(try clock.measure(body) / .milliseconds(1))
    } while start.duration(to: clock.now) < .seconds(seconds)
    times.sort()
    return [
        "p50": times[times.count / 2], "p99": times[times.count * 99 / 100],
        "calls": Double(times.count),
    ]
}

func run(_ words: [String]) throws -> [String: [String: Double]] {
    let threads = words.count > 2 ? Int(words[2]) ?? 2 : 2
    let seconds = words.count > 3 ? Double(words[3]) ?? 5 : 5
    let (model, file) = (URL(fileURLWithPath: words[0]), URL(fileURLWithPath: words[1]))
    let options = EmbeddingOptions(
        compute: ComputeConfiguration(
            device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: threads),
        batchSize: 1)
    let embedder = try FaceEmbedder(model: model, options: options)
    let crop = try embedder.crop(file)
    guard case .network(let network) = try EmbeddingSource.open(model, options) else { return [:] }
    let picture = OnePicture(image: ImageFitting.fit(crop, side: network.inputSize))
    return [
        "network": try latency(seconds: seconds) {
            _ = try network.embedder.together(picture, size: network.inputSize)
        },
        "embedding": try latency(seconds: seconds) { _ = try embedder.embedding(of: crop) },
        "file": try latency(seconds: seconds) { _ = try embedder.embedding(of: file) },
    ]
}

let words = Array(CommandLine.arguments.dropFirst())
guard words.count >= 2 else {
    print("latency-benchmark MODEL PICTURE [THREADS [SECONDS]]")
    exit(2)
}
do {
    let data = try JSONSerialization.data(withJSONObject: try run(words), options: .sortedKeys)
    print(String(decoding: data, as: UTF8.self))
} catch {
    print("\(error)")
    exit(1)
}
