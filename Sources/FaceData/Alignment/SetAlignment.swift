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

    /// Aligns every image that has points, under its own name, so that an interrupted alignment goes
    /// on.
    ///
    /// A face that the folder has is left alone if it was made of the same bytes and points in the same
    /// way and is what was written then, which the folder's record tells; it is written anew otherwise.
    /// A file of that name which no alignment wrote is not touched.
    ///
    /// - Parameter progress: Told how many images are done; what it throws ends the work.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``, also for such a file.
    public func align(
        _ source: any ImageSource, _ landmarks: LandmarkFile, to folder: URL,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Outcome {
        var outcome = Outcome()
        let record = try AlignmentRecord(folder)
        var places: [String: Int] = [:]
        for place in 0..<source.count {
            let name = name(source.name(of: place))
            places[name] = min(place, places[name] ?? place)
        }
        let work = Work(
            source: source, landmarks: landmarks, folder: folder, record: record, owners: places)
        try ParallelParts.forEach(
            source.count, size: 64, threads: threads,
            make: { range in
                Result { () throws(FaceDataError) in try part(range, of: work) }
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
            places.keys.map { folder.appendingPathComponent($0).deletingLastPathComponent() })
        for folder in folders { FilePart.removeAbandoned(in: folder) }
        return outcome
    }

    /// What the workers share.
    private struct Work: Sendable {
        let source: any ImageSource
        let landmarks: LandmarkFile
        let folder: URL
        let record: AlignmentRecord
        /// The first image of each name: others would overwrite its face.
        let owners: [String: Int]
    }

    /// A face that is to be written.
    private struct Face {
        let name: String
        let origin: String
        let bytes: [UInt8]
    }

    private func part(_ places: Range<Int>, of work: Work) throws(FaceDataError) -> Outcome {
        var outcome = Outcome()
        var faces: [Face] = []
        for place in places {
            let path = work.source.name(of: place)
            guard let points = work.landmarks.points(of: path) else {
                outcome.withoutPoints.append(path)
                continue
            }
            do throws(FaceDataError) {
                if let face = try face(place, points, work) {
                    faces.append(face)
                } else {
                    outcome.kept += 1
                }
            } catch {
                if case .cannotWrite = error { throw error }
                outcome.bad.append(
                    ImageScan.BadImage(place: place, path: path, reason: error.description))
            }
        }
        try work.record.add(
            faces.map {
                ($0.name, .init(origin: $0.origin, face: AlignmentRecord.digest($0.bytes)))
            })
        for face in faces {
            try FileWriter.write(face.bytes, to: work.folder.appendingPathComponent(face.name))
        }
        outcome.written = faces.count
        return outcome
    }

    /// An image's face; nil where the folder has it already.
    private func face(
        _ place: Int, _ points: FacePoints, _ work: Work
    ) throws(FaceDataError) -> Face? {
        let path = work.source.path(of: place)
        let name = name(work.source.name(of: place))
        if let owner = work.owners[name], owner != place {
            throw .badImage(
                path: path,
                reason: "its face would have the name of that of '\(work.source.name(of: owner))'")
        }
        let picture = try work.source.bytes(of: place)
        let origin = AlignmentRecord.origin(
            picture, points, side: alignment.side, quality: quality)
        let file = work.folder.appendingPathComponent(name)
        if FileStamp(file).size >= 0 {
            guard let entry = work.record[name] else {
                throw .cannotWrite(
                    path: file.path,
                    reason: "the file is there and no alignment into this folder wrote it; choose "
                        + "another folder, or remove the file")
            }
            if entry.origin == origin, let there = try? FileReader(file),
                let bytes = try? there.bytes(at: 0, count: there.size),
                AlignmentRecord.digest(bytes) == entry.face
            {
                return nil
            }
        }
        guard let face = alignment.align(try ImageDecoder().decode(picture, path: path), points)
        else { throw .badImage(path: path, reason: "its points are all one") }
        return Face(name: name, origin: origin, bytes: try encoded(face))
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
