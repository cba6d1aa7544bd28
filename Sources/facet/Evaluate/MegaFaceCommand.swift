import CommandKit
import FaceData
import FaceEmbedding
import FaceEvaluation
import Foundation
import Spelling

let megaFaceCommand = Command(
    "megaface", "Evaluate feature files of MegaFace's development kit.",
    discussion: """
        FEATURES holds facescrub/PERSON/IMAGE_SUFFIX.bin and megaface/A/B/IMAGE_SUFFIX.bin; LISTS holds \
        facescrub_lst and megaface_lst and, if noise is to be left out, facescrub_noises.txt and \
        megaface_noises.txt, all as insightface names them. Prints the rank-1 rate over the number of \
        distractors, and TAR at FAR 1e-6. Ties count against a probe.
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
    func table(_ values: [Float]) throws -> EmbeddingTable {
        try EmbeddingTable(
            count: values.count / features.dimension, dimension: features.dimension,
            values: values
        ).normalized()
    }
    let search = try DistractorSearch(
        probes: table(features.probes), people: features.people,
        distractors: table(features.distractors), product: TemplateProduct.torch)
    let rows = search.sizes.map { size in
        MegaFaceRow(
            distractors: size, rank1: search.rate(atRank: 1, distractors: size),
            rank10: search.rate(atRank: 10, distractors: size))
    }
    let result = MegaFaceResult(
        pairs: search.pairs, noisyProbes: features.noisy.probes,
        noisyDistractors: features.noisy.distractors, rates: rows,
        tarAtFAR1e6: search.tar(atFAR: 1e-6))
    if arguments.has("--json") {
        try Console.standard.writeJSON(result)
    } else {
        Console.output(result.text)
    }
    return .success
}

private struct MegaFaceRow: Encodable {
    var distractors: Int
    var rank1: Double?
    var rank10: Double?
}

private struct MegaFaceResult: Encodable {
    var pairs: Int
    var noisyProbes: Int
    var noisyDistractors: Int
    var rates: [MegaFaceRow]
    var tarAtFAR1e6: Double?

    var text: String {
        func percent(_ value: Double?) -> String {
            value.map { String(format: "%.2f %%", $0 * 100) } ?? "-"
        }
        let head =
            "\(counted(pairs, "pair")) of images of one person; noise left out: "
            + "\(counted(noisyProbes, "probe")) and \(counted(noisyDistractors, "distractor"))"
        let lines = rates.map { row in
            "  \(counted(row.distractors, "distractor")): rank 1 \(percent(row.rank1)), rank 10 \(percent(row.rank10))"
        }
        return ([head] + lines + ["  TAR at FAR 1e-6: \(percent(tarAtFAR1e6))"]).joined(
            separator: "\n")
    }
}
