import FaceConfiguration
import FaceData
public import FaceEvaluation
import Foundation

extension StudyConfiguration.Evaluation {
    /// How the embeddings of a template's images are pooled.
    public var pooling: TemplatePooling {
        TemplatePooling(weights: templateWeights) ?? TemplatePooling()
    }

    /// Whether damaged images of test sets count as failures to enrol.
    public var countsFailures: Bool { failures == "count" }

    /// Reads the annotations of the test sets' people and images.
    ///
    /// - Throws: `FaceDataError` of a file that cannot be read.
    public func annotations() throws -> SetAnnotations {
        func url(_ path: String) -> URL? { path.isEmpty ? nil : URL(fileURLWithPath: path) }
        return SetAnnotations(
            attributes: try url(attributes).map { try AttributeTable.read($0) },
            qualities: try url(quality).map { try QualityTable.read($0) })
    }

    /// Number of draws of people for the intervals in a run's records.
    static let draws = 200

    /// The paths of the annotations, for a run's records.
    var annotationPaths: JSONValue {
        .object(["attributes": .string(attributes), "quality": .string(quality)])
    }
}

/// A test set's images, some of which may have failed.
struct TestImages {
    /// The images as they are embedded.
    let source: any ImageSource
    /// Names of the images that could not be used.
    let failed: Set<String>

    /// Creates the images from the result of a scan.
    ///
    /// - Parameter counts: Whether those that failed are counted.
    /// - Throws: ``FaceStudyError/testImage(path:reason:)`` for the first failed one if failures are not
    ///   counted, or if all have failed.
    init(
        _ source: any ImageSource, _ scan: ImageScan, counts: Bool
    ) throws(FaceStudyError) {
        if let bad = scan.bad.first, !counts || scan.good == 0 {
            throw .testImage(path: bad.path, reason: bad.reason)
        }
        failed = Set(scan.bad.map { source.name(of: $0.index) })
        self.source = failed.isEmpty ? source : TolerantImages(source)
    }

    /// The indices of the failed images in a part of the set.
    static func indices(of failed: Set<String>, in source: any ImageSource) -> Set<Int> {
        guard !failed.isEmpty else { return [] }
        return Set((0..<source.count).filter { failed.contains(source.name(of: $0)) })
    }
}
