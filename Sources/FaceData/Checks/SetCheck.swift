import Foundation
import Spelling

/// Errors and warnings about a set of images.
public struct SetCheck: Codable, Sendable, Hashable {
    /// How severe a diagnostic is.
    public enum Severity: String, Codable, Sendable, Comparable {
        case note, warning, error

        /// Notes are below warnings, and these below errors.
        public static func < (left: Severity, right: Severity) -> Bool {
            let order: [Severity] = [.note, .warning, .error]
            return order.firstIndex(of: left) ?? 0 < order.firstIndex(of: right) ?? 0
        }
    }

    /// A finding.
    public struct Diagnostic: Codable, Sendable, Hashable {
        /// Its severity.
        public var severity: Severity
        /// A machine-readable kind, such as `bad-image`.
        public var kind: String
        /// A sentence for people.
        public var message: String
        /// All images or identities that it concerns.
        public var items: [String]
    }

    /// Number of images in the set.
    public var images: Int
    /// Number of identities in the set; 0 for a set of pairs.
    public var identities: Int
    /// The number of images of each size, such as `112x112`.
    public var sizes: [String: Int]
    /// The diagnostics, the most severe first.
    public var diagnostics: [Diagnostic]

    /// Keys of the file, some older than the properties.
    private enum CodingKeys: String, CodingKey {
        case images, identities, sizes
        case diagnostics = "findings"
    }

    /// The worst severity; nil when nothing was found.
    public var worst: Severity? { diagnostics.map(\.severity).max() }
}

extension SetCheck {
    /// A test set that must not share people with a training set.
    public struct TestSet: Sendable {
        /// Its name in messages.
        public var name: String
        /// Its pairs.
        public var pairs: VerificationPairs
        /// Statistics of its images.
        public var survey: ImageSurvey

        /// Surveys all images of a test set.
        public init(
            name: String, pairs: VerificationPairs, threads: Int,
            progress: (Int) throws -> Void = { _ in }
        ) throws {
            self.name = name
            self.pairs = pairs
            survey = try ImageSurvey(pairs.source, threads: threads, progress: progress)
        }
    }

    /// Checks a set.
    ///
    /// - Parameters:
    ///   - survey: The survey of its images.
    ///   - testSets: Test sets that must not share people with it.
    ///   - alignment: The check of its faces' alignment; nil if there was none.
    public init(
        _ collection: ImageCollection, survey: ImageSurvey, against testSets: [TestSet] = [],
        alignment: AlignmentCheck? = nil
    ) throws {
        let names = CheckNames(collection)
        var diagnostics = FileChecks.warnings(collection)
        diagnostics += PictureChecks.diagnostics(survey, names)
        if let found = alignment?.diagnostic(of: collection.source.location.path) {
            diagnostics.append(found)
        }
        diagnostics += DuplicateChecks.diagnostics(survey, names)
        if case .labelled(let set) = collection {
            diagnostics += FileChecks.diagnostics(set)
            diagnostics += try IdentityChecks.diagnostics(set, names)
            diagnostics += LearningChecks.diagnostics(set)
            for testSet in testSets {
                diagnostics += try OverlapChecks.diagnostics(set, survey, testSet)
            }
        }
        if case .pairs(let pairs) = collection {
            diagnostics += PairChecks.diagnostics(pairs, survey, names)
        }
        self.init(
            images: collection.source.count, identities: names.identities.count, survey: survey,
            diagnostics)
    }

    /// Collects diagnostics, sorted by severity.
    init(images: Int, identities: Int, survey: ImageSurvey, _ diagnostics: [Diagnostic]) {
        self.images = images
        self.identities = identities
        sizes = Dictionary(survey.sizes.filter { $0.width > 0 }.map { ("\($0)", 1) }) { $0 + $1 }
        self.diagnostics = diagnostics.enumerated().sorted {
            ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset)
        }.map(\.element)
    }

    /// Identities of the training set that also occur in a test set, by name or by picture: a
    /// removal list.
    public var removals: [String] {
        Set(diagnostics.filter { $0.kind.hasPrefix("overlap") }.flatMap(\.items)).sorted()
    }
}

/// Names of a set's images and identities for diagnostics.
struct CheckNames {
    let identities: [String]
    private let owners: [String?]
    private let source: any ImageSource

    init(_ collection: ImageCollection) {
        source = collection.source
        switch collection {
        case .labelled(let set):
            identities = set.identities
            owners = set.labels.map { set.identities[$0] }
        case .pairs(let pairs):
            identities = []
            owners = pairs.owners
        }
    }

    /// For templates: an image's owner is its template's person, unless it is in templates of
    /// several people.
    init(_ set: TemplateSet) {
        source = set.source
        identities = set.people
        var owners = [String?](repeating: nil, count: set.source.count)
        var several: Set<Int> = []
        for template in set.templates {
            guard let person = template.person.map({ set.people[$0] }) else { continue }
            for member in template.members {
                if let owner = owners[member.image], owner != person {
                    several.insert(member.image)
                }
                owners[member.image] = person
            }
        }
        for image in several { owners[image] = nil }
        self.owners = owners
    }

    /// For MegaFace: nobody owns the distractors.
    init(_ set: MegaFaceImages) {
        source = set.source
        identities = Set(set.people).sorted()
        owners = set.people + [String?](repeating: nil, count: set.source.count - set.people.count)
    }

    func image(_ index: Int) -> String { source.name(of: index) }

    /// The identity of an image's person; nil if the set does not state it.
    func owner(_ index: Int) -> String? { owners[index] }
}

extension SetCheck.Diagnostic {
    /// A diagnostic about items whose message begins with their number; nil if there are none.
    ///
    /// - Parameters:
    ///   - one: What follows the number 1.
    ///   - more: What follows any other number.
    init?(
        _ severity: SetCheck.Severity, _ kind: String, _ items: [String], _ one: String,
        _ more: String
    ) {
        guard !items.isEmpty else { return nil }
        self.init(
            severity: severity, kind: kind, message: counted(items.count, one, more), items: items)
    }
}
