public import Foundation
import Spelling

/// Checks MegaFace's lists and feature files, and reports everything that is wrong with them.
public struct MegaFaceCheck: Codable, Sendable, Hashable {
    /// Number of listed probes that are not noise.
    public var probes = 0
    /// Number of people among the probes.
    public var people = 0
    /// Number of listed distractors that are not noise.
    public var distractors = 0
    /// The findings, the most severe first.
    public var diagnostics: [SetCheck.Diagnostic] = []

    private enum CodingKeys: String, CodingKey {
        case probes, people, distractors
        case diagnostics = "findings"
    }

    /// The worst severity; nil when nothing was found.
    public var worst: SetCheck.Severity? { diagnostics.map(\.severity).max() }

    /// Reads every feature file.
    ///
    /// - Parameters:
    ///   - folder: The folder that contains `facescrub` and `megaface`.
    ///   - lists: The folder of the lists.
    ///   - suffix: What follows the image's name in that of its feature file.
    ///   - progress: Receives how many of the features were read, and their number; an error thrown
    ///     by it stops the check.
    /// - Throws: ``FaceDataError`` for a list that cannot be read.
    public init(
        features folder: URL, lists: URL, suffix: String = "insightface",
        progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        let lists = try MegaFaceLists(lists)
        probes = lists.probes.count
        people = Set(lists.probes.map(\.person)).count
        distractors = lists.distractors.count
        var found: [String: [String]] = [:]
        var sizes: [Int: Int] = [:]
        let all = lists.probes.map(\.path) + lists.distractors
        for (index, path) in all.enumerated() {
            if index % 1000 == 0 { try progress(index, all.count) }
            let file = folder.appendingPathComponent("\(path)_\(suffix).bin")
            guard SystemPath.exists(file.path) else {
                found["missing", default: []].append(file.path)
                continue
            }
            do throws(FaceDataError) {
                let values = try MegaFaceFile.read(file)
                sizes[values.count, default: 0] += 1
                if values.allSatisfy({ $0 == 0 }) { found["zero", default: []].append(file.path) }
            } catch {
                found["damaged", default: []].append(error.description)
            }
        }
        try progress(all.count, all.count)
        diagnostics = Self.diagnostics(found, sizes, lists)
    }

    private static func diagnostics(
        _ found: [String: [String]], _ sizes: [Int: Int], _ lists: MegaFaceLists
    ) -> [SetCheck.Diagnostic] {
        let lengths = sizes.keys.sorted().map {
            "\($0) numbers: \(counted(sizes[$0] ?? 0, "file"))"
        }
        return [
            SetCheck.Diagnostic(
                .error, "missing-feature", found["missing"] ?? [], "feature file is missing",
                "feature files are missing"),
            SetCheck.Diagnostic(
                .error, "damaged-feature", found["damaged"] ?? [], "feature file is damaged",
                "feature files are damaged"),
            SetCheck.Diagnostic(
                .error, "feature-length", lengths.count > 1 ? lengths : [],
                "length of features", "different lengths of features"),
            SetCheck.Diagnostic(
                .error, "zero-feature", found["zero"] ?? [], "feature has no direction",
                "features have no direction"),
        ].compactMap { $0 } + lists.diagnostics
    }
}

extension MegaFaceLists {
    /// What is wrong with the lists themselves.
    fileprivate var diagnostics: [SetCheck.Diagnostic] {
        let counts = Dictionary(probes.map { ($0.person, 1) }, uniquingKeysWith: +)
        let alone = counts.filter { $0.value == 1 }.keys.sorted()
        return [
            SetCheck.Diagnostic(
                .warning, "listed-twice", duplicates, "image is listed twice",
                "images are listed twice"),
            SetCheck.Diagnostic(
                .warning, "unknown-noise", unknownNoise,
                "entry of the lists of noise is not in the lists of images",
                "entries of the lists of noise are not in the lists of images"),
            SetCheck.Diagnostic(
                .note, "lone-probe", alone, "person has one probe alone, which is in no pair",
                "people have one probe alone, which is in no pair"),
        ].compactMap { $0 }
    }
}

extension SetCheck {
    /// Checks MegaFace's images and lists.
    ///
    /// - Parameter survey: The survey of its images.
    public init(_ set: MegaFaceImages, survey: ImageSurvey) {
        let names = CheckNames(set)
        self.init(
            images: set.source.count, identities: names.identities.count, survey: survey,
            PictureChecks.diagnostics(survey, names) + DuplicateChecks.diagnostics(survey, names)
                + [Self.sharedPictures(set, survey, names)].compactMap { $0 }
                + set.lists.diagnostics)
    }

    /// Probes whose picture is among the distractors too, which then count against them.
    private static func sharedPictures(
        _ set: MegaFaceImages, _ survey: ImageSurvey, _ names: CheckNames
    ) -> Diagnostic? {
        let probes = 0..<set.people.count
        let shared = survey.copies.filter {
            $0.contains(where: probes.contains) && !$0.allSatisfy(probes.contains)
        }
        return Diagnostic(
            .warning, "probe-among-distractors",
            shared.map { $0.map(names.image).joined(separator: " = ") },
            "picture is a probe and a distractor", "pictures are a probe and a distractor")
    }
}
