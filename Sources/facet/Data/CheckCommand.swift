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
        crops that do not match it. Test sets of templates (a folder of IJB-B, IJB-C, TinyFace or SurvFace, or \
        IMAGES,LIST with an identification protocol) are checked for templates without images, people and pictures on \
        both sides of a search, repeated probes, and pairs that are repeated or contradict the lists of people; \
        IMAGES,LISTS of MegaFace for probes among the distractors and people without a pair, and FEATURES,LISTS for \
        features that are missing, damaged or of different lengths. The exit code is 1 if there is an error. An interrupted check starts \
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
        "facet data check CASIA-WebFace --against lfw=lfw.bin --removal overlap.txt",
        "facet data check IJBC", "facet data check faces,faces/identification.tsv",
    ]
) { arguments in
    let work = try DataWork(arguments)
    return try work.run {
        if let code = try checkBeyondPairs(arguments, work) { return code }
        let set = try work.open(arguments)
        if let file = arguments.value("--removal") {
            try DataWork.requireNoSource(among: [URL(fileURLWithPath: file)], arguments, set)
        }
        let testSets = try arguments.values("--against").map { text in
            try testSet(text, work)
        }
        let survey = try ImageSurvey(
            set.source, threads: work.threads,
            progress: work.progress("checking", set.source.count))
        let check = try SetCheck(
            set, survey: survey, against: testSets, alignment: try alignment(of: set, work))
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

/// Checks a test set of templates, or MegaFace's images or features; nil for another set.
private func checkBeyondPairs(_ arguments: Arguments, _ work: DataWork) throws -> ExitCode? {
    let source = arguments.positional("set") ?? ""
    let parts = source.split(separator: ",", maxSplits: 1).map(String.init)
    let folder = URL(fileURLWithPath: parts.first ?? "")
    let list = parts.count == 2 ? parts[1] : ""
    func refuse(_ what: String) throws(CommandError) {
        for option in ["--against", "--removal"] where arguments.has(option) {
            throw .together(option, what)
        }
    }
    // What is wrong with the lists is also said of features.
    if let set = try? MegaFaceImages.open(images: folder, lists: list), set.hasImages {
        try refuse("MegaFace")
        return try checkMegaFace(set, work)
    }
    if MegaFaceLists.isPair(features: folder, lists: list) {
        try refuse("MegaFace's features")
        let check = try MegaFaceCheck(
            features: folder, lists: URL(fileURLWithPath: list), progress: work.progress("reading"))
        try work.write(check, text: text(of: check))
        return check.worst == .error ? .failure : .success
    }
    // A folder of people may also contain a protocol, which is only checked if it is named.
    guard !list.isEmpty || TemplateSet.isTestSet(folder),
        let set = try TemplateSet.open(images: folder, pairs: list)
    else { return nil }
    try refuse("a test set of templates")
    let survey = try ImageSurvey(
        set.source, threads: work.threads, progress: work.progress("checking", set.source.count))
    let check = SetCheck(set, survey: survey)
    let head =
        "\(counted(set.templates.count, "template")) of \(counted(set.people.count, "person", "people"))"
        + (set.pairs.isEmpty ? "" : ", \(counted(set.pairs.count, "pair"))")
        + (set.galleries.isEmpty
            ? ""
            : ", \(counted(set.probes.count, "probe")) in \(counted(set.galleries.count, "gallery", "galleries"))")
    try work.write(check, text: head + "\n" + text(of: check))
    return check.worst == .error ? .failure : .success
}

/// Checks MegaFace's images.
private func checkMegaFace(_ set: MegaFaceImages, _ work: DataWork) throws -> ExitCode {
    let survey = try ImageSurvey(
        set.source, threads: work.threads, progress: work.progress("checking", set.source.count))
    let check = SetCheck(set, survey: survey)
    let head = sizes(
        probes: set.people.count, people: Set(set.people).count,
        distractors: set.source.count - set.people.count)
    try work.write(check, text: head + "\n" + text(of: check))
    return check.worst == .error ? .failure : .success
}

private func text(of check: MegaFaceCheck) -> String {
    ([
        sizes(probes: check.probes, people: check.people, distractors: check.distractors)
    ] + lines(of: check.diagnostics)).joined(separator: "\n")
}

private func sizes(probes: Int, people: Int, distractors: Int) -> String {
    "\(counted(probes, "probe")) of \(counted(people, "person", "people")) and "
        + counted(distractors, "distractor")
}

/// The findings as text.
private func lines(of diagnostics: [SetCheck.Diagnostic]) -> [String] {
    diagnostics.isEmpty
        ? ["no problems found"]
        : diagnostics.flatMap {
            ["\($0.severity.rawValue): \($0.message)"] + DataWork.some($0.items, 5)
        }
}

/// The alignment of the set's faces; nil if no detector is installed.
private func alignment(
    of set: ImageCollection, _ work: DataWork
) throws -> AlignmentCheck? {
    guard DetectorFiles.hasMTCNN else { return nil }
    let count = min(set.source.count, AlignmentCheck.maxPictures)
    return try AlignmentCheck(
        set.source, try MTCNN(), threads: work.threads,
        progress: work.progress("looking for faces", count))
}

private func testSet(_ text: String, _ work: DataWork) throws -> SetCheck.TestSet {
    let sides = try StudyOptions.named("--against", text, "NAME=PACK or NAME=IMAGES,PAIRS")
    guard case .pairs(let pairs) = try ImageCollection.open(sides.rest) else {
        throw CommandError.badValue(
            option: "--against", value: text, expected: "NAME=PACK or NAME=IMAGES,PAIRS")
    }
    return try SetCheck.TestSet(
        name: sides.name, pairs: pairs, threads: work.threads,
        progress: work.progress("reading \(quoted: sides.name)", pairs.source.count))
}

private func text(of check: SetCheck) -> String {
    let sizes = check.sizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
        .map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
    let head =
        counted(check.images, "image")
        + (check.identities > 0
            ? " of \(counted(check.identities, "identity", "identities"))" : "") + "; \(sizes)"
    return ([head] + lines(of: check.diagnostics)).joined(separator: "\n")
}
