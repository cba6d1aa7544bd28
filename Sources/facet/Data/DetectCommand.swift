import CommandKit
import FaceData
import FaceEmbedding
import Foundation
import Spelling

let detectCommand = Command(
    "detect", "Find the faces in pictures, with five landmarks each.",
    discussion: """
        Finds all faces with MTCNN, whose weights scripts/bootstrap detectors installs, in all pictures of a folder and \
        its subfolders, or of a set in any format. Pictures \
        without a face, and with one that is too small, cut off, not upright or implausible, are counted and \
        listed. --output writes one line per face: path, five landmarks (left eye, right eye, nose, left and right \
        corner of the mouth, as seen in the image), score and box, the chosen face first; facet data \
        align reads such a file, and finds faces itself with --detect. The exit code is 1 if no face was \
        found, or a picture could not be read.
        """,
    positionals: [Positional("set", "a folder of pictures, or a set in any format")],
    options: [
        Option("--output", .value("FILE"), "write the faces as CSV"),
        Option("--face", .value("RULE"), DetectorOptions.rule + "; default central"),
    ] + DetectorOptions.options + DataWork.options,
    examples: [
        "facet data detect lfw --output landmarks.csv", "facet data detect holiday --face largest",
    ]
) { arguments in
    let work = try DataWork(arguments)
    return try work.run {
        let search = try DetectorOptions.search(
            arguments, DetectorOptions.choice(arguments), threads: work.threads)
        let pictures = try EmbeddedSet.open(
            arguments.positional("set") ?? "", threads: work.threads, warn: Console.standard.warning
        )
        let detection = SetDetection(search, threads: work.threads)
        let (rows, outcome) = try detection.faces(
            of: pictures, progress: work.progress("detecting", pictures.count))
        var output: URL?
        if let file = arguments.value("--output") {
            let url = URL(fileURLWithPath: file)
            try DataWork.requireNoSource(among: [url], arguments, pictures)
            try SetDetection.write(rows, to: url)
            output = url
        }
        try work.write(outcome, text: text(of: outcome, output))
        return outcome.faces > 0 && outcome.bad.isEmpty ? .success : .failure
    }
}

private func text(of outcome: SetDetection.Outcome, _ output: URL?) -> String {
    let pictures = counted(outcome.images, "picture")
    let fit = grouped(outcome.withFace) + (outcome.withFace == 1 ? " has" : " have")
    var lines = [
        "\(counted(outcome.faces, "face")) in \(pictures), of which \(fit) one that can be aligned"
    ]
    if let output { lines.append("written to \(output.path)") }
    if !outcome.withSeveral.isEmpty {
        let several = counted(outcome.withSeveral.count, "picture has", "pictures have")
        lines.append("\(several) several faces:")
        lines += DataWork.some(outcome.withSeveral)
    }
    lines += DetectorOptions.text(ofLeftOut: outcome.leftOut)
    if !outcome.bad.isEmpty {
        lines.append("\(grouped(outcome.bad.count)) could not be read:")
        lines += DataWork.some(outcome.bad.map { "\($0.path): \($0.reason)" })
    }
    return lines.joined(separator: "\n")
}
