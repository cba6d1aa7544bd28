/// Measures of what makes an aligned crop of a face unreliable: blur, few pixels, a crop unlike those that a
/// network was trained on, or, for a face that was found in a photograph, its size and pose there.
public struct FaceQuality: Sendable, Hashable {
    /// Width of the picture, in pixels.
    public let width: Int
    /// Height of the picture, in pixels.
    public let height: Int
    /// Variance of the Laplacian (4-neighbourhood, as OpenCV's `Laplacian`) of the picture in grey, 0...255, at
    /// 112x112 pixels; 0 for a picture of one colour. Faces in focus have several hundred.
    public let sharpness: Double
    /// How much the picture looks like an aligned face: correlation of its local contrast with that of a
    /// mean face, with left and right averaged, so that light and hair have little influence; -1...1.
    public let likeness: Double
    /// The face's size and pose in its photograph; nil if the crop was given.
    public let view: FaceView?

    /// Faces below this are blurred: none of 600 aligned faces of LFW and CelebA are, but 19 in 20 of them are
    /// after a Gaussian blur of 2 pixels.
    public static let minSharpness = 20.0
    /// Pictures below this are probably not faces in the crop that the network was trained on: 81 % of LFW's
    /// original pictures and 73 % of aligned ones rotated by 90 degrees are below it, but only 1 % of LFW's and
    /// 3 % of CelebA's aligned faces.
    public static let minLikeness = 0.1
    /// Height and width at which ``sharpness`` is measured, in pixels.
    private static let side = 112

    /// Measures a picture.
    ///
    /// - Parameters:
    ///   - meanFace: Mean face of the network's training set, ``MeanFace/side`` pixels square; nil for a
    ///     typical face aligned to insightface's template.
    ///   - view: The face's size and pose in the photograph that it was found in.
    public init(_ picture: RGBImage, meanFace: [Double]? = nil, view: FaceView? = nil) {
        self.view = view
        width = picture.width
        height = picture.height
        sharpness = Self.laplacianVariance(ImageFitting.fit(picture, side: Self.side))
        likeness = LocalContrast.correlation(
            MeanFace.grey(picture), meanFace ?? TypicalFace.greys)
    }

    /// Warnings about the picture, each the predicate of a sentence about it.
    ///
    /// - Parameter inputSize: Height and width of the network's input, in pixels.
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

/// Local contrast of grey pictures, ``MeanFace/side`` pixels square, which depends little on light
/// and hair.
private enum LocalContrast {
    private static let side = MeanFace.side
    /// Radius of the neighbourhood in which contrast is measured, in pixels.
    private static let radius = 3
    /// Variance of grey values that counts as noise.
    private static let noise = 25.0

    /// Pearson's correlation between the local contrast of a picture, averaged with its mirror image, and that
    /// of a mean face.
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

    /// Each pixel minus the mean of its neighbourhood, divided by the standard deviation of that.
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

    /// Positions around one along an axis, clamped to the edges.
    private static func neighbours(_ position: Int) -> [Int] {
        (position - radius...position + radius).map { min(side - 1, max(0, $0)) }
    }

    private static func average(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }
}
