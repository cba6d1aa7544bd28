import CommandKit
import FaceData
import FaceEmbedding
import FaceEvaluation
import Foundation

let megaFaceCommand = Command(
    "megaface", "Evaluate feature files of MegaFace's development kit.",
    discussion: """
        FEATURES contains facescrub/PERSON/IMAGE_SUFFIX.bin and megaface/A/B/IMAGE_SUFFIX.bin; LISTS contains \
        facescrub_lst, megaface_lst and, to exclude noise, facescrub_noises.txt and \
        megaface_noises.txt, all as insightface names them. Prints the rank-1 rate over the number of \
        distractors, and TAR at FAR 1e-6 or the lowest rate that the pairs support, with intervals for other people. \
        Ties count against a probe. With images instead of features, a \
        network is tested by facet evaluate MODEL --test NAME=IMAGES,LISTS, and the losses of a study by facet compare \
        with the same option; facet embed --suffix writes features.
        """,
    positionals: [
        Positional("features", "folder of the features", completion: .folders),
        Positional("lists", "folder of the lists", completion: .folders),
    ],
    options: [
        Option("--suffix", .value("TEXT"), "suffix of an image's name; default insightface"),
        Option("--distractors", .value("N"), "number of distractors to read; default all"),
        Option("--json", .flag, "write the results as JSON"),
    ],
    examples: ["facet evaluate megaface feature_out data --suffix insightface"]
) { arguments in
    let features = try MegaFaceFeatures(
        features: URL(fileURLWithPath: arguments.positional("features") ?? ""),
        lists: URL(fileURLWithPath: arguments.positional("lists") ?? ""),
        suffix: arguments.value("--suffix") ?? "insightface",
        limit: try arguments.whole("--distractors", in: 1...Int.max))
    let found = try EvaluatedMegaFace(name: "megaface", features)
    if arguments.has("--json") {
        try Console.standard.writeJSON(found.report)
    } else {
        Console.outputWrapped(found.text)
    }
    return .success
}
