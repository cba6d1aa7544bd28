public import Foundation

/// Aligns the faces of a whole set into a folder.
public struct SetAlignment: Sendable {
    /// How faces are aligned.
    public let alignment: FaceAlignment
    /// Quality of the JPEGs that are written, 1...100; nil for PNG.
    public let quality: Int?
    /// Workers.
    public let threads: Int

    /// What was done.
    public struct Outcome: Codable, Sendable, Hashable {
        /// Faces that were written.
        public var written = 0
        /// Faces that were there already.
        public var kept = 0
        /// Images whose points the landmark file does not have.
        public var withoutPoints: [String] = []
        /// Images that do not decode, or whose points are all one.
        public var bad: [ImageScan.BadImage] = []
    }

    /// Describes the work.
    public init(side: Int = 112, quality: Int? = 95, threads: Int = 1) {
        alignment = FaceAlignment(side: side)
        self.quality = quality
        self.threads = threads
    }

    /// Aligns every image that has points, under its own name; what the folder has already is left
    /// alone, so that an interrupted alignment goes on.
    ///
    /// - Parameter progress: Told how many images are done; what it throws ends the work.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public func align(
        _ source: any ImageSource, _ landmarks: LandmarkFile, to folder: URL,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Outcome {
        var outcome = Outcome()
        try ParallelParts.forEach(
            source.count, size: 64, threads: threads,
            make: { range in
                Result { () throws(FaceDataError) in
                    try part(range, source, landmarks, folder)
                }
            },
            take: { part, done in
                let part = try part.get()
                outcome.written += part.written
                outcome.kept += part.kept
                outcome.withoutPoints += part.withoutPoints
                outcome.bad += part.bad
                try progress(done)
            })
        let folders = Set(
            (0..<source.count).map {
                folder.appendingPathComponent(name(source.name(of: $0)))
                    .deletingLastPathComponent()
            })
        for folder in folders { FilePart.removeAbandoned(in: folder) }
        return outcome
    }

    private func part(
        _ places: Range<Int>, _ source: any ImageSource, _ landmarks: LandmarkFile, _ folder: URL
    ) throws(FaceDataError) -> Outcome {
        var outcome = Outcome()
        for place in places {
            let name = source.name(of: place)
            guard let points = landmarks.points(of: name) else {
                outcome.withoutPoints.append(name)
                continue
            }
            let file = folder.appendingPathComponent(self.name(name))
            if FileManager.default.fileExists(atPath: file.path) {
                outcome.kept += 1
                continue
            }
            let face: RGBImage?
            do throws(FaceDataError) {
                face = alignment.align(try source.image(place), points)
            } catch {
                outcome.bad.append(
                    ImageScan.BadImage(place: place, path: name, reason: error.description))
                continue
            }
            guard let face else {
                outcome.bad.append(
                    ImageScan.BadImage(place: place, path: name, reason: "its points are all one"))
                continue
            }
            try FileWriter.write(encoded(face), to: file)
            outcome.written += 1
        }
        return outcome
    }

    private func encoded(_ face: RGBImage) throws(FaceDataError) -> [UInt8] {
        guard let quality else { return try ImageEncoder.png(face) }
        return try ImageEncoder.jpeg(face, quality: quality)
    }

    /// The image's name with the ending of what is written, and no way out of the folder.
    private func name(_ name: String) -> String {
        let stem = LabelledImageSet.isImage(name) ? PathText(name).withoutEnding : name
        let parts = stem.split(separator: "/").map { ImageNames.safe(String($0)) }
        return parts.joined(separator: "/") + (quality == nil ? ".png" : ".jpg")
    }
}
