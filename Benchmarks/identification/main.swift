import FaceData
import FaceEmbedding
import FaceEvaluation
import Foundation
import Torch

// Facet's side of compare.py: searches probes.f32 in gallery.f32 of a folder, writes the first template
// of each probe to a file, and prints seconds and peak memory over the embeddings' own.
//
//     identification-benchmark search FOLDER THREADS DIMENSION float32|bfloat16
//     identification-benchmark pairs FOLDER THREADS DIMENSION

let words = CommandLine.arguments
let folder = URL(fileURLWithPath: words[2])
let dimension = Int(words[4]) ?? 512
LibTorch.setThreads(Int(words[3]) ?? 2)
LibTorch.keepMemory()

/// Numbers of a file, read where they stay.
func numbers<Number>(_ name: String, _ zero: Number) throws -> [Number] {
    let file = try FileHandle(forReadingFrom: folder.appendingPathComponent(name))
    let count = Int(try file.seekToEnd()) / MemoryLayout<Number>.stride
    try file.seek(toOffset: 0)
    return [Number](unsafeUninitializedCapacity: count) { output, filled in
        let bytes = UnsafeMutableRawBufferPointer(output)
        var done = 0
        while done < bytes.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...].prefix(1 << 24))
            let part = Foundation.read(file.fileDescriptor, rest.baseAddress, rest.count)
            guard part > 0 else { break }
            done += part
        }
        filled = done / MemoryLayout<Number>.stride
    }
}

func rows(_ name: String) throws -> EmbeddingTable {
    let values = try numbers(name, Float(0))
    return try EmbeddingTable(
        count: values.count / dimension, dimension: dimension, values: values)
}

/// Peak memory over what the embeddings take.
func memory(over tables: [EmbeddingTable]) throws -> Double {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let peak =
        status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }?
        .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0
    return peak * 1024 / Double(4 * tables.reduce(0) { $0 + $1.values.count })
}

func search() throws {
    let (gallery, probes) = (try rows("gallery.f32"), try rows("probes.f32"))
    let product = words[5] == "bfloat16" ? TemplateProduct.bfloat16 : TemplateProduct.torch
    let start = ContinuousClock.now
    let best = try GallerySearch.nearest(probes: probes, gallery: gallery, product: product)
    let seconds = start.duration(to: .now) / .seconds(1)
    let found = NumPyArray(shape: [best.count], values: best.map(Float.init))
    try found.data.write(to: folder.appendingPathComponent("\(words[5]).npy"))
    print("{\"seconds\": \(seconds), \"memory\": \(try memory(over: [gallery, probes]))}")
}

/// IJB's 1:1: the cosines of many pairs of templates, and TAR at six rates.
func pairs() throws {
    let templates = try rows("templates.f32")
    let (first, second) = (try numbers("first.i32", Int32(0)), try numbers("second.i32", Int32(0)))
    let same = try numbers("same.u8", UInt8(0))
    var list = TemplatePairs()
    for index in same.indices {
        list.append(Int(first[index]), Int(second[index]), same: same[index] == 1)
    }
    let start = ContinuousClock.now
    let scores = try TemplateScores(of: list, templates)
    let points = InsightFaceReading.points(
        of: scores, atFARs: TemplateVerification.defaultRates)
    let seconds = start.duration(to: .now) / .seconds(1)
    let tars = points?.map { "\($0.tar)" }.joined(separator: ", ") ?? ""
    print("{\"seconds\": \(seconds), \"tars\": [\(tars)]}")
}

switch words[1] {
case "pairs": try pairs()
default: try search()
}
