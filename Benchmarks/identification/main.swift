import FaceData
import FaceEmbedding
import FaceEvaluation
import Foundation
import Torch

// Facet's side of compare.py: searches probes.npy in gallery.npy of a folder, writes the first template
// of each probe to mine.npy, and prints seconds and peak memory over the embeddings' own.

let folder = URL(fileURLWithPath: CommandLine.arguments[1])
LibTorch.setThreads(Int(CommandLine.arguments[2]) ?? 2)

func rows(_ name: String) throws -> EmbeddingTable {
    let array = try NumPyArray.read(folder.appendingPathComponent(name))
    return try EmbeddingTable(
        count: array.shape[0], dimension: array.shape[1], values: array.values)
}

let gallery = try rows("gallery.npy")
let probes = try rows("probes.npy")
let start = ContinuousClock.now
let best = try GallerySearch.nearest(
    probes: probes, gallery: gallery, product: TemplateProduct.torch)
let seconds = start.duration(to: .now) / .seconds(1)
let size = 4 * (gallery.values.count + probes.values.count)
let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
let peak =
    status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }?
    .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0
let found = NumPyArray(shape: [best.count], values: best.map(Float.init))
try found.data.write(to: folder.appendingPathComponent("mine.npy"))
print("{\"seconds\": \(seconds), \"memory\": \(peak * 1024 / Double(size))}")
