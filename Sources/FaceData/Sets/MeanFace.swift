/// The mean of aligned faces is a face; that of differently cropped ones is another. Compared, they
/// tell when training and test images were not cropped alike, which hides every difference between
/// losses.
public enum MeanFace {
    /// Height and width of a mean face, in pixels.
    public static let side = 28

    /// An image in grey, fitted and reduced by means of areas.
    static func grey(_ image: RGBImage) -> [Double] {
        let small = ImageFitting.fit(image, side: side)
        return (0..<side * side).map { (place: Int) -> Double in
            let red = Double(small.pixels[3 * place])
            let green = Double(small.pixels[3 * place + 1])
            let blue = Double(small.pixels[3 * place + 2])
            return 0.299 * red + 0.587 * green + 0.114 * blue
        }
    }

    /// A sentence when two sets seem to be cropped differently, nil when they seem alike.
    ///
    /// The test set's mean face is enlarged and shifted until it correlates best with the training
    /// set's; a best fit that is off by more than 8 % or 2 of 28 pixels, or a poor one, is told.
    public static func warning(train: [Double], test: [Double]) -> String? {
        var best = (score: -1.0, scale: 1.0, x: 0.0, y: 0.0)
        for scale in stride(from: 0.5, through: 2.01, by: 0.04) {
            for y in stride(from: -5.0, through: 5, by: 1) {
                for x in stride(from: -5.0, through: 5, by: 1) {
                    let score = correlation(train, moved(test, scale, x, y))
                    if score > best.score { best = (score, scale, x, y) }
                }
            }
        }
        let isOff = abs(best.scale - 1) > 0.081 || max(abs(best.x), abs(best.y)) > 2
        guard isOff || best.score < 0.8 else { return nil }
        let percent = Int((best.scale * 100).rounded())
        return "training and test faces seem to be cropped differently: the mean test face fits "
            + "the mean training face best at \(percent) % of its size, moved by "
            + "(\(Int(best.x * 4)), \(Int(best.y * 4))) of 112 pixels; align both alike, or every "
            + "difference between losses will be hidden"
    }

    /// A mean face enlarged about its middle and shifted, sampled bilinearly; nil outside.
    private static func moved(
        _ face: [Double], _ scale: Double, _ x: Double, _ y: Double
    ) -> [Double?] {
        let middle = Double(side - 1) / 2
        return (0..<side * side).map { place in
            let column = (Double(place % side) - middle - x) / scale + middle
            let row = (Double(place / side) - middle - y) / scale + middle
            return sample(face, column, row)
        }
    }

    private static func sample(_ face: [Double], _ x: Double, _ y: Double) -> Double? {
        let last = Double(side - 1)
        guard (0...last).contains(x), (0...last).contains(y) else { return nil }
        let column = min(side - 2, Int(x))
        let row = min(side - 2, Int(y))
        let (right, down) = (x - Double(column), y - Double(row))
        let top = face[row * side + column] * (1 - right) + face[row * side + column + 1] * right
        let next = (row + 1) * side + column
        let bottom = face[next] * (1 - right) + face[next + 1] * right
        return top * (1 - down) + bottom * down
    }

    /// Pearson's correlation over the pixels that both have; -1 when they share too few.
    private static func correlation(_ first: [Double], _ second: [Double?]) -> Double {
        let pairs = zip(first, second).compactMap { a, b in b.map { (a, $0) } }
        guard pairs.count > side * side / 3 else { return -1 }
        let count = Double(pairs.count)
        let means = pairs.reduce((0.0, 0.0)) { ($0.0 + $1.0 / count, $0.1 + $1.1 / count) }
        var (product, left, right) = (0.0, 0.0, 0.0)
        for (a, b) in pairs {
            product += (a - means.0) * (b - means.1)
            left += (a - means.0) * (a - means.0)
            right += (b - means.1) * (b - means.1)
        }
        return left > 0 && right > 0 ? product / (left * right).squareRoot() : -1
    }
}
