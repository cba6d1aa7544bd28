public import FaceData
public import Foundation

/// A comparison of two faces: their similarity, and warnings about the pictures.
public struct FaceComparison: Sendable {
    /// One of the two.
    public struct Side: Sendable {
        /// Path of the image file.
        public let path: String
        /// The crop that was embedded.
        public let crop: RGBImage
        /// Sharpness, size, likeness to an aligned face, and for a photograph the face's pose.
        public let quality: FaceQuality
        /// L2 norm of the embedding before it was normalised.
        public let norm: Double
        /// Warnings about the picture, each the end of a sentence.
        public let warnings: [String]
    }

    /// The first file.
    public let first: Side
    /// The second file.
    public let second: Side
    /// Cosine of their embeddings.
    public let similarity: Double
}

extension FaceEmbedder {
    /// The quality of a crop: sharpness, size, likeness to the network's training faces, and the face's
    /// pose.
    public func quality(of face: CroppedFace) -> FaceQuality {
        FaceQuality(face.image, meanFace: meanFace, view: face.view)
    }

    /// Compares the faces in two files.
    ///
    /// - Throws: The error of an image, or of the network.
    public func comparison(of first: URL, with second: URL) throws -> FaceComparison {
        let urls = [first, second]
        let faces = try urls.map { try face(of: $0) }
        let vectors = try embeddings(of: faces.map(\.image), names: urls.map(\.path))
        let sides = urls.indices.map { index in
            let quality = quality(of: faces[index])
            return FaceComparison.Side(
                path: urls[index].path, crop: faces[index].image, quality: quality,
                norm: vectors[index].norm, warnings: quality.warnings(inputSize: inputSize))
        }
        return FaceComparison(
            first: sides[0], second: sides[1],
            similarity: try vectors[0].similarity(to: vectors[1]))
    }
}
