import FaceData
import FaceSynthesis
import Foundation

/// Rendered faces, on which an exported network is compared with the original.
struct BuiltInFaces: ImageSource {
    let location = URL(fileURLWithPath: "built-in faces")
    private let images: [[UInt8]]

    var count: Int { images.count }

    /// Renders faces, two of each person.
    init(count: Int, size: Int) throws {
        let set = try SyntheticSet(
            name: "export", identities: (count + 1) / 2, imagesPerIdentity: .fixed(2), size: 112)
        let plan = try SyntheticPlan(set)
        let renderer = FaceRenderer()
        images = try plan.folders.joined().prefix(count).map { image in
            let pixels = renderer.render(
                identity: plan.identity(of: image), view: plan.view(of: image), size: 112)
            return try ImageEncoder.jpeg(
                RGBImage(width: 112, height: 112, pixels: pixels), quality: 95)
        }
    }

    func name(of index: Int) -> String { "face \(index)" }

    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        buffer.fill(images[index].count) { $0.copyBytes(from: images[index]) }
    }
}
