import CommandKit
import FaceData
import FaceEmbedding
import FaceEvaluation
import Foundation
import SafeFiles
import Spelling

let verifyCommand = Command(
    "verify", "Say whether two pictures show the same person.",
    discussion: """
        Both pictures are aligned crops, as facet data align writes them, or with --detect photographs, whose \
        faces are found and aligned. The threshold is that of a false \
        acceptance rate, as facet evaluate --save-thresholds has measured it on a test set, or a number. \
        Prints the cosine of both embeddings, the threshold, the decision, and the probability that \
        two people are as similar or more, with its 95 % interval.

        Warnings are printed for pictures that are blurred, small or cropped differently from the training set, and with \
        --detect for \
        faces that are small, turned aside or leaning.

        The exit code is 0 when the comparison was made, whatever its outcome; --json states whether they are the same.
        """,
    positionals: [
        Positional("model", "a run's folder, a model file or a network in ONNX or TorchScript"),
        Positional("first", "a picture"), Positional("second", "another picture"),
    ],
    options: [
        Option(
            "--far", .value("RATE"),
            "the false acceptance rate whose threshold decides; default 1e-3"),
        Option(
            "--threshold", .value("X"), "the cosine above which it is the same person, instead"),
        Option(
            "--picture", .value("FILE"), "write both crops side by side there, as .png or .jpg"),
        Option("--json", .flag, "write the comparison as JSON"),
    ] + DetectorOptions.photographs + UseFlags.network,
    examples: [
        "facet verify runs/arcface a.jpg b.jpg",
        "facet verify runs/arcface holiday.jpg passport.jpg --detect --picture both.png",
        "facet verify w600k_r50.onnx a.jpg b.jpg --far 1e-4",
        "facet verify runs/arcface a.jpg b.jpg --threshold 0.35 --picture both.png",
    ]
) { arguments in
    let (far, given) = (
        try UseFlags.rate("--far", arguments), try arguments.number("--threshold", in: -1...1)
    )
    guard far == nil || given == nil else { throw CommandError.together("--far", "--threshold") }
    let picture = try arguments.file("--picture", endings: ["png", "jpg", "jpeg"])
    let path = arguments.positional("model") ?? ""
    let embedder = try UseFlags.embedder(path, arguments)
    let calibration = try embedder.calibration()
    let threshold =
        try given.map(DecisionThreshold.init(cosine:))
        ?? DecisionThreshold(far: far ?? 1e-3, of: calibration, model: path)
    let comparison = try embedder.comparison(
        of: URL(fileURLWithPath: arguments.positional("first") ?? ""),
        with: URL(fileURLWithPath: arguments.positional("second") ?? ""))
    let verdict = Verdict(comparison, threshold, calibration, model: embedder.path)
    if let picture { try write(comparison, picture) }
    if arguments.has("--json") {
        try Console.standard.writeJSON(verdict)
    } else {
        verdict.warnings.forEach(Console.standard.warning)
        Console.outputWrapped(verdict.text)
    }
    return .success
}

/// Writes both crops side by side.
private func write(_ comparison: FaceComparison, _ file: (path: String, ending: String)) throws {
    let sheet = ContactSheet(side: 224, gap: 4)
        .image(of: [[comparison.first.crop, comparison.second.crop]])
    let bytes =
        file.ending == "png"
        ? try ImageEncoder.png(sheet) : try ImageEncoder.jpeg(sheet, quality: 92)
    try FileWriter.write(bytes, to: URL(fileURLWithPath: file.path))
}

/// The output for two pictures.
private struct Verdict: Encodable {
    /// The output for one picture.
    struct Picture: Encodable {
        var path: String
        var width: Int
        var height: Int
        var sharpness: Double
        var likeness: Double
        var norm: Double
        /// For a photograph: size of the face in pixels, and its yaw and roll in degrees.
        var faceSize: Double?
        var yaw: Double?
        var roll: Double?
        var warnings: [String]

        init(_ side: FaceComparison.Side) {
            path = side.path
            (width, height) = (side.quality.width, side.quality.height)
            sharpness = side.quality.sharpness
            likeness = side.quality.likeness
            norm = side.norm
            let view = side.quality.view
            (faceSize, yaw, roll) = (view?.size, view?.yaw, view?.roll)
            warnings = side.warnings
        }
    }

    var model: String
    var similarity: Double
    var threshold: Double
    var thresholdInterval: [Double]?
    var far: Double?
    /// The origin of the threshold: `model` or `option`.
    var thresholdSource: String
    var same: Bool
    /// The test set on which the model's thresholds were measured.
    var set: String?
    var impostorPairs: Int?
    /// Probability that two different people are at least as similar.
    var impostorProbability: Double?
    var impostorProbabilityInterval: [Double]?
    var pictures: [Picture]
    private let calibration: ScoreCalibration?

    private enum CodingKeys: String, CodingKey {
        case model, similarity, threshold, thresholdInterval, far, thresholdSource, same, set
        case impostorPairs, impostorProbability, impostorProbabilityInterval, pictures
    }

    init(
        _ comparison: FaceComparison, _ threshold: DecisionThreshold,
        _ calibration: ScoreCalibration?, model: String
    ) {
        self.model = model
        self.calibration = calibration
        similarity = comparison.similarity
        self.threshold = threshold.cosine
        thresholdInterval = threshold.measured?.interval
        far = threshold.measured?.far
        thresholdSource = threshold.measured == nil ? "option" : "model"
        same = threshold.accepts(comparison.similarity)
        pictures = [Picture(comparison.first), Picture(comparison.second)]
        set = calibration?.set
        impostorPairs = calibration?.impostorPairs
        let share = calibration?.impostorFraction(atLeast: comparison.similarity)
        impostorProbability = share?.estimate
        impostorProbabilityInterval = share?.interval
    }

    var warnings: [String] {
        pictures.flatMap { picture in picture.warnings.map { "\(quoted: picture.path): \($0)" } }
    }

    /// The result as text for a terminal.
    var text: String {
        var lines = [
            same ? "the same person" : "different people",
            "  similarity   \(ThresholdText.cosine(similarity))",
            "  threshold    \(ThresholdText.cosine(threshold))\(origin)",
        ]
        if let calibration, let share = impostorProbability,
            let interval = impostorProbabilityInterval
        {
            lines.append(
                "  probability that two people are as similar or more: "
                    + "\(ThresholdText.percent(share)) (\(ThresholdText.percent(interval[0])) to "
                    + "\(ThresholdText.percent(interval[1]))), of \(ThresholdText.source(calibration))"
            )
        }
        return lines.joined(separator: "\n")
    }

    private var origin: String {
        guard let far, let calibration, let thresholdInterval else { return ", as given" }
        return
            " (\(ThresholdText.range(thresholdInterval))), FAR \(OperatingPoint.text(ofRate: far)) on "
            + "\(quoted: calibration.set), kept with the model"
    }
}
