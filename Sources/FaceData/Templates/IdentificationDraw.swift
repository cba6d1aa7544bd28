import Foundation
import Spelling
import SeededRandom

/// Draws an identification protocol from labelled images: enrolled templates, probes and unknown
/// people.
public struct IdentificationDraw: Sendable {
    /// Number of images of an enrolled template.
    public var enrolled: Int
    /// The most probes of a person.
    public var probes: Int
    /// The most images of a probe; a person's probes have 1, 2, ... up to this many images in turn,
    /// so that templates differ.
    public var probeImages: Int
    /// Number of galleries: each known person is enrolled in one of them, in turn, and unknown to
    /// the others.
    public var galleries: Int
    /// Fraction of the people who are not enrolled; 0 for a closed set.
    public var unknownFraction: Double
    /// Number of people who are enrolled but not searched for.
    public var distractors: Int
    /// Seed of the draw.
    public var seed: UInt64

    /// Prepares a draw.
    public init(
        enrolled: Int = 1, probes: Int = 5, probeImages: Int = 1, galleries: Int = 1,
        unknownFraction: Double = 0.3, distractors: Int = 0, seed: UInt64 = 1
    ) {
        self.probeImages = probeImages
        self.galleries = galleries
        self.enrolled = enrolled
        self.probes = probes
        self.unknownFraction = unknownFraction
        self.distractors = distractors
        self.seed = seed
    }

    /// Draws a protocol. People with too few images to be both enrolled and searched for become
    /// distractors or unknown people, or are left out.
    ///
    /// - Throws: ``FaceDataError/draw(path:reason:)`` if too few people remain.
    public func protocolSet(of set: LabelledImageSet) throws(FaceDataError) -> TemplateSet {
        var stream = SeededRandom(seed: seed, "identification")
        let members = Dictionary(grouping: set.labels.indices) { set.labels[$0] }
        let people = stream.shuffled(members.keys.sorted())
        let images = people.map { stream.shuffled(members[$0] ?? []) }
        // People who cannot be both enrolled and searched for are the first of the others.
        let order =
            people.indices.filter { images[$0].count <= enrolled }
            + people.indices.filter { images[$0].count > enrolled }
        let unknown = Int((Double(people.count) * unknownFraction).rounded())
        let others = unknown + distractors
        let known = order.dropFirst(others).filter { images[$0].count > enrolled }
        guard known.count > 1 else {
            throw .draw(
                path: set.location.path,
                reason:
                    "of its \(counted(people.count, "identity", "identities")) only \(known.count) "
                    + "\(known.count == 1 ? "has" : "have") more than "
                    + "\(counted(enrolled, "image")) when \(others) are unknown or distractors; enrol fewer images, "
                    + "or ask for fewer unknown people")
        }
        var parts = Parts(set: set, self)
        for (position, index) in known.enumerated() {
            let own = Array(images[index].prefix(enrolled))
            parts.enrol(people[index], own, in: [position % max(1, galleries)])
            parts.seek(people[index], images[index].dropFirst(enrolled))
        }
        let extra = min(distractors, others)
        for index in order.prefix(others).dropLast(extra) {
            parts.seek(people[index], images[index][...])
        }
        for index in order.prefix(others).suffix(extra) {
            let own = Array(images[index].prefix(enrolled))
            parts.enrol(people[index], own, in: Array(0..<max(1, galleries)))
        }
        return parts.finished()
    }

    private struct Parts {
        let set: LabelledImageSet
        let draw: IdentificationDraw
        private var used: [Int] = []
        private var templates: [TemplateSet.Template] = []
        private var galleries: [[Int]]
        private var probes: [Int] = []

        init(set: LabelledImageSet, _ draw: IdentificationDraw) {
            (self.set, self.draw) = (set, draw)
            galleries = Array(repeating: [], count: max(1, draw.galleries))
        }

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

        mutating func enrol(_ person: Int, _ images: [Int], in numbers: [Int]) {
            let template = add(person, images)
            for number in numbers { galleries[number].append(template) }
        }

        mutating func seek(_ person: Int, _ images: ArraySlice<Int>) {
            var rest = images
            for probe in 0..<draw.probes {
                let count = 1 + probe % max(1, draw.probeImages)
                guard !rest.isEmpty else { return }
                probes.append(add(person, Array(rest.prefix(count))))
                rest = rest.dropFirst(count)
            }
        }

        func finished() -> TemplateSet {
            TemplateSet(
                source: SelectedImages(used, of: set.source), templates: templates,
                people: set.identities,
                galleries: galleries.enumerated().map { number, templates in
                    TemplateSet.Gallery(
                        name: galleries.count == 1 ? "gallery" : "gallery \(number + 1)",
                        templates: templates)
                },
                probes: probes)
        }
    }
}
