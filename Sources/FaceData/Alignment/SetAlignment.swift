public import Foundation
import SafeFiles

/// Aligns the faces of a whole set into a folder.
public struct SetAlignment: Sendable {
    /// How faces are aligned.
    public let alignment: FaceAlignment
    /// Quality of the JPEGs that are written, 1...100; nil for PNG.
    public let quality: Int?
    /// Which face to align where a landmark file has several for a picture; a search has its own rule.
    public let choice: FaceChoice
    /// Number of threads.
    public let threads: Int

    /// The numbers of images written, skipped and left out.
    public struct Outcome: Codable, Sendable, Hashable {
        /// Faces that were written.
        public var written = 0
        /// Faces that were already up to date.
        public var kept = 0
        /// Images without points in the landmark file.
        public var withoutPoints: [String] = []
        /// Images that do not decode.
        public var bad: [ImageScan.BadImage] = []
        /// Images whose points cannot be those of a face.
        public var implausible: [ImageScan.BadImage] = []
        /// What those points probably are, with the number of images.
        public var causes: [String: Int] = [:]
        /// Images with several faces where ``choice`` is ``FaceChoice/ask``.
        public var severalFaces: [String] = []
        /// Images with several faces, one of which a search chose.
        public var chosen: [String] = []
        /// Images without a face that can be aligned, by the search's verdict: `none`, `small`, ...
        public var leftOut: [String: [ImageScan.BadImage]] = [:]
        /// Names in the landmark file that match no image.
        public var unusedNames: [String] = []
        /// What the landmarks of the whole set may be instead; nil if there is no doubt.
        public var doubt: String?
        /// Images whose face got another file name because theirs was taken.
        public var renamed: [SetConversion.RenamedImage] = []

        /// Whether there are faces, and none is missing because of an error or a doubt.
        public var isComplete: Bool {
            written + kept > 0 && bad.isEmpty && implausible.isEmpty && severalFaces.isEmpty
                && leftOut.isEmpty
        }

        fileprivate mutating func add(_ part: Outcome) {
            written += part.written
            kept += part.kept
            withoutPoints += part.withoutPoints
            bad += part.bad
            implausible += part.implausible
            causes.merge(part.causes, uniquingKeysWith: +)
            severalFaces += part.severalFaces
            chosen += part.chosen
            leftOut.merge(part.leftOut, uniquingKeysWith: +)
        }
    }

    /// Aligns to insightface's template with `side` pixels a side.
    public init(
        side: Int = 112, quality: Int? = 95, choice: FaceChoice = .ask, threads: Int = 1
    ) {
        self.init(.insightface(side: side), quality: quality, choice: choice, threads: threads)
    }

    /// Aligns to any template.
    public init(
        _ template: FaceTemplate, quality: Int? = 95, choice: FaceChoice = .ask, threads: Int = 1
    ) {
        alignment = FaceAlignment(template)
        self.quality = quality
        self.choice = choice
        self.threads = threads
    }

    /// Aligns every image that has points, under its own name, so that an interrupted alignment can be
    /// resumed.
    ///
    /// A face already in the folder is kept if, according to the folder's record, it was made from the
    /// same bytes, points and settings and has not changed since; otherwise it is rewritten. A file of
    /// that name which no alignment wrote is not touched. Points that cannot be those of a face in the
    /// picture are reported and not used.
    ///
    /// - Parameter progress: Receives the number of images done; an error thrown by it stops the
    ///   work.
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``, also if such a file exists, and
    ///   ``FaceDataError/unknownFormat(path:reason:)`` if the landmarks of the whole set are in another order
    ///   (``LandmarkOrderCheck``).
    public func align(
        _ source: any ImageSource, _ landmarks: LandmarkFile, to folder: URL,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Outcome {
        let points = MatchedLandmarks(landmarks, with: source)
        let doubt = try LandmarkOrderCheck.require(
            (0..<source.count).compactMap { points.faces(of: $0).first }, path: landmarks.path)
        var outcome = try align(source, by: .landmarks(points), to: folder, size: 64, progress)
        outcome.unusedNames = points.unusedNames
        outcome.doubt = doubt
        return outcome
    }

    /// Finds the face of every image and aligns it, under the image's name; see
    /// ``align(_:_:to:progress:)``. A face that is already up to date in the folder is not searched
    /// for again.
    public func align(
        _ source: any ImageSource, _ search: FaceSearch, to folder: URL,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Outcome {
        try align(source, by: .search(search), to: folder, size: 8, progress)
    }

    private func align(
        _ source: any ImageSource, by pointSource: PointSource, to folder: URL, size: Int,
        _ progress: (Int) throws -> Void
    ) throws -> Outcome {
        var outcome = Outcome()
        let names = names(of: source)
        try FaceDataError.storing { () throws(SafeFilesError) in
            try PlainFile.require(names.paths, in: folder)
        }
        let work = Work(
            source: source, pointSource: pointSource, folder: folder,
            record: try AlignmentRecord(folder),
            names: names)
        try ParallelParts.forEach(
            source.count, size: size, threads: threads,
            make: { range in
                Result { try part(range, of: work) }
            },
            take: { part, done in
                outcome.add(try part.get())
                try progress(done)
            })
        for inner in Set(work.names.paths.map { PathText($0).folder }) {
            PartialFile.removeStale(in: folder.appendingPathComponent(inner))
        }
        let left = outcome.bad + outcome.implausible + outcome.leftOut.values.joined()
        let passed = Set(left.map(\.path) + outcome.withoutPoints + outcome.severalFaces)
        outcome.renamed = work.names.renamedImages(of: source) {
            !passed.contains(source.name(of: $0))
        }
        return outcome
    }

    /// The names of the faces' files, in the folders of their pictures.
    private func names(of source: any ImageSource) -> WrittenNames {
        let names = (0..<source.count).map(source.name(of:))
        var folders: [String] = []
        var numbers: [String: Int] = [:]
        let owners = names.map { name in
            let folder = PathText(name).folder
            if numbers[folder] == nil {
                numbers[folder] = folders.count
                folders.append(folder)
            }
            return numbers[folder, default: 0]
        }
        return WrittenNames(
            names.map { PathText($0).name }, in: owners, of: folders,
            ending: quality == nil ? "png" : "jpg")
    }

    /// Where the points come from.
    private enum PointSource: Sendable {
        case landmarks(MatchedLandmarks)
        case search(FaceSearch)
    }

    /// The state that the workers share.
    private struct Work: Sendable {
        let source: any ImageSource
        let pointSource: PointSource
        let folder: URL
        let record: AlignmentRecord
        let names: WrittenNames
    }

    /// A face to write.
    private struct Face {
        let name: String
        let origin: String
        let bytes: [UInt8]
        let isChosen: Bool
    }

    /// Why no face of an image was aligned.
    private enum Obstacle: Error {
        case doubt(PointsDoubt)
        case severalFaces
        case withoutPoints
        case found(FaceSearch.Found)
        case failure(FaceDataError)
        case detector(any Error)
    }

    private func part(_ indices: Range<Int>, of work: Work) throws -> Outcome {
        var outcome = Outcome()
        var faces: [Face] = []
        for index in indices {
            let path = work.source.name(of: index)
            do throws(Obstacle) {
                if let face = try face(index, work) {
                    faces.append(face)
                    if face.isChosen { outcome.chosen.append(path) }
                } else {
                    outcome.kept += 1
                }
            } catch {
                try add(error, index, path, to: &outcome)
            }
        }
        try work.record.add(
            faces.map {
                ($0.name, .init(origin: $0.origin, face: AlignmentRecord.digest($0.bytes)))
            })
        for face in faces {
            try FaceDataError.storing { () throws(SafeFilesError) in
                try PlainFile.require([face.name], in: work.folder)
                try FileWriter.write(face.bytes, to: work.folder.appendingPathComponent(face.name))
            }
        }
        outcome.written = faces.count
        return outcome
    }

    private func add(
        _ obstacle: Obstacle, _ index: Int, _ path: String, to outcome: inout Outcome
    ) throws {
        switch obstacle {
        case .severalFaces: outcome.severalFaces.append(path)
        case .withoutPoints: outcome.withoutPoints.append(path)
        case .doubt(let doubt):
            outcome.implausible.append(.init(index: index, path: path, reason: doubt.reason))
            if let cause = doubt.cause { outcome.causes[cause, default: 0] += 1 }
        case .found(let found):
            outcome.leftOut[found.verdict.rawValue, default: []]
                .append(.init(index: index, path: path, reason: found.remark))
        case .failure(let error):
            if case .cannotWrite = error { throw error }
            outcome.bad.append(.init(index: index, path: path, reason: error.description))
        case .detector(let error): throw error
        }
    }

    /// An image's face; nil if the folder has it already.
    private func face(_ index: Int, _ work: Work) throws(Obstacle) -> Face? {
        let candidates = try candidates(index, work)
        let name = work.names.paths[index]
        let path = work.source.path(of: index)
        let picture = try reported { () throws(FaceDataError) in
            try work.source.bytes(of: index)
        }
        let origin = origin(picture, candidates, work.pointSource)
        if try reported({ () throws(FaceDataError) in try isUpToDate(name, origin, work) }) {
            return nil
        }
        let image = try reported { () throws(FaceDataError) in
            try ImageDecoder().decode(picture, path: path)
        }
        let (points, isChosen) = try points(candidates, image, work.pointSource)
        let bytes = try reported { () throws(FaceDataError) -> [UInt8] in
            guard let face = alignment.align(image, points) else {
                throw .badImage(path: path, reason: "its landmarks coincide")
            }
            return try encoded(face)
        }
        return Face(name: name, origin: origin, bytes: bytes, isChosen: isChosen)
    }

    /// The faces that a landmark file has of an image; none if they are searched for.
    private func candidates(_ index: Int, _ work: Work) throws(Obstacle) -> [FacePoints] {
        guard case .landmarks(let landmarks) = work.pointSource else { return [] }
        let candidates = landmarks.faces(of: index)
        guard !candidates.isEmpty else { throw .withoutPoints }
        guard candidates.count == 1 || choice != .ask else { throw .severalFaces }
        return candidates
    }

    private func origin(_ picture: [UInt8], _ candidates: [FacePoints], _ pointSource: PointSource)
        -> String
    {
        switch pointSource {
        // The origin includes all candidates, since the choice may depend on the picture's size.
        case .landmarks:
            AlignmentRecord.origin(
                picture, candidates, choice, alignment.template, quality: quality)
        case .search(let search):
            AlignmentRecord.origin(picture, search, alignment.template, quality: quality)
        }
    }

    /// The points of the chosen face, and whether a search chose it among several.
    private func points(
        _ candidates: [FacePoints], _ image: RGBImage, _ pointSource: PointSource
    ) throws(Obstacle) -> (FacePoints, isChosen: Bool) {
        switch pointSource {
        case .landmarks:
            let (width, height) = (image.width, image.height)
            guard let points = choice.face(of: candidates, width: width, height: height) else {
                throw .severalFaces
            }
            if let doubt = PointsDoubt(points, width: width, height: height) {
                throw .doubt(doubt)
            }
            return (points, false)
        case .search(let search):
            let found: FaceSearch.Found
            do {
                found = try search.find(in: image)
            } catch {
                throw .detector(error)
            }
            if found.verdict == .several { throw .severalFaces }
            guard found.verdict == .face, let points = found.face?.points else {
                throw .found(found)
            }
            return (points, found.faces.count > 1)
        }
    }

    /// An error of reading or writing as an obstacle.
    private func reported<Value>(
        _ body: () throws(FaceDataError) -> Value
    ) throws(Obstacle) -> Value {
        do {
            return try body()
        } catch {
            throw .failure(error)
        }
    }

    /// Whether the folder contains the face as it would be written.
    private func isUpToDate(
        _ name: String, _ origin: String, _ work: Work
    ) throws(FaceDataError) -> Bool {
        let file = work.folder.appendingPathComponent(name)
        guard FileStamp(file).size >= 0 else { return false }
        guard let entry = work.record[name] else {
            throw .cannotWrite(
                path: file.path,
                reason:
                    "the file already exists and was not written by an alignment into this folder; choose "
                    + "another folder, or remove the file")
        }
        guard entry.origin == origin, let there = try? FileReader(file),
            let bytes = try? there.bytes(at: 0, count: there.size)
        else { return false }
        return AlignmentRecord.digest(bytes) == entry.face
    }

    private func encoded(_ face: RGBImage) throws(FaceDataError) -> [UInt8] {
        guard let quality else { return try ImageEncoder.png(face) }
        return try ImageEncoder.jpeg(face, quality: quality)
    }
}

/// The landmarks of a set's images; each entry is used for at most one image.
private struct MatchedLandmarks: Sendable {
    private let landmarks: LandmarkFile
    /// The name in the file for each image; nil if it has none.
    private let names: [String?]

    init(_ landmarks: LandmarkFile, with source: any ImageSource) {
        self.landmarks = landmarks
        let entries = (0..<source.count).map { landmarks.entry(of: source.name(of: $0)) }
        var used = Set(entries.compactMap { $0.flatMap { $0.isExact ? $0.name : nil } })
        names = entries.map { entry in
            // `a/1.jpg` says nothing about `a/1.png` if both exist.
            guard let entry, entry.isExact || used.insert(entry.name).inserted else { return nil }
            return entry.name
        }
    }

    func faces(of index: Int) -> [FacePoints] { names[index].map(landmarks.faces(of:)) ?? [] }

    /// Names in the file that match no image.
    var unusedNames: [String] { landmarks.names(besides: Set(names.compactMap { $0 })) }
}
