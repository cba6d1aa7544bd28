/// What makes an aligned crop of a face doubtful: blur, few pixels, another crop than a network knows, or, of a face
/// that was found in a photograph, its size and pose there.
public struct FaceQuality: Sendable, Hashable {
    /// Columns of the picture.
    public let width: Int
    /// Rows of the picture.
    public let height: Int
    /// Variance of the Laplacian (4-neighbourhood, as OpenCV's `Laplacian`) of the picture in grey, 0...255, at
    /// 112x112 pixels; 0 for a picture of one colour. Faces in focus have some hundreds.
    public let sharpness: Double
    /// How much the picture looks like an aligned face: correlation with a mean face, of local contrasts and
    /// with left and right averaged, so that light and hair count little; -1...1.
    public let likeness: Double
    /// How the face is seen in its photograph; nil for a crop that was given.
    public let view: FaceView?

    /// Below this, a face is blurred: none of 600 aligned faces of LFW and CelebA is, and 19 in 20 of them after a
    /// Gaussian blur of 2 pixels.
    public static let minSharpness = 20.0
    /// Below this, a picture is probably no face in the crop that the network knows: 81 % of LFW's original
    /// pictures and 73 % of aligned ones turned by 90 degrees are, 1 % of LFW's and 3 % of CelebA's aligned faces.
    public static let minLikeness = 0.1
    /// Height and width at which ``sharpness`` is measured, in pixels.
    private static let side = 112

    /// Measures a picture.
    ///
    /// - Parameters:
    ///   - meanFace: Mean face of what the network was trained on, ``MeanFace/side`` pixels in square; nil for a face
    ///     aligned to insightface's template.
    ///   - view: How the face is seen in the photograph that it was found in.
    public init(_ picture: RGBImage, meanFace: [Double]? = nil, view: FaceView? = nil) {
        self.view = view
        width = picture.width
        height = picture.height
        sharpness = Self.laplacianVariance(ImageFitting.fit(picture, side: Self.side))
        likeness = LocalContrast.correlation(
            MeanFace.grey(picture), meanFace ?? TypicalFace.greys)
    }

    /// Doubts about the picture, each the end of a sentence.
    ///
    /// - Parameter inputSize: Height and width that the network takes, in pixels.
    public func warnings(inputSize: Int) -> [String] {
        var warnings: [String] = []
        if min(width, height) < inputSize {
            warnings.append(
                "it has only \(width)x\(height) pixels and is enlarged to \(inputSize)x\(inputSize)"
            )
        }
        if sharpness < Self.minSharpness {
            warnings.append(
                "it is blurred (variance of the Laplacian \(Self.text(sharpness)), below "
                    + "\(Self.text(Self.minSharpness)))")
        }
        if likeness < Self.minLikeness {
            warnings.append(
                "it does not look like a face in the crop that the network knows (likeness "
                    + "\(Self.text(likeness, 100)) of 1); "
                    + (view == nil
                        ? "align it as the training faces were, or with --detect"
                        : "see whether the training faces were aligned to another template (--template)")
            )
        }
        return warnings + (view?.warnings(inputSize: inputSize) ?? [])
    }

    private static func text(_ value: Double, _ scale: Double = 10) -> String {
        "\((value * scale).rounded() / scale)"
    }

    private static func laplacianVariance(_ picture: RGBImage) -> Double {
        let grey = MeanFace.greys(picture)
        var (sum, squares) = (0.0, 0.0)
        for y in 1..<side - 1 {
            for x in 1..<side - 1 {
                let index = y * side + x
                let value =
                    grey[index - 1] + grey[index + 1] + grey[index - side] + grey[index + side]
                    - 4 * grey[index]
                sum += value
                squares += value * value
            }
        }
        let count = Double((side - 2) * (side - 2))
        return max(0, squares / count - (sum / count) * (sum / count))
    }
}

/// Pictures in grey, ``MeanFace/side`` pixels in square, without what light and hair make of them.
private enum LocalContrast {
    private static let side = MeanFace.side
    /// Pixels around one that its contrast is measured among.
    private static let radius = 3
    /// Variance of grey values that counts as noise.
    private static let noise = 25.0

    /// Pearson's correlation of the local contrasts of a picture, with its mirror image averaged, and of a mean
    /// face.
    static func correlation(_ picture: [Double], _ mean: [Double]) -> Double {
        let symmetric = picture.indices.map { index -> Double in
            let mirrored = index / side * side + side - 1 - index % side
            return (picture[index] + picture[mirrored]) / 2
        }
        let (a, b) = (normalized(symmetric), normalized(mean))
        let (meanA, meanB) = (average(a), average(b))
        var (ab, aa, bb) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            ab += (x - meanA) * (y - meanB)
            aa += (x - meanA) * (x - meanA)
            bb += (y - meanB) * (y - meanB)
        }
        return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
    }

    /// Each pixel less the mean around it, in standard deviations around it.
    private static func normalized(_ picture: [Double]) -> [Double] {
        picture.indices.map { index in
            let around = neighbours(index / side).flatMap { row in
                neighbours(index % side).map { picture[row * side + $0] }
            }
            let mean = average(around)
            let variance = average(around.map { $0 * $0 }) - mean * mean
            return (picture[index] - mean) / (max(0, variance) + noise).squareRoot()
        }
    }

    /// Positions around one along an axis; those beyond the edge are those at it.
    private static func neighbours(_ place: Int) -> [Int] {
        (place - radius...place + radius).map { min(side - 1, max(0, $0)) }
    }

    private static func average(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }
}
