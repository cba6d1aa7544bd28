import SeededRandom

extension SyntheticSet {
    /// An identification protocol like IJB's: templates of several images of varying quality,
    /// galleries of different people, people who are in no gallery, and distractors.
    ///
    /// The first identities of the set are enrolled in the galleries in turn and have the set's
    /// number of images; they are followed by the unknown people, who lack the images for
    /// enrolment, and by the distractors, who have one image.
    public struct Templates: Codable, Sendable, Hashable {
        /// Number of galleries, 1 to 16.
        public var galleries: Int
        /// Number of images of an enrolled template.
        public var enrolled: Int
        /// The most images of a probe: a person's probes have 1, 2, ... up to this many in turn.
        public var probeImages: Int
        /// Number of people who are searched for but not enrolled.
        public var unknown: Int
        /// Number of people who are enrolled in every gallery but not searched for.
        public var distractors: Int
        /// Spread of the images' difficulty, 0 to 1: each image's variation is the set's times a
        /// random factor between 1 − `unevenness` and 1 + `unevenness`.
        public var unevenness: Float

        /// Creates a protocol of templates.
        public init(
            galleries: Int, enrolled: Int, probeImages: Int, unknown: Int, distractors: Int,
            unevenness: Float
        ) {
            self.galleries = galleries
            self.enrolled = enrolled
            self.probeImages = probeImages
            self.unknown = unknown
            self.distractors = distractors
            self.unevenness = unevenness
        }

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case galleries, enrolled, probeImages, unknown, distractors, unevenness
        }

        /// Reads a protocol; unknown keys are errors.
        public init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            galleries = try container.decode(Int.self, forKey: .galleries)
            enrolled = try container.decode(Int.self, forKey: .enrolled)
            probeImages = try container.decode(Int.self, forKey: .probeImages)
            unknown = try container.decode(Int.self, forKey: .unknown)
            distractors = try container.decode(Int.self, forKey: .distractors)
            unevenness = try container.decode(Float.self, forKey: .unevenness)
        }
    }

    /// Number of people who are enrolled and searched for.
    var known: Int { templates.map { identities - $0.unknown - $0.distractors } ?? 0 }

    func validate(_ templates: Templates) throws(FaceSynthesisError) {
        try Self.require(1...16, templates.galleries, "templates.galleries")
        try Self.require(1...9_998, templates.enrolled, "templates.enrolled")
        try Self.require(1...9_998, templates.probeImages, "templates.probeImages")
        try Self.require(0...9_999_998, templates.unknown, "templates.unknown")
        try Self.require(0...9_999_998, templates.distractors, "templates.distractors")
        try Self.require(0...1, templates.unevenness, "templates.unevenness")
        let others = templates.unknown + templates.distractors
        try Self.require((others + templates.galleries)...10_000_000, identities, "identities")
        guard case .fixed(let images) = imagesPerIdentity else {
            throw .invalidValue(
                key: "imagesPerIdentity", value: "a long tail", allowed: "fixed, with templates")
        }
        try Self.require((templates.enrolled + 1)...9_999, images, "imagesPerIdentity.fixed")
        try Self.require(0...0, labelNoise, "labelNoise")
        if pairs != nil {
            throw .invalidValue(key: "pairs", value: "given", allowed: "left out, with templates")
        }
    }

    /// Images of each identity, in order.
    func imageCounts(_ templates: Templates) -> [Int] {
        let images = imagesPerIdentity.counts(identities: 1)[0]
        return [Int](repeating: images, count: known)
            + [Int](repeating: images - templates.enrolled, count: templates.unknown)
            + [Int](repeating: 1, count: templates.distractors)
    }
}

/// The templates of a synthetic set, as `facet data protocol` writes them.
public struct SyntheticTemplates: Sendable, Hashable {
    /// The use of a template.
    public enum Role: Sendable, Hashable {
        /// Enrolled in a gallery, counted from 0.
        case gallery(Int)
        /// Searched for; the person is enrolled in one gallery.
        case probe
        /// Searched for; the person is enrolled nowhere.
        case unknown
        /// Enrolled in all galleries.
        case distractor

        /// Its name in the list of a protocol.
        var text: String {
            switch self {
            case .gallery(let number): number == 0 ? "gallery" : "gallery\(number + 1)"
            case .probe: "probe"
            case .unknown: "unknown"
            case .distractor: "distractor"
            }
        }
    }

    /// Images of one person.
    public struct Template: Sendable, Hashable {
        /// Its unique name.
        public let name: String
        /// The use of the template.
        public let role: Role
        /// Number of the identity, from 0 within the set.
        public let label: Int
        /// Numbers of its images within the identity's folder, from 1.
        public let images: Range<Int>
    }

    /// The templates, by person.
    public let templates: [Template]

    /// The templates of a planned set; none if it has no such protocol.
    public init(_ plan: SyntheticPlan) {
        guard let options = plan.set.templates else {
            templates = []
            return
        }
        let (known, unknown) = (plan.set.known, options.unknown)
        templates = plan.folders.enumerated().flatMap { label, images -> [Template] in
            let person = plan.name(of: label)
            let end = images.count + 1
            guard label < known + unknown else {
                return [
                    Template(name: person, role: .distractor, label: label, images: 1..<end)
                ]
            }
            var found: [Template] = []
            var next = 1
            func add(_ name: String, _ role: Role, _ count: Int) {
                let images = next..<min(next + count, end)
                found.append(Template(name: name, role: role, label: label, images: images))
                next = images.upperBound
            }
            if label < known {
                add(person, .gallery(label % options.galleries), options.enrolled)
            }
            var number = 0
            while next < end {
                add(
                    "\(person)_probe\(number + 1)", label < known ? .probe : .unknown,
                    1 + number % options.probeImages)
                number += 1
            }
            return found
        }
    }

    /// The content of `identification.tsv`: one line per image with role, template, person and image,
    /// separated by tabs.
    public func text(_ plan: SyntheticPlan) -> String {
        var lines = ["role\ttemplate\tperson\timage"]
        for template in templates {
            let person = plan.name(of: template.label)
            for number in template.images {
                let path = plan.path(of: plan.folders[template.label][number - 1])
                lines.append("\(template.role.text)\t\(template.name)\t\(person)\t\(path)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
