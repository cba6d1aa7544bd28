import FaceData

/// Decodes SCRFD's outputs (Guo et al. 2021, https://arxiv.org/abs/2105.04714), like insightface: for two
/// anchors at every 8, 16 and 32 pixels, scores, distances to the box's sides and offsets of the five points,
/// in units of the step.
struct SCRFDDecoder {
    /// Faces with lower scores are left out.
    var minScore: Float = 0.5
    /// Intersection over union above which two boxes are the same face.
    var maxOverlap = 0.4

    /// Outputs for the anchors of one level.
    struct Level {
        /// Distance between positions, in pixels.
        let step: Int
        /// `[anchors]`.
        let scores: [Float]
        /// Left, top, right, bottom: `[anchors][4]`.
        let boxes: [Float]
        /// `[anchors][10]`; empty for networks without points.
        let points: [Float]
    }

    /// The faces of an input with a width in pixels.
    func faces(_ levels: [Level], width: Int) -> [DetectedFace] {
        let all = levels.flatMap { faces($0, width: width) }
        return NonMaximumSuppression(maxRatio: maxOverlap, pixel: 1)
            .kept(all.map(\.box), scores: all.map(\.score)).map { all[$0] }
    }

    private func faces(_ level: Level, width: Int) -> [DetectedFace] {
        let (count, columns) = (level.scores.count, width / level.step)
        guard columns > 0, level.boxes.count == 4 * count,
            level.points.isEmpty || level.points.count == 10 * count
        else { return [] }
        let step = Double(level.step)
        return (0..<count).filter { level.scores[$0] >= minScore }.map { index in
            let position = index / 2
            let x = Double(position % columns) * step
            let y = Double(position / columns) * step
            func distance(_ side: Int) -> Double { Double(level.boxes[4 * index + side]) * step }
            let box = FaceBox(
                left: x - distance(0), top: y - distance(1), right: x + distance(2),
                bottom: y + distance(3))
            let five = (0..<5).compactMap { point -> FacePoints.Point? in
                guard !level.points.isEmpty else { return nil }
                let first = 10 * index + 2 * point
                return .init(
                    x + Double(level.points[first]) * step,
                    y + Double(level.points[first + 1]) * step)
            }
            return DetectedFace(
                box: box, score: Double(level.scores[index]), points: FacePoints(five))
        }
    }
}
