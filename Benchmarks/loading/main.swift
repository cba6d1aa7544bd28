// Facet's side of compare.py: loads the images of a set again and again and prints images a second
// and the most memory the process had, as one JSON object. Or opens a pack and tells how long it
// took.
import FaceData
import FaceModels
import Foundation
import Torch
import TurboJPEG

/// Loads batches for some seconds; images a second.
func measure(seconds: Double, _ pass: () throws -> Int) rethrows -> Double {
    let clock = ContinuousClock()
    // The first pass fills the system's cache.
    _ = try pass()
    let start = clock.now
    var images = 0
    repeat { images += try pass() } while start.duration(to: clock.now) < .seconds(seconds)
    return Double(images) / (start.duration(to: clock.now) / .seconds(1))
}

/// Encoded images in memory.
struct Encoded: Sendable {
    let images: [[UInt8]]

    init(_ source: any ImageSource) throws {
        images = try (0..<source.count).map { try source.bytes(of: $0) }
    }

    /// Decompresses all images with TurboJPEG alone: nothing read, nothing checked, one handle a
    /// thread, always to the same memory.
    func decompress(threads: Int) -> Int {
        let images = images
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            guard let handle = tjInitDecompress() else { return }
            defer { tjDestroy(handle) }
            var pixels = [UInt8](repeating: 0, count: 112 * 112 * 3)
            for index in stride(from: thread, to: images.count, by: threads) {
                let image = images[index]
                let done = tjDecompress2(
                    handle, image, UInt(image.count), &pixels, 112, 0, 112,
                    Int32(TJPF_RGB.rawValue),
                    0)
                precondition(done == 0, "image \(index) does not decode")
            }
        }
        return images.count
    }
}

/// A pass over a set as training makes it: shuffled, mirrored by half, changed if asked, normalised,
/// channels-last.
func load(
    _ set: LabelledImageSet, threads: Int, batch: Int, changes: Augmentation? = nil
) throws -> Int {
    let sampler = ShuffleSampler(imageCount: set.count, batchSize: batch, seed: 1)
    let batches = sampler.batches(epoch: 1)
    let rule = MirrorRule(seed: 1, epoch: 1)
    let loader = BatchLoader(set.source, count: batches.count, side: 112, threads: threads) {
        index in
        BatchLoader.Request(
            indices: batches[index], labels: batches[index].map { set.labels[$0] },
            mirrored: rule.decisions(step: index, count: batches[index].count),
            augmentation: changes.map { AugmentationRule($0, seed: 1, epoch: 1, step: index) })
    }
    var images = 0
    while let batch = try loader.next() {
        let tensor = InputNormalization.standard.images(
            pixels: batch.pixels, count: batch.count, height: 112, width: 112,
            format: .channelsLast, device: .cpu)
        images += tensor.shape[0]
    }
    return images
}

/// Processor time of this process, in seconds.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Images a second, and the processor time of one in seconds.
func measureBoth(
    seconds: Double, _ pass: () throws -> Int
) rethrows -> (rate: Double, each: Double) {
    var images = 0
    let start = processorTime()
    let rate = try measure(seconds: seconds) {
        let count = try pass()
        images += count
        return count
    }
    return (rate, (processorTime() - start) / Double(images))
}

/// Images a second without changes and with them, in turns, and the part of the rate that they cost: the
/// median of the turns, the least and the most. And the median of the part that they add to the processor's time,
/// which depends less on what else the machine does.
func measureChanges(
    _ set: LabelledImageSet, threads: Int, seconds: Double, _ changes: Augmentation
) throws -> [String: Double] {
    var turns: [(plain: (rate: Double, each: Double), changed: (rate: Double, each: Double))] = []
    for _ in 0..<7 {
        turns.append(
            (
                try measureBoth(seconds: seconds) { try load(set, threads: threads, batch: 128) },
                try measureBoth(seconds: seconds) {
                    try load(set, threads: threads, batch: 128, changes: changes)
                }
            ))
    }
    let costs = turns.map { 1 - $0.changed.rate / $0.plain.rate }.sorted()
    let times = turns.map { $0.changed.each / $0.plain.each - 1 }.sorted()
    return [
        "rate": turns.map(\.plain.rate).sorted()[3],
        "changed_rate": turns.map(\.changed.rate).sorted()[3],
        "cost": costs[3], "least_cost": costs[0], "most_cost": costs[6],
        "processor_time": times[3], "least_processor_time": times[0],
        "most_processor_time": times[6],
    ]
}

/// The most memory this process has had, in bytes.
func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return 1024 * (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0)
}

/// The list of changes that is the fifth word, joined by `+`.
func changes(_ words: [String], _ standard: String) throws -> Augmentation {
    let list = words.count > 4 ? words[4] : standard
    return try Augmentation(parsing: list.split(separator: "+").map(String.init))
}

func run(_ words: [String]) throws -> [String: Double] {
    let threads = words.count > 2 ? Int(words[2]) ?? 1 : 1
    let seconds = words.count > 3 ? Double(words[3]) ?? 3 : 3
    LibTorch.keepMemory()
    LibTorch.setThreads(1)
    switch words[0] {
    case "open":
        let clock = ContinuousClock()
        var images = 0
        let time = try clock.measure {
            images = try RecordPack(URL(fileURLWithPath: words[1])).count
        }
        return ["seconds": time / .seconds(1), "images": Double(images)]
    case "augment":
        return try measureChanges(
            try LabelledImageSet.open(words[1]), threads: threads, seconds: seconds,
            try changes(words, "adaface"))
    case "turbojpeg":
        let encoded = try Encoded(try LabelledImageSet.open(words[1]).source)
        return ["rate": measure(seconds: seconds) { encoded.decompress(threads: threads) }]
    default:
        let set = try LabelledImageSet.open(words[1])
        let changes = try changes(words, "")
        let speed = try measureBoth(seconds: seconds) {
            try load(set, threads: threads, batch: 128, changes: changes)
        }
        return ["rate": speed.rate, "processor_time_of_image": speed.each]
    }
}

let words = Array(CommandLine.arguments.dropFirst())
guard words.count >= 2, ["open", "turbojpeg", "load", "augment"].contains(words[0]) else {
    print(
        "usage: loading-benchmark open PACK | turbojpeg SET THREADS SECONDS | load SET THREADS SECONDS [LIST] | "
            + "augment SET THREADS SECONDS LIST"
    )
    exit(2)
}
do {
    var result = try run(words)
    result["peak_bytes"] = Double(peakMemory())
    print(
        String(
            decoding: try JSONSerialization.data(withJSONObject: result, options: .sortedKeys),
            as: UTF8.self))
} catch {
    print("\(error)")
    exit(1)
}
