import CommandKit
import FaceEmbedding
import FaceEvaluation
import FaceGallery
import Foundation
import SafeFiles
import Spelling

let galleryCommand = Command(
    "gallery", "Enrol people, and identify people in pictures.",
    discussion: """
        A gallery is one file with names, embeddings, hashes of the pictures, and the model of the \
        embeddings. Pictures are not stored. Several processes may use it at once.
        """,
    subcommands: [
        galleryCreateCommand, galleryEnrolCommand, galleryIdentifyCommand, galleryListCommand,
        galleryRemoveCommand, galleryExportCommand,
    ])

/// Common options of the commands of a gallery.
enum GalleryFlags {
    static let file = Positional("gallery", "the gallery's file")

    /// Options for finding and running the model.
    static let model =
        [
            Option(
                "--model", .value("FILE"),
                "the gallery's model, if its path has changed since the gallery was created")
        ] + DetectorOptions.photographs + UseFlags.network

    /// Opens the gallery that the argument names.
    static func gallery(_ arguments: Arguments) throws -> FaceGallery {
        try FaceGallery(URL(fileURLWithPath: arguments.positional("gallery") ?? ""))
    }

    static func embedder(of gallery: FaceGallery, _ arguments: Arguments) throws -> FaceEmbedder {
        let path = arguments.value("--model") ?? gallery.model.path
        let embedder = try UseFlags.embedder(path, arguments)
        try gallery.require(GalleryModel(identity: embedder.identity(), path: path))
        return embedder
    }
}

private let galleryCreateCommand = Command(
    "create", "Create an empty gallery for a model.",
    discussion: """
        The model's thresholds from facet evaluate --save-thresholds are copied into the gallery.
        """,
    positionals: [
        GalleryFlags.file,
        Positional("model", "a run's folder, a model file or a network in ONNX or TorchScript"),
    ],
    options: UseFlags.network,
    examples: ["facet gallery create people.gallery runs/arcface"]
) { arguments in
    let url = URL(fileURLWithPath: arguments.positional("gallery") ?? "")
    let path = arguments.positional("model") ?? ""
    let embedder = try UseFlags.embedder(path, arguments)
    let calibration = try embedder.calibration()
    try FaceGallery.create(
        url,
        model: GalleryModel(
            identity: embedder.identity(), path: URL(fileURLWithPath: embedder.path).path),
        calibration: calibration)
    if let calibration {
        Console.note("thresholds of \(ThresholdText.source(calibration)) are kept with it")
    } else {
        Console.note(
            "the model has no thresholds: measure them with facet evaluate \(path) --test NAME=IMAGES,PAIRS "
                + "--save-thresholds, or give one to facet gallery identify with --threshold")
    }
    return .success
}

private let galleryListCommand = Command(
    "list", "List the people and how many pictures each has.",
    positionals: [GalleryFlags.file],
    options: [Option("--json", .flag, "write the list as JSON")],
    examples: ["facet gallery list people.gallery"]
) { arguments in
    let people = try GalleryFlags.gallery(arguments).people()
    if arguments.has("--json") {
        struct Row: Encodable { var person: String, pictures: Int }
        try Console.standard.writeJSON(people.map { Row(person: $0.name, pictures: $0.pictures) })
    } else if people.isEmpty {
        Console.note("no one is enrolled")
    } else {
        Console.outputWrapped(
            people.map { "\($0.name): \(counted($0.pictures, "picture"))" }.joined(separator: "\n"))
    }
    return .success
}

private let galleryRemoveCommand = Command(
    "remove", "Remove people and erase their embeddings from the gallery's file.",
    positionals: [
        GalleryFlags.file, Positional("person", "names", isRepeating: true, completion: .nothing),
    ],
    examples: ["facet gallery remove people.gallery anna"]
) { arguments in
    let gallery = try GalleryFlags.gallery(arguments)
    for person in arguments.positionals("person") {
        let count = try gallery.remove(person)
        Console.note("\(quoted: person) is removed (\(counted(count, "picture")))")
    }
    return .success
}

private let galleryExportCommand = Command(
    "export", "Write a gallery as a table: person, hash of the picture, norm, date and embedding.",
    positionals: [GalleryFlags.file, Positional("file", "the new file, as .csv")],
    examples: ["facet gallery export people.gallery people.csv"]
) { arguments in
    let gallery = try GalleryFlags.gallery(arguments)
    guard let file = try arguments.file("file", endings: ["csv"]) else { return .usage }
    let writer = try FileWriter(URL(fileURLWithPath: file.path))
    try gallery.export { try writer.write($0 + "\n") }
    try writer.finish()
    return .success
}
