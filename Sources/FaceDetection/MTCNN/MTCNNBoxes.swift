import FaceData
import Foundation

/// A box that may contain a face, with its score.
struct MTCNNCandidate: Equatable {
    /// In MATLAB's coordinates: the centre of the first pixel is (1, 1), and the last pixel belongs to the
    /// box.
    var box: FaceBox
    var score: Double
    /// Offsets of the face's sides from the box's, relative to the box's size: left, top, right,
    /// bottom.
    var shifts: [Double]
    /// Five x followed by five y, in pixels; empty before the last stage.
    var points: [Double] = []

    /// The box moved to the face's sides.
    ///
    /// - Parameter pixel: Added to the box's size, by which shifts are multiplied: 1 to include the
    ///   last pixel, 0 in the first stage.
    func regressed(pixel: Double) -> FaceBox {
        let (width, height) = (box.width + pixel, box.height + pixel)
        return FaceBox(
            left: box.left + shifts[0] * width, top: box.top + shifts[1] * height,
            right: box.right + shifts[2] * width, bottom: box.bottom + shifts[3] * height)
    }
}

extension FaceBox {
    /// The square with the same centre and the length of the longer side.
    var squared: FaceBox {
        let side = max(width, height)
        let (x, y) = (left + width * 0.5 - side * 0.5, top + height * 0.5 - side * 0.5)
        return FaceBox(left: x, top: y, right: x + side, bottom: y + side)
    }

    /// Coordinates truncated to integers.
    var truncated: FaceBox {
        FaceBox(
            left: left.rounded(.towardZero), top: top.rounded(.towardZero),
            right: right.rounded(.towardZero), bottom: bottom.rounded(.towardZero))
    }
}

/// The scales at which a picture is searched, so that a face of any size fits a square of 12 pixels
/// at one of them.
struct ImagePyramid {
    /// Factors of the picture's size, descending.
    let scales: [Double]

    /// - Parameters:
    ///   - shorter: The picture's shorter side, in pixels.
    ///   - minFace: Height of the smallest face, in pixels.
    ///   - factor: Ratio of successive scales, below 1.
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
