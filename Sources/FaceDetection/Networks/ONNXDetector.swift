public import FaceData
public import Foundation
import ONNX
import OpenVINO
import SafeFiles

/// A detector in an ONNX file, run by OpenVINO: CenterFace, SCRFD or YuNet, which its outputs tell.
public final class ONNXDetector: FaceDetector {
    /// The networks whose outputs are known.
    enum Kind: String, Sendable {
        case centerFace = "centerface"
        case scrfd, yunet
    }

    /// Names the network and its weights.
    public let identity: String
    private let path: String
    private let kind: Kind
    /// Height and width of the input; nil for any.
    private let side: (height: Int, width: Int)?
    private let outputs: [String]
    private let network: LockedNetwork

    /// One picture at a time, on all threads.
    private final class LockedNetwork: @unchecked Sendable {
        // Sound because it is reached only while `lock` is held.
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
    /// - Parameter threads: That OpenVINO may use.
    /// - Throws: `ONNXError`, `OpenVINOError`, ``FaceDetectionError/unfit(path:reason:)``.
    public init(_ url: URL, threads: Int = 1) throws {
        let file = try ONNXFile(url)
        path = url.path
        guard let kind = Self.kind(of: file) else {
            throw FaceDetectionError.unfit(
                path: url.path,
                reason:
                    "its outputs are not those of CenterFace, SCRFD or YuNet; export one of them")
        }
        self.kind = kind
        outputs = file.outputs.map(\.name)
        side = kind == .centerFace ? nil : Self.side(of: file)
        network = LockedNetwork(
            try OpenVINONetwork(
                url, shape: [1, 3, side?.height, side?.width], threads: threads))
        let bytes = [UInt8](try Data(contentsOf: url, options: .alwaysMapped))
        identity = "\(kind.rawValue) " + SHA256.hexDigest(of: bytes).prefix(16)
    }

    /// Which network a file holds.
    static func kind(of file: ONNXFile) -> Kind? {
        let names = Set(file.outputs.map(\.name))
        if ["cls_8", "obj_8", "bbox_8", "kps_8"].allSatisfy(names.contains) { return .yunet }
        let channels = file.outputs.map { $0.shape?.count == 4 ? $0.shape?[1] : nil }
        if channels == [1, 2, 2, 10] { return .centerFace }
        let last = file.outputs.map { $0.shape?.last ?? nil }
        let (scores, boxes, points) = ([1, 1, 1], [4, 4, 4], [10, 10, 10])
        return last == scores + boxes || last == scores + boxes + points ? .scrfd : nil
    }

    /// Height and width that a file states, or else insightface's.
    private static func side(of file: ONNXFile) -> (height: Int, width: Int) {
        guard let shape = file.inputs.first?.shape, shape.count == 4, let height = shape[2],
            let width = shape[3], height >= 32, width >= 32, height <= 4096, width <= 4096
        else { return (640, 640) }
        return (height, width)
    }

    /// All faces of a picture, those with the highest scores first.
    ///
    /// - Throws: `OpenVINOError` for a network that cannot be run.
    public func faces(in image: RGBImage) throws -> [DetectedFace] {
        let input = input(of: image)
        let found = try network.outputs(input, count: outputs.count)
        return decoded(found, input).map(input.placed)
    }

    private func input(of image: RGBImage) -> PictureInput {
        guard let side else {
            return PictureInput(image, multipleOf: 32, longest: 2048, .init())
        }
        return PictureInput(
            image, within: side.width, side.height,
            kind == .yunet ? .init(isBGR: true) : .init(mean: 127.5, deviation: 128))
    }

    private func decoded(
        _ found: [OpenVINONetwork.Output], _ input: PictureInput
    ) -> [DetectedFace] {
        switch kind {
        case .centerFace:
            let values = found.map(\.values)
            return CenterFaceDecoder().faces(
                heat: values[0], size: values[1], offset: values[2], points: values[3],
                height: input.height / 4, width: input.width / 4)
        case .scrfd:
            let levels = [8, 16, 32].enumerated().map { index, step in
                SCRFDDecoder.Level(
                    step: step, scores: found[index].values, boxes: found[index + 3].values,
                    points: found.count > 6 ? found[index + 6].values : [])
            }
            return SCRFDDecoder().faces(levels, width: input.width)
        case .yunet:
            func values(_ name: String) -> [Float] {
                outputs.firstIndex(of: name).map { found[$0].values } ?? []
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
