import CommandKit
import FaceData
import Foundation

let alignCommand = Command(
    "align", "Aligns faces by five landmarks to insightface's template.",
    discussion: """
        A least-squares similarity (Umeyama) brings the landmarks to the template; bilinear, black \
        where the picture ends. LANDMARKS has a line 'path x1 y1 ... x5 y5' for each image (left \
        eye, right eye, nose, left and right corner of the mouth), as CelebA, VGGFace2 and most \
        detectors write them, or is insightface's .lst. What the folder has already is kept, so \
        that an interrupted command goes on.
        """,
    positionals: [
        Positional("set", "the pictures"), Positional("landmarks", "the file of landmarks"),
        Positional("folder", "where aligned faces go, under the pictures' names"),
    ],
    options: [
        Option("--size", .value("N"), "height and width, in pixels; default 112"),
        Option("--quality", .value("N"), "quality of the JPEGs; default 95"),
        Option("--png", .flag, "write PNGs instead, which lose nothing"),
    ] + DataWork.options,
    examples: ["facet data align lfw landmarks.txt lfw-112"]
) { arguments in
    let work = try DataWork(arguments)
    work.goesOn = true
    return try work.run {
        let set = try work.open(arguments)
        let quality = try arguments.whole("--quality", in: 1...100) ?? 95
        let alignment = SetAlignment(
            side: try arguments.whole("--size", in: 16...1024) ?? 112,
            quality: arguments.has("--png") ? nil : quality, threads: work.threads)
        let folder = DataWork.url(arguments, "folder")
        let outcome = try alignment.align(
            set.source, try LandmarkFile(DataWork.url(arguments, "landmarks")), to: folder,
            progress: work.progress("aligning", set.source.count))
        try work.write(outcome, text: text(of: outcome, folder))
        return .success
    }
}

private func text(of outcome: SetAlignment.Outcome, _ folder: URL) -> String {
    var lines = ["\(outcome.written) faces were written to \(folder.path)"]
    if outcome.kept > 0 { lines.append("\(outcome.kept) were there already") }
    if !outcome.withoutPoints.isEmpty {
        lines.append("\(outcome.withoutPoints.count) images have no landmarks:")
        lines += DataWork.some(outcome.withoutPoints)
    }
    if !outcome.bad.isEmpty {
        lines.append("\(outcome.bad.count) could not be aligned:")
        lines += DataWork.some(outcome.bad.map { "\($0.path): \($0.reason)" })
    }
    return lines.joined(separator: "\n")
}
