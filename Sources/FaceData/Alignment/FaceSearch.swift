/// Finds the faces of a picture and chooses one, or says why there is none.
///
/// A picture in which the detector finds nothing is searched again with a border that doubles its width and
/// height, because detectors miss faces that fill a picture, and then rotated, because cameras do not always
/// record how they were held; large pictures are reduced for both. If a face is found but not with certainty
/// (``FaceDetector/certainScore``), the rotated pictures are searched as well, and the best score decides: some
/// detectors find upside-down faces.
public struct FaceSearch: Sendable {
    /// The detector that is run on each picture.
    public let detector: any FaceDetector
    /// Which face is chosen where a picture has several.
    public let choice: FaceChoice
    /// The least side of the square of the picture that becomes the aligned face, in pixels; smaller
    /// faces are ``Verdict/small``.
    public let minSide: Double
    /// A face is cut off if more than this fraction of its aligned square is outside the picture.
    public static let maxOutside = 0.35
    /// A face is rotated if it leans by more degrees than this.
    public static let maxRoll = 60.0

    /// The result of searching a picture.
    public enum Verdict: String, Sendable, Codable, CaseIterable {
        /// It has a face.
        case face
        /// No face was found.
        case none
        /// It has several, and no rule for choosing one is set.
        case several
        /// The face is too small.
        case small
        /// Much of the face is outside the picture.
        case cutOff = "cut off"
        /// The picture is rotated by a quarter turn or upside down.
        case rotated
        /// The detector's points are not those of a face, or it finds none.
        case implausible
    }

    /// The faces found in a picture.
    public struct Found: Sendable, Hashable {
        /// All faces in descending order of their scores, in coordinates of the original picture.
        public var faces: [DetectedFace]
        /// The chosen one; nil if there is none, or no rule for choosing one is set.
        public var face: DetectedFace?
        /// Whether the picture has a face that can be used, or why not.
        public var verdict: Verdict
        /// Details for people, such as `its face leans by 75 degrees`; may be empty.
        public var remark: String
    }

    /// Creates a search.
    ///
    /// - Parameter minSide: See ``minSide``; 0 for faces of any size.
    public init(_ detector: any FaceDetector, choice: FaceChoice = .central, minSide: Double = 32) {
        (self.detector, self.choice, self.minSide) = (detector, choice, minSide)
    }

    /// Distinguishes the results from those of other searches.
    public var identity: String {
        "\(detector.identity) \(choice.rawValue) \(minSide) 2"
    }

    /// Finds the faces of a picture and chooses one.
    public func find(in image: RGBImage) throws -> Found {
        var faces = try detector.faces(in: image)
        // A face that was missed either fills the picture or is rotated; a reduced picture is
        // enough for both.
        let (small, factor) = faces.isEmpty ? image.shrunk(toSide: Self.searchSide) : (image, 1)
        if faces.isEmpty {
            faces = try bordered(small).map { face in face.enlarged(by: Double(factor)) }
        }
        let best = faces.map(\.score).max() ?? 0
        if !faces.isEmpty, best >= detector.certainScore { return result(faces, image) }
        if let quarter = try upright(
            faces.isEmpty ? small : image.shrunk(toSide: Self.searchSide).image, above: best)
        {
            return Found(
                faces: [], face: nil, verdict: .rotated,
                remark: "its face is upright when it is turned by \(90 * quarter) degrees clockwise"
            )
        }
        if !faces.isEmpty { return result(faces, image) }
        return Found(faces: [], face: nil, verdict: .none, remark: "")
    }

    /// The number of clockwise quarter turns that give the face with the highest score; nil if none exceeds
    /// the original picture's score, or, where that has a face, none is certain.
    private func upright(_ image: RGBImage, above score: Double) throws -> Int? {
        var best: (quarter: Int?, score: Double) = (
            nil, score > 0 ? max(score, detector.certainScore.nextDown) : 0
        )
        for quarter in 1...3 {
            let rotated = image.rotated(quarterTurns: quarter)
            var faces = try detector.faces(in: rotated)
            if faces.isEmpty, score == 0 { faces = try bordered(rotated) }
            if let found = faces.map(\.score).max(), found > best.score { best = (quarter, found) }
        }
        return best.quarter
    }

    /// The approximate longer side of pictures that are searched again, in pixels.
    private static let searchSide = 800

    /// The faces found with a border of half the picture's size on every side.
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

    private func result(_ faces: [DetectedFace], _ image: RGBImage) -> Found {
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
        // Points without the layout of a face say nothing about how it leans or whether it is cut
        // off.
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
        // The centre of a large pixel is not that of the first of the small ones in it.
        let shift = (factor - 1) / 2
        func enlarged(_ number: Double) -> Double { number * factor + shift }
        return DetectedFace(
            box: FaceBox(
                left: enlarged(box.left), top: enlarged(box.top), right: enlarged(box.right),
                bottom: enlarged(box.bottom)),
            score: score,
            points: points.flatMap {
                FacePoints($0.points.map { .init(enlarged($0.x), enlarged($0.y)) })
            })
    }
}

extension RGBImage {
    /// The picture reduced by averaging squares of pixels, so that its longer side is at most `side`,
    /// and the side of those squares.
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

    /// The picture rotated clockwise by quarter turns.
    func rotated(quarterTurns: Int) -> RGBImage {
        let quarters = ((quarterTurns % 4) + 4) % 4
        let isUpright = quarters % 2 == 0
        let (columns, rows) = isUpright ? (width, height) : (height, width)
        var rotated: [UInt8] = []
        rotated.reserveCapacity(pixels.count)
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
                    let offset = (row * width + column) * 3
                    rotated.append(pixels[offset])
                    rotated.append(pixels[offset + 1])
                    rotated.append(pixels[offset + 2])
                }
            }
        }
        return RGBImage(width: columns, height: rows, pixels: rotated)
    }

    /// The picture with a black border: columns on the left and right, and rows above and below.
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
