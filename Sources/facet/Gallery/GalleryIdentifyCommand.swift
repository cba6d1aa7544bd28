import CommandKit
import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceGallery
import Foundation
import Spelling

let galleryIdentifyCommand = Command(
    "identify", "Identify the people in pictures.",
    discussion: """
        Pictures are aligned crops, as facet data align writes them, or with --detect photographs, whose faces \
        are found and aligned. The people who are most similar are printed, \
        the most similar first, each with the probability that a person who is not in the gallery matches a \
        picture in it equally well.

        The threshold is that of a false positive identification rate: the largest fraction of people not \
        in the gallery who are taken for somebody in it. It is the threshold of that rate divided by \
        the number of enrolled pictures, which holds however similar they are. Below it, a picture is 'unknown'.

        The exit code is 0 whether the person is known or not (see --json), and 1 if a picture cannot be decoded or a \
        photograph has no face.
        """,
    positionals: [
        GalleryFlags.file,
        Positional("pictures", "pictures, or folders of them", isRepeating: true),
    ],
    options: [
        Option("--top", .value("N"), "number of people to print; default 3"),
        Option(
            "--fpir", .value("RATE"),
            "the false positive identification rate whose threshold decides; default 1e-2"),
        Option("--far", .value("RATE"), "the false acceptance rate of one comparison, instead"),
        Option("--threshold", .value("X"), "the cosine above which a person is known, instead"),
        Option("--json", .flag, "write the candidates as JSON"),
    ] + GalleryFlags.model,
    examples: [
        "facet gallery identify people.gallery who.jpg --detect",
        "facet gallery identify people.gallery door --fpir 1e-3 --top 1 --json",
    ]
) { arguments in
    let interrupt = try Interrupt()
    let top = try arguments.whole("--top", in: 1...1000) ?? 3
    let choice = try ThresholdChoice(arguments)
    let gallery = try GalleryFlags.gallery(arguments)
    let pictures = try arguments.positionals("pictures")
        .flatMap { try PictureFiles.find(URL(fileURLWithPath: $0)) }
    let embedder = try GalleryFlags.embedder(of: gallery, arguments)
    let calibration = try embedder.calibration() ?? gallery.calibration()
    let count = try gallery.count()
    guard count > 0 else {
        throw FaceGalleryError.unusable(
            path: gallery.url.path,
            reason: "no one is enrolled; enrol people with facet gallery enrol")
    }
    let search = GallerySearch(
        gallery: gallery, embedder: embedder, calibration: calibration, enrolled: count, top: top,
        threshold: try choice.threshold(calibration, pictures: count, model: embedder.path))
    var identifications: [Identification] = []
    let line = ProgressLine("identifying", total: pictures.count, unit: "pictures")
    for start in stride(from: 0, to: pictures.count, by: batch) {
        let some = Array(pictures[start..<min(start + batch, pictures.count)])
        identifications += try search.people(in: some)
        line.update(identifications.count)
        try interrupt.check()
    }
    line.finish("")
    if arguments.has("--json") {
        try Console.standard.writeJSON(identifications)
    } else {
        for found in identifications {
            if !found.isWithoutFace {
                found.warnings.forEach {
                    Console.standard.warning("\(quoted: found.picture): \($0)")
                }
            }
            Console.outputWrapped(found.text)
        }
    }
    return identifications.contains(where: \.isWithoutFace) ? .failure : .success
}

/// Searches a gallery for the people in pictures.
private struct GallerySearch {
    let gallery: FaceGallery
    let embedder: FaceEmbedder
    let calibration: ScoreCalibration?
    /// Number of pictures in the gallery.
    let enrolled: Int
    /// Maximum number of people named for a picture.
    let top: Int
    let threshold: DecisionThreshold

    /// The identifications of pictures, in their order.
    func people(in pictures: [URL]) throws -> [Identification] {
        let crops = embedder.faces(of: pictures)
        let faces = crops.indices.compactMap { try? (index: $0, crop: crops[$0].get().image) }
        let vectors = try embedder.embeddings(
            of: faces.map(\.crop), names: faces.map { pictures[$0.index].path })
        var found = try gallery.candidates(for: vectors.map(\.values), top: top)[...]
        return zip(pictures, crops).map { picture, crop in
            switch crop {
            case .success(let crop):
                Identification(
                    picture: picture.path, found.removeFirst(), threshold, calibration,
                    enrolled: enrolled,
                    warnings: embedder.quality(of: crop).warnings(inputSize: embedder.inputSize))
            case .failure(let error):
                Identification(picture: picture.path, threshold, without: error)
            }
        }
    }
}

/// Number of pictures that are embedded together.
private let batch = 64

/// The criterion for the threshold.
private enum ThresholdChoice {
    case cosine(Double)
    case far(Double)
    case fpir(Double)

    init(_ arguments: Arguments) throws {
        let given = ["--fpir", "--far", "--threshold"].filter(arguments.has)
        guard given.count < 2 else { throw CommandError.together(given[0], given[1]) }
        if let cosine = try arguments.number("--threshold", in: -1...1) {
            self = .cosine(cosine)
        } else if let far = try UseFlags.rate("--far", arguments) {
            self = .far(far)
        } else {
            self = .fpir(try UseFlags.rate("--fpir", arguments) ?? 1e-2)
        }
    }

    func threshold(
        _ calibration: ScoreCalibration?, pictures: Int, model: String
    ) throws -> DecisionThreshold {
        switch self {
        case .cosine(let value): DecisionThreshold(cosine: value)
        case .far(let rate): try DecisionThreshold(far: rate, of: calibration, model: model)
        // The union bound: the probability of any of several events is at most the sum of their
        // probabilities.
        case .fpir(let rate):
            try DecisionThreshold(
                far: rate / Double(pictures), of: calibration, model: model)
        }
    }
}

/// The identification of the person in a picture.
private struct Identification: Encodable {
    /// A candidate from the gallery.
    struct Candidate: Encodable {
        var person: String
        var similarity: Double
        /// Probability that a person who is not in the gallery matches a picture in it equally well.
        var falsePositiveProbability: Double?
        var falsePositiveProbabilityInterval: [Double]?
    }

    var picture: String
    /// The person's name; nil if unknown.
    var person: String?
    var threshold: Double
    var candidates: [Candidate]
    var warnings: [String]
    /// Whether the picture cannot be decoded or no face was found in it, as the only warning states.
    var isWithoutFace = false

    /// The result for a picture without a face, or that cannot be decoded.
    init(picture: String, _ threshold: DecisionThreshold, without error: FaceDataError) {
        self.picture = picture
        self.threshold = threshold.cosine
        (candidates, warnings, isWithoutFace) = ([], ["\(error)"], true)
    }

    init(
        picture: String, _ candidates: [GalleryCandidate], _ threshold: DecisionThreshold,
        _ calibration: ScoreCalibration?, enrolled: Int, warnings: [String]
    ) {
        self.picture = picture
        self.threshold = threshold.cosine
        self.warnings = warnings
        person = candidates.first.flatMap { threshold.accepts($0.similarity) ? $0.person : nil }
        func ofAny(_ share: Double) -> Double { min(1, share * Double(enrolled)) }
        self.candidates = candidates.map { candidate in
            let share = calibration?.impostorFraction(atLeast: candidate.similarity)
            return Candidate(
                person: candidate.person, similarity: candidate.similarity,
                falsePositiveProbability: share.map { ofAny($0.estimate) },
                falsePositiveProbabilityInterval: share.map { $0.interval.map(ofAny) })
        }
    }

    private enum CodingKeys: String, CodingKey {
        case picture, person, threshold, candidates, warnings
    }

    /// Encodes `person: null` if the person is unknown.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(picture, forKey: .picture)
        try values.encode(person, forKey: .person)
        try values.encode(threshold, forKey: .threshold)
        try values.encode(candidates, forKey: .candidates)
        try values.encode(warnings, forKey: .warnings)
    }

    /// The result as text for a terminal.
    var text: String {
        if isWithoutFace { return warnings[0] }
        let rows = candidates.map { candidate -> String in
            let chance = candidate.falsePositiveProbabilityInterval.flatMap { interval in
                candidate.falsePositiveProbability.map {
                    ", by chance \(ThresholdText.percent($0)) (\(ThresholdText.percent(interval[0])) to "
                        + "\(ThresholdText.percent(interval[1])))"
                }
            }
            return
                "  \(candidate.person)  \(ThresholdText.cosine(candidate.similarity))\(chance ?? "")"
        }
        return
            (["\(picture): \(person ?? "unknown") (threshold \(ThresholdText.cosine(threshold)))"]
            + rows).joined(separator: "\n")
    }
}
