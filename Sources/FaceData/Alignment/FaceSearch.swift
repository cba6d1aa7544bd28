/// Finds the face of a picture that counts, or says why there is none.
///
/// A picture in which the detector finds nothing is searched again with as much around it, as detectors miss
/// faces that fill a picture, and then turned, as cameras do not always say how they were held; large pictures
/// are made smaller for it. Where a face is found and not for certain (``FaceDetector/certainScore``), the turned
/// pictures are searched as well, and the best score decides: some detectors see a face in one that is on its head.
public struct FaceSearch: Sendable {
    /// The detector that is run on each picture.
    public let detector: any FaceDetector
    /// The choice of the face that counts where a picture has several.
    public let choice: FaceChoice
    /// Faces are too small whose aligned square of 112 pixels is less than so many pixels of the picture.
    public let minSide: Double
    /// Faces are cut off of whose aligned square the picture lacks more than this.
    public static let maxOutside = 0.35
    /// Faces are rotated that lean by more degrees than this.
    public static let maxRoll = 60.0

    /// The handling of a picture.
    public enum Verdict: String, Sendable, Codable, CaseIterable {
        /// It has a face.
        case face
        /// No face was found.
        case none
        /// It has several, and none was to be chosen.
        case several
        /// The face is too small.
        case small
        /// Much of the face is outside of the picture.
        case cutOff = "cut off"
        /// The picture is rotated by a quarter turn or upside down.
        case rotated
        /// The detector's points are not those of a face, or it has none.
        case implausible
    }

    /// The faces found in a picture.
    public struct Found: Sendable, Hashable {
        /// All faces, the best first, in coordinates of the original picture.
        public var faces: [DetectedFace]
        /// The one that counts; nil if there is none, or none was to be chosen.
        public var face: DetectedFace?
        /// The handling of the picture.
        public var verdict: Verdict
        /// More of it, for people: `upright when it is turned by 90 degrees clockwise`; may be empty.
        public var remark: String
    }

    /// Describes a search.
    ///
    /// - Parameter minSide: In pixels; 0 for faces of any size.
    public init(_ detector: any FaceDetector, choice: FaceChoice = .central, minSide: Double = 32) {
        (self.detector, self.choice, self.minSide) = (detector, choice, minSide)
    }

    /// Distinguishes the results from those of other searches.
    public var identity: String {
        "\(detector.identity) \(choice.rawValue) \(minSide) 2"
    }

    /// Finds the faces of a picture and selects the one that counts.
    public func find(in image: RGBImage) throws -> Found {
        var faces = try detector.faces(in: image)
        // What is left to be found fills the picture, or shows how the picture is rotated.
        let (small, factor) = faces.isEmpty ? image.shrunk(toSide: Self.searchSide) : (image, 1)
        if faces.isEmpty {
            faces = try bordered(small).map { face in face.enlarged(by: Double(factor)) }
        }
        let best = faces.map(\.score).max() ?? 0
        if !faces.isEmpty, best >= detector.certainScore { return judged(faces, image) }
        if let quarter = try upright(
            faces.isEmpty ? small : image.shrunk(toSide: Self.searchSide).image, above: best)
        {
            return Found(
                faces: [], face: nil, verdict: .rotated,
                remark: "its face is upright when it is turned by \(90 * quarter) degrees clockwise"
            )
        }
        if !faces.isEmpty { return judged(faces, image) }
        return Found(faces: [], face: nil, verdict: .none, remark: "")
    }

    /// By how many quarters a picture must be turned for the face with the highest score; nil if none has a
    /// higher score than the original picture, and one that is certain if that has a face.
    private func upright(_ image: RGBImage, above score: Double) throws -> Int? {
        var best: (quarter: Int?, score: Double) = (
            nil, score > 0 ? max(score, detector.certainScore.nextDown) : 0
        )
        for quarter in 1...3 {
            let turned = image.turned(quarter)
            var faces = try detector.faces(in: turned)
            if faces.isEmpty, score == 0 { faces = try bordered(turned) }
            if let found = faces.map(\.score).max(), found > best.score { best = (quarter, found) }
        }
        return best.quarter
    }

    /// The longer side of pictures that are searched again, in pixels, about.
    private static let searchSide = 800

    /// Faces of a picture with as much around it.
    private func bordered(_ image: RGBImage) throws -> [DetectedFace] {
        let (x, y) = (image.width / 2, image.height / 2)
        return try detector.faces(in: image.bordered(x, y)).map { face in
            DetectedFace(
                box: face.box.moved(by: (-Double(x), -Double(y))), score: face.score,
                points: face.points.flatMap {
                    FacePoints($0.points.map { .init($0.x - Double(x), $0.y - Double(y)) })
                })
        }
    }

    private func judged(_ faces: [DetectedFace], _ image: RGBImage) -> Found {
        func found(_ face: DetectedFace?, _ verdict: Verdict, _ remark: String = "") -> Found {
            Found(faces: faces, face: face, verdict: verdict, remark: remark)
        }
        guard let face = choice.face(of: faces, width: image.width, height: image.height) else {
            return found(nil, .several, "it has \(faces.count) faces")
        }
        guard let points = face.points else {
            return found(face, .implausible, "the detector finds boxes without landmarks")
        }
        let pose = FacePose(points)
        let doubt = PointsDoubt(points, width: image.width, height: image.height)
        // Points without the layout of a face do not show how it leans, or where it ends.
        if let doubt, pose.distance > PointsDoubt.maxDistance {
            return found(face, .implausible, doubt.reason)
        }
        if abs(pose.roll) > Self.maxRoll {
            return found(
                face, .rotated, "its face leans by \(Int(abs(pose.roll).rounded())) degrees")
        }
        let outside = PointsDoubt.outside(points, image.width, image.height)
        if outside > Self.maxOutside {
            return found(
                face, .cutOff,
                "\(Int((outside * 100).rounded())) % of the aligned face would be outside the picture"
            )
        }
        if let doubt { return found(face, .implausible, doubt.reason) }
        let side = 112 * pose.scale
        if side < minSide {
            return found(face, .small, "its face is \(Int(side.rounded())) pixels high")
        }
        return found(face, .face)
    }
}

extension DetectedFace {
    /// The face in coordinates of an enlarged picture.
    fileprivate func enlarged(by factor: Double) -> DetectedFace {
        // The middle of the first of the small pixels is not that of the large one.
        let shift = (factor - 1) / 2
        func place(_ number: Double) -> Double { number * factor + shift }
        return DetectedFace(
            box: FaceBox(
                left: place(box.left), top: place(box.top), right: place(box.right),
                bottom: place(box.bottom)),
            score: score,
            points: points.flatMap {
                FacePoints($0.points.map { .init(place($0.x), place($0.y)) })
            })
    }
}

extension RGBImage {
    /// The means of squares of the picture, so that its longer side is not more than about a length, and
    /// the squares' side.
    func shrunk(toSide side: Int) -> (image: RGBImage, factor: Int) {
        let factor = (max(width, height) + side - 1) / side
        let (columns, rows) = (width / max(factor, 1), height / max(factor, 1))
        guard factor > 1, columns > 0, rows > 0 else { return (self, 1) }
        var means: [UInt8] = []
        means.reserveCapacity(columns * rows * 3)
        pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<rows {
                for x in 0..<columns {
                    for colour in 0..<3 {
                        var sum = 0
                        for row in y * factor..<(y + 1) * factor {
                            let first = (row * width + x * factor) * 3 + colour
                            for column in 0..<factor { sum += Int(pixels[first + 3 * column]) }
                        }
                        let count = factor * factor
                        means.append(UInt8((sum + count / 2) / count))
                    }
                }
            }
        }
        return (RGBImage(width: columns, height: rows, pixels: means), factor)
    }

    /// The picture turned clockwise by quarters.
    func turned(_ quarters: Int) -> RGBImage {
        let quarters = ((quarters % 4) + 4) % 4
        let isUpright = quarters % 2 == 0
        let (columns, rows) = isUpright ? (width, height) : (height, width)
        var turned: [UInt8] = []
        turned.reserveCapacity(pixels.count)
        pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<rows {
                for x in 0..<columns {
                    let (column, row) =
                        switch quarters {
                        case 1: (y, height - 1 - x)
                        case 2: (width - 1 - x, height - 1 - y)
                        case 3: (width - 1 - y, x)
                        default: (x, y)
                        }
                    let place = (row * width + column) * 3
                    turned.append(pixels[place])
                    turned.append(pixels[place + 1])
                    turned.append(pixels[place + 2])
                }
            }
        }
        return RGBImage(width: columns, height: rows, pixels: turned)
    }

    /// The picture with black columns at either side, and rows above and below.
    func bordered(_ columns: Int, _ rows: Int) -> RGBImage {
        let length = (width + 2 * columns) * 3
        var bordered = [UInt8](repeating: 0, count: length * (height + 2 * rows))
        for row in 0..<height {
            let start = (row + rows) * length + columns * 3
            bordered.replaceSubrange(
                start..<start + width * 3, with: pixels[row * width * 3..<(row + 1) * width * 3])
        }
        return RGBImage(
            width: width + 2 * columns, height: height + 2 * rows, pixels: bordered)
    }
}
