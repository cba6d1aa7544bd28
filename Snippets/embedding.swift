//! A model, and the faces in two files compared.

// snippet.hide
import FaceData
import FaceDetection
import FaceEmbedding
import FaceEvaluation
import FaceModels
import FaceSynthesis
import Foundation
import Torch

let folder = FileManager.default.temporaryDirectory.appendingPathComponent("facet-\(UUID())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let model = folder.appendingPathComponent("model.safetensors")
let backbone = try BackboneCatalogue.make(
    BackboneSpecification(parsing: "mobilenetv1:width=0.25,embedding=16"),
    initial: InitialWeights(seed: 1))
try ModelFile.write(backbone, ModelFile.Metadata(), to: model)
let pictures = try (0..<3).map { index in
    let view = FaceView(seed: 1, identity: 42, image: index)
    let pixels = FaceRenderer().render(identity: FaceIdentity(seed: 1, index: 42), view: view)
    let picture = RGBImage(width: 112, height: 112, pixels: pixels)
    let url = folder.appendingPathComponent("\(index).jpg")
    try Data(ImageEncoder.jpeg(picture, quality: 95)).write(to: url)
    return url
}
let (first, second) = (pictures[0], pictures[1])
// snippet.show
let embedder = try FaceEmbedder(model: model)
let face = try embedder.embedding(of: first)
let similarity = try face.similarity(to: embedder.embedding(of: second))

let threshold = try embedder.calibration()?.threshold(atFAR: 1e-3)
print(similarity, threshold?.cosine ?? "the model file has no thresholds yet")

// Off this thread, and cancelled with its task.
let all = try await embedder.embeddings(of: pictures)
// snippet.hide
precondition(all.count == 3 && all[0].values.count == 16)
let again = try all[0].similarity(to: face)
precondition(abs(again - 1) < 1e-5)
precondition((-1...1).contains(similarity) && threshold == nil)
// What follows needs weights that not every machine has.
guard DetectorFiles.hasMTCNN else {
    try FileManager.default.removeItem(at: folder)
    exit(0)
}
// snippet.show
let aligner = FaceAligner(FaceSearch(try MTCNN()), embedder.template)
let photographs = embedder.cropping(by: .detecting(aligner))
// snippet.hide
precondition(photographs.template == embedder.template)
// snippet.show
