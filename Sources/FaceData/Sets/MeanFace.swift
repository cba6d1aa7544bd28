import SafeNumbers

/// Compares the mean faces of two sets, which shows whether training and test images were cropped
/// alike; if not, this hides any difference between losses.
public enum MeanFace {
    /// Height and width of a mean face, in pixels.
    public static let side = 28

    /// The fewest people whose mean face can be compared.
    public static let minPeople = 40

    /// An image in grey, fitted to ``side`` pixels square; 0...255.
    static func grey(_ image: RGBImage) -> [Double] {
        greys(ImageFitting.fit(image, side: side))
    }

    /// A picture's pixels in grey, 0...255.
    static func greys(_ picture: RGBImage) -> [Double] {
        (0..<picture.width * picture.height).map { (index: Int) -> Double in
            let red = Double(picture.pixels[3 * index])
            let green = Double(picture.pixels[3 * index + 1])
            let blue = Double(picture.pixels[3 * index + 2])
            return 0.299 * red + 0.587 * green + 0.114 * blue
        }
    }

    /// Mean of a source's images in grey, ``side`` pixels square; of an evenly spread sample if
    /// there are more than `limit`. Images that do not decode are left out.
    ///
    /// - Parameters:
    ///   - limit: The most images that are decoded.
    ///   - threads: Number of threads; the result does not depend on it.
    public static func mean(
        of source: any ImageSource, limit: Int = 1000, threads: Int
    ) throws -> [Double] {
        let count = min(source.count, limit)
        let some = SelectedImages((0..<count).map { $0 * source.count / count }, of: source)
        return try ImageScan(some, threads: threads).meanFace
    }

    /// How the crops of two sets differ.
    public enum Difference: Sendable, Hashable {
        /// They do not look alike at any size and position.
        case unlike(correlation: Double)
        /// The test set's mean face fits best at another size, in percent, or when moved right and
        /// down, in pixels of 112.
        case moved(percent: Int, x: Int, y: Int)
    }

    /// How a test set's mean face differs from that of a training set; nil if they seem alike.
    ///
    /// The test set's mean face is enlarged and shifted until it correlates best with the training
    /// set's; a best fit that is off by more than 8 % or 2 of 28 pixels, or a poor one, is reported.
    ///
    /// - Parameters:
    ///   - train: ``ImageScan/meanFace`` of the training set.
    ///   - test: That of the test set.
    ///   - people: Number of people in the set that has fewer. The mean of few people shows them
    ///     rather than the crop: below ``minPeople``, nil is returned.
    public static func difference(
        train: [Double], test: [Double], people: Int
    ) -> Difference? {
        guard people >= minPeople else { return nil }
        let best = bestFit(of: test, to: train)
        guard best.score >= 0.8 else {
            return .unlike(correlation: (max(0, best.score) * 100).rounded() / 100)
        }
        let isOff = abs(best.scale - 1) > 0.081 || max(abs(best.x), abs(best.y)) > 2
        guard isOff else { return nil }
        return .moved(
            percent: Int(saturating: (best.scale * 100).rounded()), x: best.x * 112 / side,
            y: best.y * 112 / side)
    }

    /// A sentence if two sets seem to be cropped differently, otherwise nil; see
    /// ``difference(train:test:people:)``.
    public static func warning(train: [Double], test: [Double], people: Int) -> String? {
        switch difference(train: train, test: test, people: people) {
        case nil: nil
        case .unlike(let correlation):
            "training and test faces do not look alike under any crop (their mean faces "
                + "correlate by at most \(correlation)); look at "
                + "both sets and use the same alignment for both, or differences between losses will be hidden"
        case .moved(let percent, let x, let y):
            "training and test faces seem to be cropped differently: the mean test face matches "
                + "the mean training face best at \(percent) % of its size, moved by "
                + "(\(x), \(y)) of 112 pixels; align both the same way, or every "
                + "difference between losses will be hidden"
        }
    }

    /// A sentence if a test set seems to be cropped differently from a network's training set,
    /// otherwise nil.
    ///
    /// - Parameters:
    ///   - trained: Mean face of the network's training set; nil if unknown, for the default
    ///     alignment.
    ///   - test: ``ImageScan/meanFace`` of the test set.
    ///   - people: As in ``difference(train:test:people:)``.
    public static func warning(network trained: [Double]?, test: [Double], people: Int) -> String? {
        let known = trained ?? TypicalFace.greys
        guard let difference = difference(train: known, test: test, people: people) else {
            return nil
        }
        let other =
            trained == nil
            ? "a face aligned to insightface's template, which most networks are trained on"
            : "the mean face that the network was trained on"
        let how =
            switch difference {
            case .unlike(let correlation):
                "the mean test face does not look like \(other), however it is cropped (they "
                    + "correlate by \(correlation) at most)"
            case .moved(let percent, let x, let y):
                "the mean test face fits \(other), best at \(percent) % of its size, moved by "
                    + "(\(x), \(y)) of 112 pixels"
            }
        return "the test faces seem to be cropped differently from what the network knows, which "
            + "makes its figures too low: \(how); "
            + (trained == nil ? "align them with facet data align" : "align both the same way")
            + ", unless the network was trained on faces like these"
    }

    /// How a face is scaled and shifted, and how well it then fits another.
    private struct Fit {
        /// Pearson's correlation coefficient.
        var score = -1.0
        var scale = 1.0
        /// To the right, in pixels of a mean face.
        var x = 0
        /// Downwards, in pixels of a mean face.
        var y = 0
    }

    /// Tries 50 % to 200 % of the size and shifts of up to 5 pixels.
    private static func bestFit(of test: [Double], to train: [Double]) -> Fit {
        var best = Fit()
        for step in -12...25 {
            let scale = 1 + 0.04 * Double(step)
            let shifted = (-5...5).map { (shift: $0, samples: samples(scale, Double($0))) }
            for (y, rows) in shifted {
                for (x, columns) in shifted {
                    let score = correlation(train, test, rows, columns)
                    if score > best.score { best = Fit(score: score, scale: scale, x: x, y: y) }
                }
            }
        }
        return best
    }

    /// An interpolated sample of the scaled and shifted face along an axis.
    private struct Sample {
        /// Position in the fixed face.
        var index: Int
        /// The first of two adjacent positions in the moved face.
        var from: Int
        /// Weight of the second position, 0...1.
        var fraction: Double
    }

    /// The positions that a face covers after it is scaled about its centre and shifted.
    private static func samples(_ scale: Double, _ shift: Double) -> [Sample] {
        let middle = Double(side - 1) / 2
        return (0..<side).compactMap { index in
            let position = (Double(index) - middle - shift) / scale + middle
            guard position >= 0, position <= Double(side - 1) else { return nil }
            let from = min(side - 2, Int(saturating: position))
            return Sample(index: index, from: from, fraction: position - Double(from))
        }
    }

    /// Pearson's correlation over the pixels that both faces cover; -1 if these are too few.
    private static func correlation(
        _ train: [Double], _ test: [Double], _ rows: [Sample], _ columns: [Sample]
    ) -> Double {
        let count = Double(rows.count * columns.count)
        guard count > Double(side * side) / 3 else { return -1 }
        var (sumA, sumB, sumAA, sumBB, sumAB) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for row in rows {
            for column in columns {
                let corner = row.from * side + column.from
                let above = test[corner] + (test[corner + 1] - test[corner]) * column.fraction
                let next = corner + side
                let below = test[next] + (test[next + 1] - test[next]) * column.fraction
                // Subtracting a medium grey keeps the sums of squares precise enough.
                let a = train[row.index * side + column.index] - 128
                let b = above + (below - above) * row.fraction - 128
                sumA += a
                sumB += b
                sumAA += a * a
                sumBB += b * b
                sumAB += a * b
            }
        }
        let (left, right) = (sumAA - sumA * sumA / count, sumBB - sumB * sumB / count)
        // A standard deviation below a hundredth of a grey level is rounding, not a face.
        guard min(left, right) > 1e-4 * count else { return -1 }
        return (sumAB - sumA * sumB / count) / (left * right).squareRoot()
    }
}
