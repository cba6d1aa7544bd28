import FaceData

/// Which of several boxes of one face stays: the one with the highest score, and all that do not overlap a
/// better one too much.
struct NonMaximumSuppression {
    /// The divisor of the common area.
    enum Ratio {
        /// The area of both together.
        case union
        /// The area of the smaller one.
        case smaller
    }

    /// Boxes with a larger ratio to a better one are left out.
    let maxRatio: Double
    /// The divisor of the common area.
    var ratio = Ratio.union
    /// 1 where boxes are of whole pixels and include the last one, as MTCNN's; else 0.
    var pixel = 0.0

    /// Indices of the boxes that stay, in the order of falling scores; of equal scores the last one is
    /// first.
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
                // A ratio without a value, of boxes without area, does not count as small.
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
