import FaceData
import FaceEmbedding
import FaceGallery
import FaceModels
import FaceSynthesis
import Foundation
import Torch

let folder = FileManager.default.temporaryDirectory.appendingPathComponent("who-is-it-\(UUID())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }

// A model that is not trained stands for yours: it tells pictures apart, but not people.
let model = folder.appendingPathComponent("model.safetensors")
let backbone = try BackboneCatalogue.make(
    BackboneSpecification(parsing: "iresnet18:width=0.125,embedding=32"),
    initial: InitialWeights(seed: 1))
try ModelFile.write(backbone, ModelFile.Metadata(), to: model)

/// Writes rendered pictures of a person, aligned as networks take them.
func photographs(of person: Int, count: Int) throws -> [URL] {
    try (0..<count).map { image in
        let pixels = FaceRenderer().render(
            identity: FaceIdentity(seed: 7, index: person),
            view: FaceView(seed: 7, identity: person, image: image))
        let url = folder.appendingPathComponent("\(person)-\(image).jpg")
        let picture = RGBImage(width: 112, height: 112, pixels: pixels)
        try Data(ImageEncoder.jpeg(picture, quality: 95)).write(to: url)
        return url
    }
}

let embedder = try FaceEmbedder(model: model)
let file = folder.appendingPathComponent("people.gallery")
let identity = GalleryModel(identity: try embedder.identity(), path: model.path)
try FaceGallery.create(file, model: identity)
let gallery = try FaceGallery(file)
for (name, person) in [("anna", 1), ("ben", 2), ("cleo", 3)] {
    let pictures = try photographs(of: person, count: 3)
    let faces = try await embedder.embeddings(of: pictures)
    let added = try gallery.enrol(
        zip(pictures, faces).map { picture, face in
            EnrolledFace(
                image: try PictureFiles.hash(picture), name: picture.lastPathComponent,
                embedding: face.values, norm: face.norm)
        }, as: name)
    print("\(name): \(added) pictures enrolled")
}

let probe = try embedder.embedding(of: photographs(of: 2, count: 1)[0])
let candidates = try gallery.candidates(for: [probe.values], top: 2)[0]
for candidate in candidates {
    print(String(format: "%@ %.3f", candidate.person, candidate.similarity))
}
guard candidates.first?.person == "ben", try gallery.remove("ben") == 3 else {
    fatalError("the picture is one that was enrolled as Ben's")
}
