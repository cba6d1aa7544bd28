public import FaceData
public import Foundation
import ONNX
import OpenVINO
import SafeFiles

/// A detector in an ONNX file, run by OpenVINO: CenterFace, RetinaFace, SCRFD or YuNet, recognised by its
/// outputs.
public final class ONNXDetector: FaceDetector {
    /// The supported networks.
    enum Kind: String, Sendable {
        case centerFace = "centerface"
        case retinaFace = "retinaface"
        case scrfd, yunet
    }

    /// Identifies the network and its weights.
    public let identity: String
    private let path: String
    private let kind: Kind
    /// Height and width of the input; nil if any size is accepted.
    private let side: (height: Int, width: Int)?
    private let outputs: [ONNXFile.Value]
    private let network: LockedNetwork

    /// Runs one picture at a time, called from any thread.
    private final class LockedNetwork: @unchecked Sendable {
        // `@unchecked` is sound because it is accessed only while `lock` is held.
        private let network: OpenVINONetwork
        private let lock = NSLock()

        init(_ network: OpenVINONetwork) { self.network = network }

        func outputs(_ input: PictureInput, count: Int) throws -> [OpenVINONetwork.Output] {
            try lock.withLock {
                try network.outputs(
                    input.values, shape: [1, 3, input.height, input.width], count: count)
            }
        }
    }

    /// Reads a file.
    ///
    /// - Parameter threads: Number of threads for OpenVINO.
    /// - Throws: `ONNXError`, `OpenVINOError`, ``FaceDetectionError/unfit(path:reason:)``.
    public init(_ url: URL, threads: Int = 1) throws {
        guard !PlainFile.isSpecial(url) else {
            throw FaceDetectionError.unfit(path: url.path, reason: PlainFile.notReadable)
        }
        let file = try ONNXFile(url)
        path = url.path
        guard let kind = Self.kind(of: file) else {
            throw FaceDetectionError.unfit(
                path: url.path,
                reason:
                    "its outputs are not those of CenterFace, RetinaFace, SCRFD or YuNet; export one of them"
            )
        }
        self.kind = kind
        outputs = file.outputs
        side = Self.side(of: file, kind)
        network = LockedNetwork(
            try OpenVINONetwork(
                url, shape: [1, 3, side?.height, side?.width], threads: threads))
        let bytes = [UInt8](try Data(contentsOf: url, options: .alwaysMapped))
        identity = "\(kind.rawValue) " + SHA256.hexDigest(of: bytes).prefix(16)
    }

    /// The kind of network in a file; nil if unknown.
    static func kind(of file: ONNXFile) -> Kind? {
        let names = Set(file.outputs.map(\.name))
        if ["cls_8", "obj_8", "bbox_8", "kps_8"].allSatisfy(names.contains) { return .yunet }
        let channels = file.outputs.map { $0.shape?.count == 4 ? $0.shape?[1] : nil }
        if channels == [1, 2, 2, 10] { return .centerFace }
        if RetinaFaceOutputs(file.outputs) != nil { return .retinaFace }
        let last = file.outputs.map { $0.shape?.last ?? nil }
        let (scores, boxes, points) = ([1, 1, 1], [4, 4, 4], [10, 10, 10])
        return last == scores + boxes || last == scores + boxes + points ? .scrfd : nil
    }

    /// The input size in a file, or insightface's default; nil for networks that accept any size.
    private static func side(of file: ONNXFile, _ kind: Kind) -> (height: Int, width: Int)? {
        if kind == .centerFace { return nil }
        guard let shape = file.inputs.first?.shape, shape.count == 4, let height = shape[2],
            let width = shape[3], height >= 32, width >= 32, height <= 4096, width <= 4096
        else { return kind == .retinaFace ? nil : (640, 640) }
        return (height, width)
    }

    /// All faces of a picture, in descending order of their scores.
    ///
    /// - Throws: `OpenVINOError` if the network cannot be run.
    public func faces(in image: RGBImage) throws -> [DetectedFace] {
        let input = input(of: image)
        let found = try network.outputs(input, count: outputs.count)
        return try decoded(found, input).map(input.placed)
    }

    private func input(of image: RGBImage) -> PictureInput {
        let colours: PictureInput.Colours =
            switch kind {
            case .centerFace: .init()
            case .retinaFace: .init(isBGR: true, mean: [104, 117, 127])
            case .scrfd: .init(mean: [127.5, 127.5, 127.5], standardDeviation: 128)
            case .yunet: .init(isBGR: true)
            }
        if let side { return PictureInput(image, within: side.width, side.height, colours) }
        return kind == .retinaFace
            ? PictureInput(image, longest: 2048, colours)
            : PictureInput(image, multipleOf: 32, longest: 2048, colours)
    }

    private func decoded(
        _ found: [OpenVINONetwork.Output], _ input: PictureInput
    ) throws(FaceDetectionError) -> [DetectedFace] {
        switch kind {
        case .centerFace:
            let values = found.map(\.values)
            return CenterFaceDecoder().faces(
                heat: values[0], size: values[1], offset: values[2], points: values[3],
                height: input.height / 4, width: input.width / 4)
        case .retinaFace:
            guard let roles = RetinaFaceOutputs(outputs) else { return [] }
            let outputs = RetinaFaceDecoder.Outputs(
                boxes: found[roles.boxes].values, scores: found[roles.scores].values,
                points: found[roles.points].values)
            let count = RetinaFaceDecoder.positionCount(width: input.width, height: input.height)
            guard outputs.scores.count == 2 * count else {
                throw .unfit(
                    path: path,
                    reason: "it has \(outputs.scores.count / 2) positions for a picture of "
                        + "\(input.width)x\(input.height) pixels, where RetinaFace has \(count)")
            }
            return RetinaFaceDecoder().faces(outputs, width: input.width, height: input.height)
        case .scrfd:
            let levels = [8, 16, 32].enumerated().map { index, step in
                SCRFDDecoder.Level(
                    step: step, scores: found[index].values, boxes: found[index + 3].values,
                    points: found.count > 6 ? found[index + 6].values : [])
            }
            return SCRFDDecoder().faces(levels, width: input.width)
        case .yunet:
            func values(_ name: String) -> [Float] {
                outputs.firstIndex { $0.name == name }.map { found[$0].values } ?? []
            }
            let levels = [8, 16, 32].map { step in
                YuNetDecoder.Level(
                    step: step, classes: values("cls_\(step)"), objects: values("obj_\(step)"),
                    boxes: values("bbox_\(step)"), points: values("kps_\(step)"))
            }
            return YuNetDecoder().faces(levels, width: input.width)
        }
    }
}
