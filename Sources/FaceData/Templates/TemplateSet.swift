/// A test set of templates: one or more images of a person that are compared as a unit, as in IJB.
/// Sets of single images have one image per template.
///
/// Templates are compared in pairs (1:1), or probes are searched in galleries (1:N).
public struct TemplateSet: Sendable {
    /// An image of a template.
    public struct Member: Sendable, Hashable {
        /// Index of the image in the source.
        public let image: Int
        /// Number of the medium it is from: images of the same video have the same number.
        public let medium: Int

        /// Creates a member from an image and its medium.
        public init(image: Int, medium: Int) {
            (self.image, self.medium) = (image, medium)
        }
    }

    /// Images of one person that are compared as a unit.
    public struct Template: Sendable, Hashable {
        /// Its name, which is unique in the set.
        public let name: String
        /// Index of its person in ``TemplateSet/people``; nil if unknown.
        public let person: Int?
        /// Its images; at least one.
        public let members: [Member]

        /// Creates a template; `members` must not be empty.
        public init(name: String, person: Int?, members: [Member]) {
            (self.name, self.person, self.members) = (name, person, members)
        }
    }

    /// Enrolled templates of different people, among which probes are searched for.
    public struct Gallery: Sendable, Hashable {
        /// Its name in tables.
        public let name: String
        /// Indices of its templates.
        public let templates: [Int]

        /// Creates a gallery from the indices of its templates.
        public init(name: String, templates: [Int]) {
            (self.name, self.templates) = (name, templates)
        }
    }

    /// The images, without repetition.
    public let source: any ImageSource
    /// The templates, to which pairs, galleries and probes refer by index.
    public let templates: [Template]
    /// Names of the people.
    public let people: [String]
    /// Confidence of the face detector for each image; nil if unknown.
    public let detectorScores: [Float]?
    /// Pairs of templates for verification; if empty, every probe is compared with every template
    /// of the galleries.
    public let pairs: TemplatePairs
    /// The galleries; empty for a set of only pairs.
    public let galleries: [Gallery]
    /// Indices of the templates that are searched for in each gallery.
    public let probes: [Int]
    /// Warnings about the files, one sentence each.
    public var warnings: [String]

    /// Creates a set from its parts; all indices must be within their lists.
    public init(
        source: any ImageSource, templates: [Template], people: [String],
        detectorScores: [Float]? = nil, pairs: TemplatePairs = TemplatePairs(),
        galleries: [Gallery] = [], probes: [Int] = [], warnings: [String] = []
    ) {
        self.source = source
        self.templates = templates
        self.people = people
        self.detectorScores = detectorScores
        self.pairs = pairs
        self.galleries = galleries
        self.probes = probes
        self.warnings = warnings
    }

    /// Names of the images, in the source's order.
    public var images: [String] { (0..<source.count).map(source.name(of:)) }
}

/// Pairs of templates in a compact columnar form, of which there can be millions.
public struct TemplatePairs: Sendable, Hashable {
    /// Index of one template of each pair.
    public private(set) var first: [Int32] = []
    /// Index of the other template of each pair.
    public private(set) var second: [Int32] = []
    /// Whether both are of the same person.
    public private(set) var same: [Bool] = []

    /// Creates an empty list.
    public init() {}

    /// Number of pairs.
    public var count: Int { same.count }
    /// Whether there are none.
    public var isEmpty: Bool { same.isEmpty }

    /// Appends a pair of template indices.
    public mutating func append(_ first: Int, _ second: Int, same: Bool) {
        self.first.append(Int32(first))
        self.second.append(Int32(second))
        self.same.append(same)
    }

    mutating func reserve(_ count: Int) {
        first.reserveCapacity(count)
        second.reserveCapacity(count)
        same.reserveCapacity(count)
    }
}
