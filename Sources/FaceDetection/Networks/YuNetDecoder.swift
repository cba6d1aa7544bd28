import FaceData
import Foundation

/// Decodes YuNet's outputs (Wu et al. 2023, https://doi.org/10.1007/s11633-023-1423-y), as OpenCV's
/// `FaceDetectorYN` does: for positions 8, 16 and 32 pixels apart, the probabilities of a face and of an
/// object, the box, and the five points.
struct YuNetDecoder {
    /// Faces with lower scores are dropped.
    var minScore = 0.9
    /// Intersection over union of two boxes above which they belong to the same face.
    var maxOverlap = 0.3

    /// The outputs of one resolution.
    struct Level {
        /// Pixels from one position to the next.
        let step: Int
        /// Probabilities of a face: `[positions]`.
        let classes: [Float]
        /// Probabilities of an object: `[positions]`.
        let objects: [Float]
        /// Column and row of the centre relative to the position, logarithms of width and height, in
        /// steps: `[positions][4]`.
        let boxes: [Float]
        /// Columns and rows relative to the position, in steps: `[positions][10]`.
        let points: [Float]
    }

    /// The faces in an input of the given width, in pixels.
    func faces(_ levels: [Level], width: Int) -> [DetectedFace] {
        let all = levels.flatMap { faces($0, width: width) }
        return NonMaximumSuppression(maxRatio: maxOverlap)
            .kept(all.map(\.box), scores: all.map(\.score)).map { all[$0] }
    }

    private func faces(_ level: Level, width: Int) -> [DetectedFace] {
        let (count, columns) = (level.classes.count, width / level.step)
        guard columns > 0, level.objects.count == count, level.boxes.count == 4 * count,
            level.points.count == 10 * count
        else { return [] }
        let step = Double(level.step)
        return (0..<count).compactMap { position in
            func part(_ number: Float) -> Double { min(max(Double(number), 0), 1) }
            let score = (part(level.classes[position]) * part(level.objects[position])).squareRoot()
            guard score >= minScore else { return nil }
            let (column, row) = (Double(position % columns), Double(position / columns))
            let box = level.boxes[4 * position..<4 * position + 4].map { Double($0) }
            let (x, y) = ((column + box[0]) * step, (row + box[1]) * step)
            let (width, height) = (exp(box[2]) * step, exp(box[3]) * step)
            let five = (0..<5).map { point in
                FacePoints.Point(
                    (Double(level.points[10 * position + 2 * point]) + column) * step,
                    (Double(level.points[10 * position + 2 * point + 1]) + row) * step)
            }
            return DetectedFace(
                box: FaceBox(
                    left: x - width / 2, top: y - height / 2, right: x + width / 2,
                    bottom: y + height / 2),
                score: score, points: FacePoints(five))
        }
    }
}
