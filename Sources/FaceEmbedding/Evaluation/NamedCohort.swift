public import FaceData
public import FaceEvaluation
import Foundation
import Spelling

/// A cohort for normalising scores on sets of templates: the method, and the path of the images.
public struct NamedCohort: Sendable, Hashable {
    /// How scores are normalised.
    public var normalization: ScoreNormalization
    /// A set of labelled images, as `LabelledImageSet.open` reads it.
    public var images: String

    /// Creates a cohort from the path of its images.
    public init(_ normalization: ScoreNormalization, images: String) {
        (self.normalization, self.images) = (normalization, images)
    }

    /// Opens the images: a template for each person, and the cohort's name in reports.
    ///
    /// - Throws: `FaceDataError` for a set that cannot be read, `FaceEvaluationError.cohortTooSmall`.
    public func open(threads: Int) throws -> (set: TemplateSet, name: String) {
        let images = try LabelledImageSet.open(images, threads: threads)
        let name = URL(fileURLWithPath: self.images).lastPathComponent
        return try Self.open(images, name: name)
    }

    /// The templates of a set of images, and the cohort's name in reports.
    public static func open(
        _ images: LabelledImageSet, name: String
    ) throws -> (set: TemplateSet, name: String) {
        let set = TemplateSet(cohort: images)
        guard set.templates.count > 1 else {
            throw FaceEvaluationError.cohortTooSmall(count: set.templates.count)
        }
        return (set, "\(counted(set.templates.count, "person", "people")) of \(quoted: name)")
    }
}

extension ScoreCohort {
    /// Creates a cohort from the embeddings of its images.
    public init(
        _ normalization: ScoreNormalization, of set: TemplateSet, _ views: EmbeddingViews,
        pooling: TemplatePooling = TemplatePooling(), name: String
    ) throws {
        self.init(
            normalization, try pooling.embeddings(of: set, views), name: name)
    }
}
