import CommandKit
import FaceLosses
import FaceReport
import FaceRuns
import Foundation
import SafeFiles

let plotCommand = Command(
    "plot", "Plot the target logit and its gradient against the angle.",
    discussion: """
        The curves are computed by the losses themselves, as at the end of a run (see --fraction), and \
        divided by the scale.
        """,
    positionals: [Positional("losses", "classification losses", isRepeating: true)],
    options: [
        Option("--output", .value("FILE"), "the SVG file to write; default losses.svg"),
        Option("--classes", .value("N"), "number of identities; default 500"),
        Option(
            "--norm", .value("X"), "norm of the embeddings; default 22.6, the square root of 512"),
        Option("--fraction", .value("X"), "completed fraction of the run; default 1"),
    ],
    examples: [
        "facet losses plot softmax asoftmax amsoftmax arcface --output losses.svg",
        "facet losses plot arcface:fallback=none arcface:fallback=clamp insightface-mxnet",
    ]
) { arguments in
    let path = try arguments.file("--output", endings: ["svg"])?.path ?? "losses.svg"
    let classes = try arguments.whole("--classes", in: 2...1_000_000) ?? 500
    let norm = try arguments.number("--norm", in: 0.001...1e6) ?? 512.0.squareRoot()
    let fraction = try arguments.number("--fraction", in: 0...1) ?? 1
    let curves = try arguments.list(positional: "losses").map { text in
        let curve = try TargetCurve(
            LossSpecification(parsing: text), classes: classes, norm: norm, fraction: fraction)
        return TargetLogitPicture.Curve(
            title: text, points: curve.points.map { ($0.angle, $0.logit, $0.gradient) })
    }
    return try writePicture(
        TargetLogitPicture(curves).text, to: path)
}

/// Writes an SVG file and prints its path.
func writePicture(_ text: String, to path: String) throws -> ExitCode {
    let url = URL(fileURLWithPath: path)
    try AtomicFile.write(Data(text.utf8), to: url)
    Console.output("figure: \(url.path)")
    return .success
}
