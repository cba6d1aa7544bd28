import FaceData
import Foundation

/// A square that may hold a face, with its score.
struct MTCNNCandidate: Equatable {
    /// In the coordinates of MATLAB: the middle of the first pixel is (1, 1), and the last pixel belongs to
    /// the box.
    var box: FaceBox
    var score: Double
    /// How far the face's sides are from the box's, in its lengths.
    var shifts: [Double]
    /// Five x, and five y, in pixels; empty before the last stage.
    var points: [Double] = []

    /// The box moved to the face's sides.
    ///
    /// - Parameter pixel: Added to the box's lengths, by which shifts are multiplied: 1 if the last
    ///   pixel counts, which the first stage leaves out.
    func regressed(pixel: Double) -> FaceBox {
        let (width, height) = (box.width + pixel, box.height + pixel)
        return FaceBox(
            left: box.left + shifts[0] * width, top: box.top + shifts[1] * height,
            right: box.right + shifts[2] * width, bottom: box.bottom + shifts[3] * height)
    }
}

extension FaceBox {
    /// A square around the same middle, as long as the longer side.
    var squared: FaceBox {
        let side = max(width, height)
        let (x, y) = (left + width * 0.5 - side * 0.5, top + height * 0.5 - side * 0.5)
        return FaceBox(left: x, top: y, right: x + side, bottom: y + side)
    }

    /// Whole pixels, towards zero.
    var truncated: FaceBox {
        FaceBox(
            left: left.rounded(.towardZero), top: top.rounded(.towardZero),
            right: right.rounded(.towardZero), bottom: bottom.rounded(.towardZero))
    }
}

/// The sizes at which a picture is searched: one square of 12 pixels fits a face in one of them.
struct ImagePyramid {
    /// By what the picture's lengths are multiplied, descending.
    let scales: [Double]

    /// - Parameters:
    ///   - shorter: The picture's shorter side, in pixels.
    ///   - minFace: Height of the smallest face, in pixels.
    ///   - factor: From one size to the next, below 1.
    init(shorter: Int, minFace: Double, factor: Double) {
        let largest = 12 / minFace
        var scales: [Double] = []
        var length = Double(shorter) * largest
        while length >= 12 {
            scales.append(largest * pow(factor, Double(scales.count)))
            length *= factor
        }
        self.scales = scales
    }
}
