import CommandKit
import FaceLosses
import FaceReport
import FaceStudy
import Foundation

let toyCommand = Command(
    "toy", "Train losses with 2- or 3-dimensional embeddings and plot them.",
    discussion: """
        Trains a small network to distinguish a few built-in identities, once with each loss, in \
        seconds. Embeddings of two or three dimensions can be plotted, which shows what a margin \
        does.
        """,
    positionals: [
        Positional(
            "losses", "losses; default: the paper's five", isOptional: true, isRepeating: true)
    ],
    options: [
        Option("--output", .value("FILE"), "the SVG file to write; default toy.svg"),
        Option("--dimensions", .value("N"), "dimension of the embeddings, 2 or 3; default 2"),
        Option("--identities", .value("N"), "number of identities; default 8"),
        Option("--images", .value("N"), "images of each identity; default 30"),
        Option("--steps", .value("N"), "training steps; default 400"),
        Option("--seed", .value("N"), "random seed for faces and initial weights; default 1"),
    ],
    examples: [
        "facet losses toy", "facet losses toy softmax arcface triplet --dimensions 3",
    ]
) { arguments in
    let path = try arguments.file("--output", endings: ["svg"])?.path ?? "toy.svg"
    let dimensions = try arguments.whole("--dimensions", in: 2...3) ?? 2
    let seed = UInt64(try arguments.whole("--seed", in: 0...Int.max) ?? 1)
    let identities = try arguments.whole("--identities", in: 2...64) ?? 8
    let images = try arguments.whole("--images", in: 2...500) ?? 30
    let steps = try arguments.whole("--steps", in: 1...100_000) ?? 400
    let given = arguments.list(positional: "losses")
    let losses =
        given.isEmpty ? ["softmax", "asoftmax", "amsoftmax", "arcface", "marginal"] : given
    let specifications = try losses.map { try LossSpecification(parsing: $0) }
    let faces = ToyFaces(identities: identities, images: images, seed: seed)
    var panels: [EmbeddingPicture.Panel] = []
    let line = ProgressLine("training", total: specifications.count, unit: "losses")
    for (index, specification) in specifications.enumerated() {
        let toy = try ToyTraining(
            specification, faces: faces, dimensions: dimensions, steps: steps, seed: seed)
        let note = String(
            format: "accuracy %.1f %%, %.1f° wide, gap %.1f°", toy.accuracy * 100, toy.meanAngle,
            toy.minGap)
        Console.note("\(specification): \(note)")
        line.update(index + 1)
        panels.append(
            EmbeddingPicture.Panel(
                title: losses[index], note: note, embeddings: toy.embeddings, labels: toy.labels,
                weights: toy.weights))
    }
    line.finish("")
    return try writePicture(
        EmbeddingPicture(
            title: "\(identities) identities in \(dimensions) dimensions", panels: panels
        ).text, to: path)
}
