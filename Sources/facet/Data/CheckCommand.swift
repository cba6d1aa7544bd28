import CommandKit
import FaceData
import FaceDetection
import Foundation
import Spelling

let checkCommand = Command(
    "check", "Check a set for every kind of problem.",
    discussion: """
        Decodes every image. Reports images that cannot be decoded, odd sizes, pictures that occur twice \
        or under two identities, identities without images or with the same name, labels out of range, \
        swapped colour channels, faces that are not aligned (if scripts/bootstrap detectors has been run) \
        and, with --against, people and pictures shared with a test set and \
        crops that do not match it. The exit code is 1 if there is an error. An interrupted check starts \
        over, so that its result describes all files at one time.
        """,
    positionals: [Positional("set", "the set to check")],
    options: [
        Option(
            "--against", .values("NAME=PACK|IMAGES,PAIRS"),
            "a test set that must not share people with the set"),
        Option(
            "--removal", .value("FILE"),
            "write the identities shared with a test set, for facet compare --without"),
    ] + DataWork.options,
    examples: [
        "facet data check CASIA-WebFace --against lfw=lfw.bin --removal overlap.txt"
    ]
) { arguments in
    let work = try DataWork(arguments)
    return try work.run {
        let set = try work.open(arguments)
        if let file = arguments.value("--removal") {
            try DataWork.requireNoSource(among: [URL(fileURLWithPath: file)], arguments, set)
        }
        let opponents = try arguments.values("--against").map { text in
            try opponent(text, work)
        }
        let survey = try ImageSurvey(
            set.source, threads: work.threads,
            progress: work.progress("checking", set.source.count))
        let check = try SetCheck(
            set, survey: survey, against: opponents, alignment: try alignment(of: set, work))
        if let file = arguments.value("--removal") {
            try RemovalList.write(
                check.removals, reason: "identities shared with a test set",
                to: URL(fileURLWithPath: file))
        }
        try work.write(check, text: text(of: check))
        if !DetectorFiles.hasMTCNN {
            Console.note(
                "whether faces are aligned was not checked, without a detector: scripts/bootstrap detectors"
            )
        }
        return check.worst == .error ? .failure : .success
    }
}

/// The positions of the set's faces; nil if no detector is installed.
private func alignment(
    of set: ImageCollection, _ work: DataWork
) throws -> AlignmentCheck? {
    guard DetectorFiles.hasMTCNN else { return nil }
    let count = min(set.source.count, AlignmentCheck.maxPictures)
    return try AlignmentCheck(
        set.source, try MTCNN(), threads: work.threads,
        progress: work.progress("looking for faces", count))
}

private func opponent(_ text: String, _ work: DataWork) throws -> SetCheck.Opponent {
    let sides = try StudyOptions.named("--against", text, "NAME=PACK or NAME=IMAGES,PAIRS")
    guard case .pairs(let pairs) = try ImageCollection.open(sides.rest) else {
        throw CommandError.badValue(
            option: "--against", value: text, expected: "NAME=PACK or NAME=IMAGES,PAIRS")
    }
    return try SetCheck.Opponent(
        name: sides.name, pairs: pairs, threads: work.threads,
        progress: work.progress("reading '\(sides.name)'", pairs.source.count))
}

private func text(of check: SetCheck) -> String {
    let sizes = check.sizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
        .map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
    var lines = [
        counted(check.images, "image")
            + (check.identities > 0
                ? " of \(counted(check.identities, "identity", "identities"))" : "") + "; \(sizes)"
    ]
    for diagnostic in check.diagnostics {
        lines.append("\(diagnostic.severity.rawValue): \(diagnostic.message)")
        lines += DataWork.some(diagnostic.items, 5)
    }
    if check.diagnostics.isEmpty { lines.append("no problems found") }
    return lines.joined(separator: "\n")
}
