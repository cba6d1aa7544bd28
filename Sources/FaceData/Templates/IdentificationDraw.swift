import Foundation
import Spelling

/// Draws an identification protocol from images of known people: enrolment, probes and unknown
/// people.
public struct IdentificationDraw: Sendable {
    /// Images of a template that is enrolled.
    public var enrolled: Int
    /// Most probes of a person, each of one image.
    public var probes: Int
    /// Share of the people who are not enrolled; 0 for a closed set.
    public var unknownShare: Double
    /// People who are enrolled and whom no probe shows.
    public var distractors: Int
    /// Decides about the draw.
    public var seed: UInt64

    /// Describes a draw.
    public init(
        enrolled: Int = 1, probes: Int = 5, unknownShare: Double = 0.3, distractors: Int = 0,
        seed: UInt64 = 1
    ) {
        self.enrolled = enrolled
        self.probes = probes
        self.unknownShare = unknownShare
        self.distractors = distractors
        self.seed = seed
    }

    /// Draws a protocol. People with too few images to be enrolled and sought become distractors or
    /// unknown people, or stay out.
    ///
    /// - Throws: ``FaceDataError/draw(path:reason:)`` when too few people are left.
    public func protocolSet(of set: LabelledImageSet) throws(FaceDataError) -> TemplateSet {
        var stream = RandomStream(seed: seed, name: "identification")
        let members = Dictionary(grouping: set.labels.indices) { set.labels[$0] }
        let people = stream.shuffled(members.keys.sorted())
        let images = people.map { stream.shuffled(members[$0] ?? []) }
        // Whoever cannot be enrolled and sought goes first among the others.
        let order =
            people.indices.filter { images[$0].count <= enrolled }
            + people.indices.filter { images[$0].count > enrolled }
        let unknown = Int((Double(people.count) * unknownShare).rounded())
        let others = unknown + distractors
        let known = order.dropFirst(others).filter { images[$0].count > enrolled }
        guard known.count > 1 else {
            throw .draw(
                path: set.location.path,
                reason:
                    "of its \(counted(people.count, "identity", "identities")) only \(known.count) have more than "
                    + "\(counted(enrolled, "image")) when \(others) are unknown or distractors; enrol fewer images, "
                    + "or ask for fewer unknown people")
        }
        var parts = Parts(set: set)
        for index in known {
            parts.enrol(people[index], Array(images[index].prefix(enrolled)))
            parts.seek(people[index], images[index].dropFirst(enrolled).prefix(probes))
        }
        for index in order.prefix(others).dropLast(min(distractors, others)) {
            parts.seek(people[index], images[index].prefix(probes))
        }
        for index in order.prefix(others).suffix(min(distractors, others)) {
            parts.enrol(people[index], Array(images[index].prefix(enrolled)))
        }
        return parts.finished()
    }

    private struct Parts {
        let set: LabelledImageSet
        private var used: [Int] = []
        private var templates: [TemplateSet.Template] = []
        private var gallery: [Int] = []
        private var probes: [Int] = []

        init(set: LabelledImageSet) { self.set = set }

        private mutating func add(_ person: Int, _ images: [Int]) -> Int {
            let members = images.map { image in
                used.append(image)
                return TemplateSet.Member(image: used.count - 1, medium: used.count - 1)
            }
            templates.append(
                TemplateSet.Template(
                    name: "\(templates.count + 1)", person: person, members: members))
            return templates.count - 1
        }

        mutating func enrol(_ person: Int, _ images: [Int]) { gallery.append(add(person, images)) }

        mutating func seek(_ person: Int, _ images: some Sequence<Int>) {
            for image in images { probes.append(add(person, [image])) }
        }

        func finished() -> TemplateSet {
            TemplateSet(
                source: SelectedImages(used, of: set.source), templates: templates,
                people: set.identities,
                galleries: [TemplateSet.Gallery(name: "gallery", templates: gallery)],
                probes: probes)
        }
    }
}
