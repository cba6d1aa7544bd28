import Foundation

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

    /// Something that was found.
    public struct Diagnostic: Codable, Sendable, Hashable {
        /// How much it matters.
        public var severity: Severity
        /// A word for programs, as `bad-image`.
        public var kind: String
        /// A sentence for people.
        public var message: String
        /// The images or identities it is about; all of them.
        public var items: [String]
    }

    /// Images of the set.
    public var images: Int
    /// Identities of the set; 0 for a test set.
    public var identities: Int
    /// How many images have each size.
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
    /// A test set that a training set must not share people with.
    public struct Opponent: Sendable {
        /// Its name in messages.
        public var name: String
        /// Its pairs.
        public var pairs: VerificationPairs
        /// Statistics of its images.
        public var survey: ImageSurvey

        /// Looks at all images of a test set.
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
    ///   - survey: What its images look like.
    ///   - opponents: Test sets it must not share people with.
    ///   - alignment: The positions of its faces; nil if it was not determined.
    public init(
        _ collection: ImageCollection, survey: ImageSurvey, against opponents: [Opponent] = [],
        alignment: AlignmentCheck? = nil
    ) throws {
        let names = CheckNames(collection)
        images = collection.source.count
        identities = names.identities.count
        sizes = Dictionary(survey.sizes.filter { $0.width > 0 }.map { ("\($0)", 1) }) { $0 + $1 }
        diagnostics = FileChecks.warnings(collection)
        diagnostics += PictureChecks.diagnostics(survey, names)
        if let found = alignment?.diagnostic(of: collection.source.location.path) {
            diagnostics.append(found)
        }
        diagnostics += DuplicateChecks.diagnostics(survey, names)
        if case .labelled(let set) = collection {
            diagnostics += FileChecks.diagnostics(set)
            diagnostics += try IdentityChecks.diagnostics(set, names)
            diagnostics += LearningChecks.diagnostics(set)
            for opponent in opponents {
                diagnostics += try OverlapChecks.diagnostics(set, survey, opponent)
            }
        }
        if case .pairs(let pairs) = collection {
            diagnostics += PairChecks.diagnostics(pairs, survey, names)
        }
        diagnostics = diagnostics.enumerated().sorted {
            ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset)
        }.map(\.element)
    }

    /// Identities of the training set that a test set has as well, by name or by picture: a removal
    /// list.
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

    func image(_ index: Int) -> String { source.name(of: index) }

    /// An image's person; nil if the set does not state it.
    func owner(_ index: Int) -> String? { owners[index] }
}
