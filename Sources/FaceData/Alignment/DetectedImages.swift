/// The aligned faces of those images of a set in which a face was found.
///
/// ```swift
/// let found = try DetectedImages(of: set.source, FaceAligner(FaceSearch(try MTCNN())))
/// print(found.source.count, found.outcome.leftOut.keys)
/// ```
public struct DetectedImages: Sendable {
    /// The aligned faces, under their images' names and in the set's order. Each is aligned when it is read.
    public let source: any ImageSource
    /// The images' indices in the set.
    public let indices: [Int]
    /// The faces in their pictures, in the order of the aligned ones.
    public let faces: [DetectedFace]
    /// What was found, and which images were left out.
    public let outcome: SetDetection.Outcome

    /// Searches all images.
    ///
    /// - Parameters:
    ///   - quality: Quality of the JPEGs that faces are encoded as, 1...100; nil for raw PPM, which is
    ///     lossless.
    ///   - threads: Workers.
    ///   - progress: Receives the number of images searched so far; an error thrown by it stops the
    ///     search.
    /// - Throws: What the detector throws. Images that do not decode are left out.
    public init(
        of source: any ImageSource, _ aligner: FaceAligner, quality: Int? = nil, threads: Int = 1,
        progress: (Int) throws -> Void = { _ in }
    ) throws {
        let (rows, outcome) = try SetDetection(aligner.search, threads: threads)
            .faces(of: source, progress: progress)
        let found = rows.indices.compactMap { index in
            rows[index].face?.points.map { (index: index, points: $0) }
        }
        indices = found.map(\.index)
        faces = indices.compactMap { rows[$0].face }
        self.outcome = outcome
        self.source = AlignedImages(
            SelectedImages(indices, of: source), points: found.map(\.points), aligner.alignment,
            quality: quality)
    }
}

extension LabelledImageSet {
    /// The set's aligned faces. Identities without any are removed, and labels renumbered.
    ///
    /// - Parameter found: The faces found in this set's images.
    public func aligned(_ found: DetectedImages) -> LabelledImageSet {
        let kept = Set(found.indices)
        var set = removing(Set(labels.indices.filter { !kept.contains($0) }))
        set.source = found.source
        return set
    }
}
