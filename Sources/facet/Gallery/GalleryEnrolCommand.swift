import CommandKit
import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceGallery
import Foundation
import Spelling

let galleryEnrolCommand = Command(
    "enrol", "Enrol people from pictures of their faces.",
    discussion: """
        Pictures are aligned crops, as facet data align writes them, or with --detect photographs, whose faces \
        are found and aligned; those without a face, or that cannot be decoded, are reported and left out, with the \
        exit code 1. A folder contains one folder per person, \
        FOLDER/NAME/*.jpg; with --person, all pictures are that person's. Pictures that are already enrolled are \
        skipped: run the same command again to resume an enrolment.
        """,
    positionals: [
        GalleryFlags.file,
        Positional("pictures", "folders of people, or with --person pictures", isRepeating: true),
    ],
    options: [
        Option("--person", .value("NAME"), "the person in all pictures", completion: .nothing)
    ] + GalleryFlags.model,
    examples: [
        "facet gallery enrol people.gallery photos --detect",
        "facet gallery enrol people.gallery anna1.jpg anna2.jpg --person anna",
    ]
) { arguments in
    let interrupt = try Interrupt()
    let gallery = try GalleryFlags.gallery(arguments)
    let paths = arguments.positionals("pictures").map { URL(fileURLWithPath: $0) }
    let people = try enrolments(paths, person: arguments.value("--person"))
    let embedder = try GalleryFlags.embedder(of: gallery, arguments)
    if let calibration = try embedder.calibration(), try calibration != gallery.calibration() {
        try gallery.keep(calibration)
    }
    let total = people.reduce(0) { $0 + $1.pictures.count }
    let line = ProgressLine("enrolling", total: total, unit: "pictures")
    var (done, added, leftOut) = (0, 0, 0)
    for (person, pictures) in people {
        for start in stride(from: 0, to: pictures.count, by: batch) {
            let some = pictures[start..<min(start + batch, pictures.count)]
            let counts = try enrol(Array(some), as: person, in: gallery, embedder)
            added += counts.added
            leftOut += counts.leftOut
            done += some.count
            line.update(done)
            try interrupt.check()
        }
    }
    line.finish()
    Console.note(
        "\(counted(added, "picture")) of \(counted(people.count, "person", "people")) enrolled"
            + (added + leftOut < total
                ? "; \(counted(total - added - leftOut, "was", "were")) enrolled before" : ""))
    guard leftOut > 0 else { return .success }
    Console.standard.error(counted(leftOut, "picture was", "pictures were") + " left out")
    return .failure
}

/// Number of pictures that are embedded and enrolled in one transaction.
private let batch = 64

private func enrol(
    _ pictures: [URL], as person: String, in gallery: FaceGallery, _ embedder: FaceEmbedder
) throws -> (added: Int, leftOut: Int) {
    let new = try fresh(pictures, of: person, in: gallery)
    var faces: [(url: URL, hash: String, crop: CroppedFace)] = []
    for (picture, face) in zip(new, embedder.faces(of: new.map(\.url))) {
        switch face {
        case .success(let face): faces.append((picture.url, picture.hash, face))
        case .failure(let error): Console.standard.warning("\(error)")
        }
    }
    let leftOut = new.count - faces.count
    guard !faces.isEmpty else { return (0, leftOut) }
    let vectors = try embedder.embeddings(
        of: faces.map(\.crop.image), names: faces.map(\.url.path))
    for face in faces {
        for warning in embedder.quality(of: face.crop).warnings(inputSize: embedder.inputSize) {
            Console.standard.warning("\(quoted: face.url.path): \(warning)")
        }
    }
    let added = try gallery.enrol(
        zip(faces, vectors).map { face, vector in
            EnrolledFace(
                image: face.hash, name: face.url.path, embedding: vector.values, norm: vector.norm)
        }, as: person)
    return (added, leftOut)
}

/// The pictures that are not enrolled yet, without duplicates.
private func fresh(
    _ pictures: [URL], of person: String, in gallery: FaceGallery
) throws -> [(url: URL, hash: String)] {
    var fresh: [(url: URL, hash: String)] = []
    for url in pictures {
        let hash = try PictureFiles.hash(url)
        guard let owner = try gallery.owner(of: hash) else {
            if !fresh.contains(where: { $0.hash == hash }) { fresh.append((url, hash)) }
            continue
        }
        guard owner == person else {
            throw FaceGalleryError.enrolledAs(image: url.path, person: person, other: owner)
        }
    }
    return fresh
}

/// The pictures of each person, by name.
private func enrolments(
    _ paths: [URL], person: String?
) throws -> [(person: String, pictures: [URL])] {
    if let person {
        guard !person.isEmpty else {
            throw CommandError.badValue(option: "--person", value: "", expected: "a name")
        }
        return [(person, try paths.flatMap(PictureFiles.find))]
    }
    return try paths.flatMap { root -> [(person: String, pictures: [URL])] in
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder)
        guard !exists || isFolder.boolValue else {
            throw CommandError.missingOption(
                option: "--person", hint: "whose picture is \(quoted: root.relativePath)?")
        }
        return try PictureFiles.people(in: root)
    }
}
