public import Foundation

/// Images of a source, with a grey picture in the place of those that cannot be read or decoded: failures that are
/// counted, and do not end what reads them.
///
/// Images are decoded as they are read, and handed on as raw pixels.
public final class TolerantImages: ImageSource, @unchecked Sendable {
    /// The original images.
    private let source: any ImageSource
    private let lock = NSLock()
    private var found: [Int: FaceDataError] = [:]

    private static let grey = RGBImage(
        width: 112, height: 112, pixels: [UInt8](repeating: 128, count: 112 * 112 * 3))

    /// Wraps a source.
    public init(_ source: any ImageSource) { self.source = source }

    /// Why images that were read so far could not be used, by index.
    public var failures: [Int: FaceDataError] {
        lock.lock()
        defer { lock.unlock() }
        return found
    }

    /// The path of the source.
    public var location: URL { source.location }
    /// Number of images.
    public var count: Int { source.count }
    /// Those of the source.
    public var sourceFiles: SourceFiles { source.sourceFiles }
    /// As the source's.
    public var making: String { source.making }

    /// The image's name in the source.
    public func name(of index: Int) -> String { source.name(of: index) }
    /// The path of the image.
    public func path(of index: Int) -> String { source.path(of: index) }
    /// The stamp of the image's file.
    public func stamp(of index: Int) -> FileStamp { source.stamp(of: index) }

    /// Reads an image's pixels, as a raw PPM, or those of the grey picture where it cannot be used.
    ///
    /// - Throws: Errors other than those of an image that is missing, damaged or without a face.
    public func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        do throws(FaceDataError) {
            try source.read(index, into: buffer)
            // What was decoded is handed on, so that the reader does not decode the file again.
            buffer.fill(with: try ImageDecoder().decode(buffer.bytes, path: path(of: index)))
        } catch {
            switch error {
            case .badImage, .badRecord, .noFace, .unreadable: break
            default: throw error
            }
            note(index, error)
            buffer.fill(with: Self.grey)
        }
    }

    private func note(_ index: Int, _ error: FaceDataError) {
        lock.lock()
        found[index] = error
        lock.unlock()
    }
}

extension TemplateSet {
    /// The set with another source of the same images.
    ///
    /// - Parameter source: As many images, of the same names.
    public func reading(_ source: any ImageSource) -> TemplateSet {
        TemplateSet(
            source: source, templates: templates, people: people, detectorScores: detectorScores,
            pairs: pairs, galleries: galleries, probes: probes, warnings: warnings)
    }
}

extension VerificationPairs {
    /// The pairs with another source of the same images.
    ///
    /// - Parameter source: As many images, of the same names.
    public func reading(_ source: any ImageSource) -> VerificationPairs {
        VerificationPairs(source: source, pairs: pairs, folds: folds, warnings: warnings)
    }
}
