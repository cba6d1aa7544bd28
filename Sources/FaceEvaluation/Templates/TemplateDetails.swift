public import FaceData

/// Scores of a set of templates, for error rates by groups of people and quality, and for thresholds
/// carried over to other sets.
public struct TemplateDetails: Sendable {
    /// Pairs of templates, in the order of their scores.
    public let pairs: TemplatePairs
    /// The cosine of each pair; lower than any cosine for pairs with a template that failed to enrol.
    public let cosines: [Double]
    /// The scores by kind, of the pairs that could be compared.
    public let scores: TemplateScores
    private let set: TemplateSet
    private let failedImages: Set<Int>
    private let failed: Set<Int>
    /// The norm of each image's embedding.
    private let norms: [Double]

    /// Takes the scores of a set's pairs.
    public init(_ scored: ScoredTemplates) throws {
        (set, pairs, cosines) = (scored.set, scored.pairs, scored.cosines)
        (failedImages, failed) = (scored.failedImages, scored.usable.failed)
        scores = try scored.comparedScores()
        let views = scored.views
        var row = [Double](repeating: 0, count: views.original.dimension)
        norms = (0..<views.count).map { image -> Double in
            ViewFusion.sum.fuse(image, of: views, into: &row)
            return row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
    }

    /// The lowest of the FARs 1e-3, 1e-2 and 1e-1 at which at least ten false accepts are expected; nil if
    /// there is none, or without pairs of one person.
    public var supportedFAR: Double? {
        [1e-3, 1e-2, 1e-1].first { rate in
            rate * Double(scores.impostor.count) * (1 + 1e-12)
                >= TemplateVerification.minExpectedErrors && !scores.genuine.isEmpty
        }
    }

    /// Error rates of the groups of each attribute that any template has, at one threshold for all;
    /// attributes with more than ``GroupReport/mostGroups`` values are left out.
    ///
    /// - Parameters:
    ///   - fmr: The false match rate of the threshold; nil for ``supportedFAR``, or 1e-3 without one.
    ///   - draws: Draws of the people.
    /// - Throws: ``FaceEvaluationError``.
    public func groups(
        _ table: AttributeTable, fmr: Double? = nil, draws: Int = PeopleReplicates.defaultDraws
    ) throws -> [GroupReport] {
        let people = set.peopleOfTemplates
        return try table.attributes.indices.compactMap { index in
            let groups = table.groups(of: set, index)
            guard groups.contains(where: { $0 != nil }),
                Set(groups.compactMap { $0 }).count <= GroupReport.mostGroups
            else { return nil }
            return try GroupReport(
                table.attributes[index], pairs: pairs, cosines: cosines, people: people,
                groups: groups, fmr: fmr ?? supportedFAR ?? 1e-3, draws: draws)
        }
    }

    /// The false non-match rate when pairs are rejected by a quality of their images; nil without a
    /// supported threshold (``supportedFAR``).
    ///
    /// The quality of a template is the mean of its images', that of a pair the lower of both. Pairs with a
    /// template that failed to enrol are excluded.
    ///
    /// - Parameters:
    ///   - qualities: The quality of each image; nil for the norms of the embeddings.
    ///   - name: Name of the quality.
    public func errorReject(
        by qualities: [Double]? = nil, named name: String = QualityCurve.norm
    ) throws -> QualityCurve? {
        guard let far = supportedFAR else { return nil }
        let qualities = templateQualities(qualities ?? norms)
        let compared = pairs.same.indices.filter {
            pairs.same[$0] && pairs.isCompared($0, failed)
        }
        let genuine = compared.map { index in
            (
                score: cosines[index],
                quality: min(
                    qualities[Int(pairs.first[index])], qualities[Int(pairs.second[index])])
            )
        }
        return QualityCurve(
            quality: name, far: far,
            curve: try ErrorRejectCurve(genuine: genuine, threshold: scores.threshold(atFAR: far)))
    }

    /// The mean quality of each template's usable images.
    private func templateQualities(_ images: [Double]) -> [Double] {
        set.templates.map { template in
            let usable = template.members.filter { !failedImages.contains($0.image) }
            return usable.reduce(0) { $0 + images[$1.image] } / Double(max(1, usable.count))
        }
    }
}

/// Error against rejection by one quality.
public struct QualityCurve: Codable, Sendable, Hashable {
    /// Name of the quality.
    public let quality: String
    /// The false acceptance rate of the threshold, on all pairs.
    public let far: Double
    /// The curve.
    public let curve: ErrorRejectCurve

    /// Name of the quality that is the norm of the embedding.
    public static let norm = "norm of the embedding"

    /// Memberwise initialiser.
    public init(quality: String, far: Double, curve: ErrorRejectCurve) {
        (self.quality, self.far, self.curve) = (quality, far, curve)
    }
}

extension TemplateSet {
    /// A test set of pairs of images as a set of templates with one image each.
    ///
    /// - Parameter owners: The person of each image; nil if unknown.
    public init(_ pairs: VerificationPairs, owners: [String?]) {
        var people: [String] = []
        var numbers: [String: Int] = [:]
        let templates = pairs.images.indices.map { image -> Template in
            let person = owners[image].map { name -> Int in
                if let number = numbers[name] { return number }
                numbers[name] = people.count
                people.append(name)
                return people.count - 1
            }
            return Template(
                name: pairs.images[image], person: person,
                members: [Member(image: image, medium: image)])
        }
        var list = TemplatePairs()
        for pair in pairs.pairs { list.append(pair.first, pair.second, same: pair.same) }
        self.init(source: pairs.source, templates: templates, people: people, pairs: list)
    }
}
