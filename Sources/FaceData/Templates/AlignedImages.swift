import Foundation
import SafeFiles

/// Images of a source that are aligned by the points of their faces when they are read.
///
/// An aligned face is encoded as a raw PPM, which is lossless, or as a JPEG.
struct AlignedImages: ImageSource {
    private let source: any ImageSource
    private let points: [FacePoints]
    private let alignment: FaceAlignment
    private let quality: Int?

    /// - Parameters:
    ///   - points: The points of each image.
    ///   - quality: Quality of the JPEGs that images are encoded as, 1...100; nil for raw PPM.
    init(
        _ source: any ImageSource, points: [FacePoints],
        _ alignment: FaceAlignment = FaceAlignment(), quality: Int? = nil
    ) {
        precondition(points.count == source.count, "points must be as many as images")
        self.source = source
        self.points = points
        self.alignment = alignment
        self.quality = quality
    }

    var location: URL { source.location }
    var count: Int { source.count }

    var making: String {
        let numbers = points.flatMap { $0.points.flatMap { ["\($0.x)", "\($0.y)"] } }
        return "\(source.making) aligned \(alignment) \(quality ?? 0) "
            + SHA256.hexDigest(of: Array(numbers.joined(separator: " ").utf8))
    }

    func name(of index: Int) -> String { source.name(of: index) }
    func path(of index: Int) -> String { source.path(of: index) }
    func stamp(of index: Int) -> FileStamp { source.stamp(of: index) }

    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        try source.read(index, into: buffer)
        let picture = try ImageDecoder().decode(buffer.array, path: path(of: index))
        guard let face = alignment.align(picture, points[index]) else {
            throw .badImage(path: path(of: index), reason: "its five landmarks are one point")
        }
        guard let quality else { return buffer.fill(with: face) }
        let bytes = try ImageEncoder.jpeg(face, quality: quality)
        buffer.fill(bytes.count) { $0.copyBytes(from: bytes) }
    }
}
