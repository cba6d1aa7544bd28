import CommandKit
import FaceData
import FaceDetection
import Foundation
import Spelling

/// Common options of the commands that find faces in pictures.
enum DetectorOptions {
    /// The detector, and the minimum size of faces.
    static let options = [
        Option(
            "--detector", .value("NAME|FILE"),
            "face detector: mtcnn (default), centerface, or an ONNX file of RetinaFace, SCRFD or YuNet",
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

    /// Options for photographs instead of aligned crops.
    static let photographs =
        [
            Option(
                "--detect", .flag,
                "the pictures are photographs: find the face in each and align it"),
            Option(
                "--face", .value("RULE"), rule + "; default central", completion: .words(rules)),
            Option(
                "--template", .value("NAME"),
                "position of the landmarks: insightface, sphereface, dlib or facenet; default dlib for dlib's network, and "
                    + "else insightface", completion: .words(FaceTemplate.names)),
        ] + options

    /// The aligner for photographs; nil if pictures are aligned crops.
    ///
    /// - Parameters:
    ///   - template: The template, unless an option selects another one.
    ///   - threads: Number of threads for OpenVINO.
    /// - Throws: `CommandError` for options that require `--detect`, and `FaceDetectionError`.
    static func aligner(
        _ arguments: Arguments, template: FaceTemplate = .insightface(), threads: Int
    ) throws -> FaceAligner? {
        guard try isWanted(arguments) else { return nil }
        let name = try arguments.choice("--template", among: FaceTemplate.names)
        return FaceAligner(
            try search(arguments, choice(arguments), threads: threads),
            name.flatMap { $0 == template.name ? nil : FaceTemplate.named($0) } ?? template)
    }

    /// Whether pictures are photographs.
    ///
    /// - Throws: `CommandError` for options that require `--detect`.
    static func isWanted(_ arguments: Arguments) throws(CommandError) -> Bool {
        if arguments.has("--detect") { return true }
        let all = ["--face", "--template", "--detector", "--min-face", "--min-side"]
        if let option = all.first(where: { arguments.value($0) != nil }) {
            throw .missingOption(option: "--detect", hint: "\(option) requires it")
        }
        return false
    }

    /// The faces of a set's photographs; pictures that are left out are reported.
    static func images(
        of source: any ImageSource, _ aligner: FaceAligner, quality: Int? = nil, threads: Int,
        progress: (Int) throws -> Void
    ) throws -> DetectedImages {
        let found = try DetectedImages(
            of: source, aligner, quality: quality, threads: threads, progress: progress)
        guard found.source.count > 0 else {
            throw FaceDataError.noFace(
                path: source.location.path,
                reason: "none of its \(counted(source.count, "picture")) has one that was found")
        }
        return found
    }

    /// Reports pictures that are left out, and those with several faces.
    ///
    /// - Returns: Whether none was left out.
    static func report(_ outcome: SetDetection.Outcome) -> Bool {
        var lines = text(ofLeftOut: outcome.leftOut)
        if !outcome.bad.isEmpty {
            lines.append("\(grouped(outcome.bad.count)) could not be read:")
            lines += DataWork.some(outcome.bad.map { "\($0.path): \($0.reason)" })
        }
        if !outcome.withSeveral.isEmpty {
            let several = counted(outcome.withSeveral.count, "picture has", "pictures have")
            Console.note("\(several) several faces; one was chosen by --face:")
            DataWork.some(outcome.withSeveral).forEach(Console.note)
        }
        lines.forEach(Console.note)
        let left = outcome.images - outcome.withFace
        guard left > 0 else { return true }
        Console.standard.error(counted(left, "picture was", "pictures were") + " left out")
        return false
    }

    private static let rules = FaceChoice.allCases.filter { $0 != .ask }.map(\.rawValue)

    /// Help on the choice of a face.
    static let rule =
        "which face to take if a picture has several: largest, central (insightface's rule), best (the "
        + "highest score) or first"

    /// The search that is requested.
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

    /// The requested rule; nil for none.
    static func choice(_ arguments: Arguments) throws -> FaceChoice? {
        try arguments.choice("--face", among: rules).flatMap(FaceChoice.init)
    }

    /// The note on pictures without a suitable face.
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
