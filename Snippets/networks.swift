//! A backbone by its specification: its layers, embeddings of a batch, and its file.

// snippet.hide
import FaceModels
import Foundation
import Torch

let pixels = [UInt8](repeating: 127, count: 2 * 112 * 112 * 3)
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("facet-\(UUID())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let url = folder.appendingPathComponent("model.safetensors")
// snippet.show
let specification = try BackboneSpecification(parsing: "resnet50:stride=3x3,width=0.25")
let backbone = try BackboneCatalogue.make(specification, initial: InitialWeights(seed: 1))
print(backbone.layerTable(inputSize: 112))

let images = InputNormalization.standard.images(
    pixels: pixels, count: 2, height: 112, width: 112, format: .channelsLast, device: .cpu)
let embeddings = backbone(images, training: false)  // [2, 512]

try ModelFile.write(backbone, ModelFile.Metadata(loss: "arcface"), to: url)
let (same, metadata) = try ModelFile.read(url)
// snippet.hide
precondition(embeddings.shape == [2, 512])
precondition(same.embeddingSize == 512 && metadata.loss == "arcface")
