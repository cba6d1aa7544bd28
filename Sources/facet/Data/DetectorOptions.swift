import CommandKit
import FaceData
import FaceDetection
import Foundation

/// What commands have in common that find faces in pictures.
enum DetectorOptions {
    /// Which detector, and what it looks for.
    static let options = [
        Option(
            "--detector", .value("NAME|FILE"),
            "with what faces are found: mtcnn (default), centerface, or an ONNX file of SCRFD or YuNet",
            completion: .files),
        Option(
            "--min-face", .value("N"),
            "mtcnn: height of the smallest face to search for, in pixels, 12 or more; default 20; time "
                + "falls with its square"),
        Option(
            "--min-side", .value("N"),
            "leave out faces whose aligned square covers fewer than N pixels of the picture; default 32"
        ),
    ]

    /// Which face counts.
    static let rule =
        "which face to take if a picture has several: largest, central (insightface's rule), best (the "
        + "highest score) or first"

    /// The search that is asked for.
    ///
    /// - Throws: `FaceDetectionError` where the weights are not installed.
    static func search(
        _ arguments: Arguments, _ choice: FaceChoice?, threads: Int
    ) throws -> FaceSearch {
        FaceSearch(
            try detector(arguments, threads), choice: choice ?? .central,
            minSide: try arguments.number("--min-side", in: 0...10_000) ?? 32)
    }

    private static func detector(
        _ arguments: Arguments, _ threads: Int
    ) throws -> any FaceDetector {
        let name = arguments.value("--detector") ?? "mtcnn"
        let minFace = try arguments.number("--min-face", in: 12...10_000)
        if minFace != nil, name != "mtcnn" {
            throw CommandError.together("--min-face", "--detector \(name)")
        }
        return try Detectors.named(name, minFace: minFace, threads: threads)
    }

    /// The rule that is asked for; nil for none.
    static func choice(_ arguments: Arguments) throws -> FaceChoice? {
        let rules = FaceChoice.allCases.filter { $0 != .ask }.map(\.rawValue)
        return try arguments.choice("--face", among: rules).flatMap(FaceChoice.init)
    }

    /// What is said of pictures without a face that counts.
    static func text(ofLeftOut images: [String: [ImageScan.BadImage]]) -> [String] {
        FaceSearch.Verdict.allCases.flatMap { verdict -> [String] in
            guard let images = images[verdict.rawValue], !images.isEmpty else { return [] }
            return ["\(images.count) \(meaning(verdict, count: images.count))"]
                + DataWork.some(
                    images.map { $0.path + ($0.reason.isEmpty ? "" : ": \($0.reason)") })
        }
    }

    private static func meaning(_ verdict: FaceSearch.Verdict, count: Int) -> String {
        let (picture, has) = count == 1 ? ("picture", "has") : ("pictures", "have")
        return switch verdict {
        case .face: "\(picture) \(has) a face:"
        case .none: "\(picture) \(has) no face that was found:"
        case .several: "\(picture) \(has) several faces; choose one with --face:"
        case .small: "\(picture) \(has) a face that is too small (--min-side):"
        case .cutOff: "\(picture) \(has) a face that is cut off:"
        case .rotated: "\(picture) \(has) a face that is not upright; turn the picture:"
        case .implausible: "\(picture) \(has) a face with implausible landmarks:"
        }
    }
}
