import FaceData
import Spelling

/// The part of a set that can be embedded, and the templates that failed to enrol.
///
/// Indices of templates do not change; a template without an image is in no gallery and is no probe.
struct UsableTemplates {
    /// The set without failed images; its pairs are those of the whole set.
    let set: TemplateSet
    /// Templates that have no image left, by their indices in the whole set.
    let failed: Set<Int>

    /// The outcomes of all searches in a gallery, including those that could not be made.
    ///
    /// A search whose probe or mate failed to enrol is a miss; one for an unknown person that failed has no
    /// candidates.
    ///
    /// - Parameters:
    ///   - searches: The searches for the usable probes in the usable part of the gallery.
    ///   - gallery: The gallery of the whole set.
    func outcomes(
        _ searches: [SearchOutcome], in gallery: TemplateSet.Gallery, of whole: TemplateSet
    ) -> [SearchOutcome] {
        guard !failed.isEmpty else { return searches }
        let enrolled = Set(gallery.templates.compactMap { whole.templates[$0].person })
        let size = gallery.templates.count
        func isMated(_ person: Int?) -> Bool { person.map(enrolled.contains) ?? false }
        func miss(_ probe: Int) -> SearchOutcome {
            let person = whole.templates[probe].person
            return SearchOutcome(
                probe: probe, person: person, mate: isMated(person) ? -.infinity : nil,
                ahead: size, others: [])
        }
        return searches.map { $0.mate == nil && isMated($0.person) ? miss($0.probe) : $0 }
            + whole.probes.filter(failed.contains).map(miss)
    }

    /// The set with only the probes whose mates, if enrolled, can be found.
    func matchable(of whole: TemplateSet) -> TemplateSet {
        guard !failed.isEmpty else { return set }
        func people(_ galleries: [TemplateSet.Gallery]) -> Set<Int> {
            Set(galleries.flatMap(\.templates).compactMap { whole.templates[$0].person })
        }
        let lost = people(whole.galleries).subtracting(people(set.galleries))
        return TemplateSet(
            source: set.source, templates: set.templates, people: set.people,
            detectorScores: set.detectorScores, pairs: set.pairs, galleries: set.galleries,
            probes: set.probes.filter { whole.templates[$0].person.map(lost.contains) != true },
            warnings: set.warnings)
    }
}

extension TemplateSet {
    /// The part of the set that can be embedded.
    ///
    /// - Parameter images: Indices of images that failed; not all of them.
    func withoutImages(_ images: Set<Int>) -> UsableTemplates {
        let failed = failedTemplates(images)
        guard !images.isEmpty else { return UsableTemplates(set: self, failed: []) }
        let kept = templates.map { template in
            template.members.filter { !images.contains($0.image) }
        }
        // A failed template keeps its row, whose scores are not used.
        let spare = kept.first { !$0.isEmpty }?.first
        let left = zip(templates, kept).map { template, members in
            Template(
                name: template.name, person: template.person,
                members: members.isEmpty ? spare.map { [$0] } ?? [] : members)
        }
        return UsableTemplates(
            set: TemplateSet(
                source: source, templates: left, people: people, detectorScores: detectorScores,
                pairs: pairs,
                galleries: galleries.map {
                    Gallery(
                        name: $0.name, templates: $0.templates.filter { !failed.contains($0) })
                },
                probes: probes.filter { !failed.contains($0) }, warnings: warnings), failed: failed)
    }
}

extension FailuresToEnrol {
    /// A warning about the failures, one sentence.
    package var warning: String {
        let some = images.prefix(3).map { "\(quoted: $0)" }.joined(separator: ", ")
        let more = images.count > 3 ? ", ..." : ""
        let rounded = "\((rate * 10_000).rounded() / 100) %"
        return "\(counted(images.count, "image")) could not be used (\(some)\(more)): "
            + (templates.isEmpty
                ? "each template has others, and none failed to enrol."
                : "\(counted(templates.count, "template has", "templates have")) no other and failed to enrol "
                    + "(failure-to-enrol rate \(rounded)); their comparisons and searches count as misses.")
    }
}
