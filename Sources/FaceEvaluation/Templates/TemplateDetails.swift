public import FaceData

/// Scores of a set of templates with what they depend on: groups of people and quality, and the
/// scores themselves, so that thresholds can be carried over to other sets.
public struct TemplateDetails: Sendable {
    /// Pairs of templates, in the order of their scores.
    public let pairs: TemplatePairs
    /// The cosine of each pair.
    public let cosines: [Double]
    /// The scores by kind.
    public let scores: TemplateScores
    private let set: TemplateSet
    private let qualities: [Double]

    /// Scores a set's pairs, or, if it names none, every probe with every enrolled template.
    ///
    /// - Parameters:
    ///   - views: Embeddings of the set's images, not normalised.
    ///   - cohort: The cohort that normalises scores.
    public init(
        _ set: TemplateSet, _ views: EmbeddingViews, pooling: TemplatePooling = TemplatePooling(),
        cohort: ScoreCohort? = nil, product: BlockProduct = .plain
    ) throws {
        let embeddings = try pooling.embeddings(of: set, views)
        self.set = set
        let rows = try TemplateRows(embeddings, cohort, product)
        pairs = set.pairs.isEmpty ? set.crossPairs : set.pairs
        let (first, second) = rows.ofPairs(in: set)
        cosines = try TemplateScores.cosines(of: pairs, first, second: second)
        let kinds = zip(cosines, pairs.same)
        scores = try TemplateScores(
            genuine: kinds.filter(\.1).map(\.0), impostor: kinds.filter { !$0.1 }.map(\.0))
        var row = [Double](repeating: 0, count: views.original.dimension)
        let norms = (0..<views.count).map { image -> Double in
            ViewFusion.sum.fuse(image, of: views, into: &row)
            return row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        qualities = set.templates.map { template in
            template.members.reduce(0) { $0 + norms[$1.image] }
                / Double(max(1, template.members.count))
        }
    }

    /// Error rates of the groups of each attribute for which a template has a value, at one threshold for all.
    ///
    /// - Throws: ``FaceEvaluationError``.
    public func groups(_ table: AttributeTable, fmr: Double = 1e-3) throws -> [GroupReport] {
        let people = set.peopleOfTemplates
        return try table.attributes.indices.compactMap { index in
            let groups = table.groups(of: set, index)
            guard groups.contains(where: { $0 != nil }) else { return nil }
            return try GroupReport(
                table.attributes[index], pairs: pairs, cosines: cosines, people: people,
                groups: groups, fmr: fmr)
        }
    }

    /// The false non-match rate that remains when pairs whose images have short embeddings are
    /// rejected; nil if there is no threshold for the rate.
    public func errorReject(far: Double = 1e-3) throws -> ErrorRejectCurve? {
        let expected = far * Double(scores.impostor.count) * (1 + 1e-12)
        guard expected >= TemplateVerification.minExpectedErrors, !scores.genuine.isEmpty else {
            return nil
        }
        let genuine = pairs.same.indices.filter { pairs.same[$0] }.map { index in
            (
                score: cosines[index],
                quality: min(
                    qualities[Int(pairs.first[index])], qualities[Int(pairs.second[index])])
            )
        }
        return try ErrorRejectCurve(genuine: genuine, threshold: scores.threshold(atFAR: far))
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
