import SafeNumbers

/// The mean of aligned faces is a face; that of differently cropped ones is another. Compared, they
/// show when training and test images were not cropped alike, which hides every difference between
/// losses.
public enum MeanFace {
    /// Height and width of a mean face, in pixels.
    public static let side = 28

    /// Fewer people make no mean face that can be compared.
    public static let minPeople = 40

    /// An image in grey, fitted and reduced by means of areas.
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

    /// Mean of a source's images in grey, `side` pixels in square; of some evenly from all of them
    /// where there are many. Images that do not decode are left out.
    ///
    /// - Parameters:
    ///   - limit: The most images that are decoded.
    ///   - threads: Workers; the result does not depend on their number.
    public static func mean(
        of source: any ImageSource, limit: Int = 1000, threads: Int
    ) throws -> [Double] {
        let count = min(source.count, limit)
        let some = SelectedImages((0..<count).map { $0 * source.count / count }, of: source)
        return try ImageScan(some, threads: threads).meanFace
    }

    /// How the crops of two sets differ.
    public enum Difference: Sendable, Hashable {
        /// They do not look alike, however one is cropped.
        case unlike(correlation: Double)
        /// One fits the other best at another size or position: in percent, and pixels of 112 to the
        /// right and downwards.
        case moved(percent: Int, x: Int, y: Int)
    }

    /// How a set's mean face differs from that of the set it should look like; nil if they seem
    /// alike.
    ///
    /// The test set's mean face is enlarged and shifted until it correlates best with the training
    /// set's; a best fit that is off by more than 8 % or 2 of 28 pixels, or a poor one, is reported.
    ///
    /// - Parameters:
    ///   - train: ``ImageScan/meanFace`` of the training set.
    ///   - test: That of the test set.
    ///   - people: How many people the set with fewer has. The mean of few is a portrait of them and
    ///     says nothing about the crop: below ``minPeople`` there is no difference.
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

    /// A sentence when two sets seem to be cropped differently, nil when they seem alike; see
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

    /// A sentence when a test set seems to be cropped differently from what a network knows, nil when
    /// not.
    ///
    /// - Parameters:
    ///   - trained: Mean face of what the network was trained on; nil if it is not known, and the
    ///     default alignment is used instead.
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

    /// How a face is enlarged and shifted, and how well it fits another then.
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

    /// Where a position along an axis is between two positions of an enlarged and shifted face.
    private struct Sample {
        /// Position in the face that stays.
        var index: Int
        /// The first of two positions in the face that is moved.
        var from: Int
        /// How near to the second, 0...1.
        var fraction: Double
    }

    /// The positions where a face has something to compare once it was enlarged about its middle and
    /// shifted.
    private static func samples(_ scale: Double, _ shift: Double) -> [Sample] {
        let middle = Double(side - 1) / 2
        return (0..<side).compactMap { index in
            let position = (Double(index) - middle - shift) / scale + middle
            guard position >= 0, position <= Double(side - 1) else { return nil }
            let from = min(side - 2, Int(saturating: position))
            return Sample(index: index, from: from, fraction: position - Double(from))
        }
    }

    /// Pearson's correlation over the pixels that both have; -1 when they share too few.
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
                // Differences from a middle grey keep the sums of squares exact enough.
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
        // Less than a hundredth of a grey step is rounding, not a face.
        guard min(left, right) > 1e-4 * count else { return -1 }
        return (sumAB - sumA * sumB / count) / (left * right).squareRoot()
    }
}
