import CommandKit
import FaceStudy
import FaceSynthesis
import Foundation
import Spelling
import Torch

let synthesizeCommand = Command(
    "synthesize", "Render a built-in set of faces as an ordinary image folder.",
    discussion: """
        The sets are clean (fewer people, correct labels), wild (more people, a long tail, label \
        noise), pairs (other people, with a pairs.txt) and templates (others again, with an \
        identification.tsv of IJB's form: templates of several images of uneven quality, two galleries, \
        unknown people and distractors). A set is identical on every machine.
        """,
    positionals: [
        Positional(
            "set", "clean, wild, pairs or templates", completion: .words(BuiltInSet.all.map(\.name))
        ),
        Positional("folder", "output folder", completion: .folders),
    ],
    options: [
        Option("--scale", .value("X"), "factor on the number of people; default 1"),
        Option(
            "--distractors", .value("N"),
            "people of templates who are enrolled and never searched for; default 300"),
        Option("--seed", .value("N"), "random seed: other people, other pictures; default 1"),
        Option("--size", .value("N"), "height and width, in pixels; default 112"),
        Option(
            "--threads", .value("N"),
            "rendering threads; default: one per available core"),
    ],
    examples: [
        "facet data synthesize clean faces",
        "facet data synthesize templates ijb --distractors 20000",
    ]
) { arguments in
    let name = arguments.positional("set") ?? ""
    guard var set = try BuiltInSet.named("synthetic:\(name)") else { return .failure }
    if let factor = try arguments.number("--scale", in: 0.001...10_000) {
        set = try set.scaled(by: Float(factor))
    }
    if let count = try arguments.whole("--distractors", in: 0...9_000_000) {
        guard let templates = set.templates else {
            throw CommandError.together("--distractors", "the set \(quoted: name), which has none")
        }
        set.identities += count - templates.distractors
        set.templates?.distractors = count
    }
    if let seed = try arguments.whole("--seed", in: 0...Int.max) { set.seed = UInt64(seed) }
    if let size = try arguments.whole("--size", in: 16...512) { set.size = size }
    let threads =
        try arguments.whole("--threads", in: 1...256)
        ?? AvailableThreads.count
    let folder = URL(fileURLWithPath: arguments.positional("folder") ?? "")
    try drawBuiltIn(set, to: folder, threads: threads, try Interrupt())
    Console.output("\(quoted: set.name) written to \(folder.path)")
    return .success
}

/// Renders a built-in set into a folder, with progress.
func drawBuiltIn(
    _ set: SyntheticSet, to folder: URL, threads: Int = AvailableThreads.count,
    _ interrupt: Interrupt
) throws {
    let line = ProgressLine("drawing \(quoted: set.name)", unit: "images")
    try BuiltInSet.write(set, to: folder, threads: threads) { done, total in
        line.update(done, of: total)
        try interrupt.check()
    }
    line.finish()
}
