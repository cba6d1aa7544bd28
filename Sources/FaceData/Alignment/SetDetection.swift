public import Foundation
import SafeFiles
import Spelling

/// Finds the faces of all images of a set.
public struct SetDetection: Sendable {
    /// How faces are found.
    public let search: FaceSearch
    /// Number of threads.
    public let threads: Int

    /// Counts of images and faces, and the images without a chosen face.
    public struct Outcome: Sendable, Hashable, Codable {
        /// Images that were searched.
        public var images = 0
        /// Faces found in all of them.
        public var faces = 0
        /// Images with a chosen face that can be aligned.
        public var withFace = 0
        /// Images with more than one face.
        public var withSeveral: [String] = []
        /// Images without such a face, by the search's verdict: `none`, `several`, `small`, `cut off`,
        /// `rotated`, `implausible`.
        public var leftOut: [String: [ImageScan.BadImage]] = [:]
        /// Images that do not decode.
        public var bad: [ImageScan.BadImage] = []
    }

    /// The faces of an image.
    public struct Row: Sendable, Hashable {
        /// The image's name in its source.
        public var name: String
        /// Its faces: the chosen one, then the others in descending order of their scores.
        public var faces: [DetectedFace]
        /// The chosen one; nil if there is none or it cannot be aligned.
        public var face: DetectedFace?
    }

    /// Prepares a search on `threads` threads.
    public init(_ search: FaceSearch, threads: Int = 1) {
        (self.search, self.threads) = (search, threads)
    }

    /// Searches all images.
    ///
    /// - Parameter progress: Receives the number of images done; an error thrown by it stops the
    ///   work.
    /// - Throws: What the detector throws.
    public func faces(
        of source: any ImageSource, progress: (Int) throws -> Void = { _ in }
    ) throws -> (rows: [Row], outcome: Outcome) {
        var rows: [Row] = []
        var outcome = Outcome()
        try ParallelParts.forEach(
            source.count, size: 8, threads: threads,
            make: { range in range.map { index in Result { try found(index, of: source) } } },
            take: { part, done in
                for (offset, result) in part.enumerated() {
                    let index = done - part.count + offset
                    rows.append(
                        add(try result.get(), index, source.name(of: index), to: &outcome))
                }
                try progress(done)
            })
        return (rows, outcome)
    }

    private enum Image {
        case found(FaceSearch.Found)
        case bad(FaceDataError)
    }

    private func found(_ index: Int, of source: any ImageSource) throws -> Image {
        let image: RGBImage
        do {
            image = try source.image(index)
        } catch {
            return .bad(error)
        }
        return .found(try search.find(in: image))
    }

    private func add(
        _ image: Image, _ index: Int, _ name: String, to outcome: inout Outcome
    ) -> Row {
        outcome.images += 1
        switch image {
        case .bad(let error):
            outcome.bad.append(.init(index: index, path: name, reason: error.description))
            return Row(name: name, faces: [])
        case .found(let found):
            outcome.faces += found.faces.count
            if found.faces.count > 1 { outcome.withSeveral.append(name) }
            if found.verdict == .face {
                outcome.withFace += 1
            } else {
                outcome.leftOut[found.verdict.rawValue, default: []]
                    .append(.init(index: index, path: name, reason: found.remark))
            }
            guard let face = found.face else { return Row(name: name, faces: found.faces) }
            return Row(
                name: name, faces: [face] + found.faces.filter { $0 != face },
                face: found.verdict == .face ? face : nil)
        }
    }

    /// Writes faces as a landmark file that ``LandmarkFile`` reads: a header, then one line per face, or a
    /// line with only the name for an image without faces. Numbers have two decimal places.
    ///
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public static func write(_ rows: [Row], to url: URL) throws(FaceDataError) {
        let parts = ["lefteye", "righteye", "nose", "leftmouth", "rightmouth"]
        let columns =
            ["path"] + parts.flatMap { ["\($0)_x", "\($0)_y"] }
            + ["score", "box_left", "box_top", "box_right", "box_bottom"]
        var text = columns.joined(separator: ",") + "\n"
        for row in rows {
            let name = quoted(row.name)
            if row.faces.isEmpty {
                text += name + String(repeating: ",", count: columns.count - 1) + "\n"
            }
            for face in row.faces {
                text += ([name] + numbers(of: face)).joined(separator: ",") + "\n"
            }
        }
        let bytes = Array(text.utf8)
        try FaceDataError.storing { () throws(SafeFilesError) in
            try FileWriter.write(bytes, to: url)
        }
    }

    private static func numbers(of face: DetectedFace) -> [String] {
        let points =
            face.points.map { $0.points.flatMap { [decimal($0.x), decimal($0.y)] } }
            ?? Array(repeating: "", count: 10)
        return points + [String(format: "%.4f", face.score)]
            + [face.box.left, face.box.top, face.box.right, face.box.bottom].map(decimal)
    }

    private static func decimal(_ number: Double) -> String { String(format: "%.2f", number) }

    private static func quoted(_ name: String) -> String {
        let name = SpreadsheetCell.guarded(name)
        guard name.contains(where: { ",\"\t;".contains($0) }) else { return name }
        return "\"" + name.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
