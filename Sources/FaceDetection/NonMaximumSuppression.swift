import FaceData

/// Selects among overlapping boxes: in the order of falling scores, a box is kept unless it overlaps a
/// kept box too much.
struct NonMaximumSuppression {
    /// The divisor of the area of the intersection.
    enum Ratio {
        /// The area of the union.
        case union
        /// The area of the smaller box.
        case smaller
    }

    /// Boxes with a larger ratio to a better one are dropped.
    let maxRatio: Double
    /// The divisor of the area of the intersection.
    var ratio = Ratio.union
    /// 1 if boxes are in whole pixels and include the last one, as in MTCNN; otherwise 0.
    var pixel = 0.0

    /// Indices of the kept boxes in the order of falling scores; among equal scores, higher indices
    /// come first.
    func kept(_ boxes: [FaceBox], scores: [Double]) -> [Int] {
        let order = boxes.indices.sorted { (scores[$0], $0) > (scores[$1], $1) }
        let areas = boxes.map { ($0.width + pixel) * ($0.height + pixel) }
        var kept: [Int] = []
        for index in order {
            let isFree = kept.allSatisfy { better in
                let common = common(boxes[better], boxes[index])
                let whole =
                    ratio == .union
                    ? areas[better] + areas[index] - common : min(areas[better], areas[index])
                // NaN, the ratio of boxes without area, does not count as small.
                return common / whole <= maxRatio
            }
            if isFree { kept.append(index) }
        }
        return kept
    }

    private func common(_ one: FaceBox, _ other: FaceBox) -> Double {
        let width = min(one.right, other.right) - max(one.left, other.left) + pixel
        let height = min(one.bottom, other.bottom) - max(one.top, other.top) + pixel
        return max(0, width) * max(0, height)
    }
}
