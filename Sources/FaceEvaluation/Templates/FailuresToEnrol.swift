public import FaceData

/// Images of a test set that could not be embedded, and the templates that failed to enrol for that reason
/// (ISO/IEC 19795-1).
///
/// A template none of whose images can be used has failed to enrol, or, as a probe, to be acquired. Its
/// comparisons are never accepted: they count as false non-matches and misses in the generalised FNMR and
/// FNIR, and as true non-matches for two people.
public struct FailuresToEnrol: Codable, Sendable, Hashable {
    /// Names of the images that could not be used.
    public let images: [String]
    /// Names of the templates that have no other image.
    public let templates: [String]
    /// The failure-to-enrol rate: the share of all templates that have failed; 0...1.
    public let rate: Double

    /// Lists the failures; nil if there are none.
    ///
    /// - Parameter failed: Indices of the set's images that could not be used.
    public init?(_ failed: Set<Int>, of set: TemplateSet) {
        guard !failed.isEmpty else { return nil }
        images = failed.sorted().map(set.source.name(of:))
        templates = set.templates.filter { template in
            template.members.allSatisfy { failed.contains($0.image) }
        }.map(\.name)
        rate = Double(templates.count) / Double(max(1, set.templates.count))
    }
}

extension TemplateSet {
    /// The indices of templates all of whose images failed.
    func failedTemplates(_ images: Set<Int>) -> Set<Int> {
        guard !images.isEmpty else { return [] }
        return Set(
            templates.indices.filter { index in
                templates[index].members.allSatisfy { images.contains($0.image) }
            })
    }
}

extension TemplatePairs {
    /// The score of a comparison that could not be made, lower than any other.
    static let refusedScore = -Double.greatestFiniteMagnitude

    /// The scores, with those of failed templates replaced such that they are never accepted.
    func refusing(_ failed: Set<Int>, _ scores: [Double]) -> [Double] {
        guard !failed.isEmpty else { return scores }
        return scores.indices.map { isCompared($0, failed) ? scores[$0] : Self.refusedScore }
    }

    /// Whether both templates of a pair could be enrolled.
    func isCompared(_ pair: Int, _ failed: Set<Int>) -> Bool {
        failed.isEmpty
            || !failed.contains(Int(first[pair])) && !failed.contains(Int(second[pair]))
    }
}
