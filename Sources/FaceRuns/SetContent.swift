/// The contents of a set as hashes: of its images, and of its labels or pairs.
///
/// They do not depend on where the set's files are. Whether two runs have the same data is decided here.
public struct SetContent: Sendable, Hashable {
    /// Hash of the images; nil for a set that was not read, such as a built-in one that has not been
    /// rendered yet.
    public let images: String?
    /// Hash of the labels or pairs; nil in runs of earlier versions.
    public let annotations: String?

    /// Creates the contents from hashes; an empty hash counts as unknown.
    public init(images: String?, annotations: String?) {
        self.images = images == "" ? nil : images
        self.annotations = annotations == "" ? nil : annotations
    }

    /// Whether the images of both sets are known, so that they can be compared.
    public func isComparable(to other: SetContent) -> Bool {
        images != nil && other.images != nil
    }

    /// The hashes that differ, of the images or else of the annotations; nil if those known for both sets
    /// are equal.
    public func difference(from other: SetContent) -> (mine: String, theirs: String)? {
        for (mine, theirs) in [(images, other.images), (annotations, other.annotations)] {
            if let mine, let theirs, mine != theirs { return (mine, theirs) }
        }
        return nil
    }

    /// Whether both sets are known to have the same images, and nothing else is known to differ.
    public func isSame(as other: SetContent) -> Bool {
        isComparable(to: other) && difference(from: other) == nil
    }
}

extension TrainSetFacts {
    /// The set's contents.
    public var content: SetContent { SetContent(images: contentHash, annotations: labelHash) }
}

extension TestSetFacts {
    /// The set's contents.
    public var content: SetContent { SetContent(images: contentHash, annotations: pairsHash) }
}
