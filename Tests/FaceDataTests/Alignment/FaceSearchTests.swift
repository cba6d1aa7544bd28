import FaceData
import Foundation
import Testing

/// Finds faces whose five points are dots of one colour each, drawn by ``RGBImage/dots(_:width:height:)``,
/// where their eyes are above their mouth.
struct DotDetector: FaceDetector {
    /// Smaller pictures have no faces.
    var minWidth = 0
    var identity: String { "dots \(minWidth)" }

    func faces(in image: RGBImage) -> [DetectedFace] {
        guard image.width >= minWidth else { return [] }
        var places: [Int: [Int: FacePoints.Point]] = [:]
        for y in 0..<image.height {
            for x in 0..<image.width {
                let pixel = image[x, y]
                guard pixel[0] == 255, (1...5).contains(pixel[1]) else { continue }
                places[Int(pixel[2]), default: [:]][Int(pixel[1])] = .init(Double(x), Double(y))
            }
        }
        return places.sorted { $0.key < $1.key }.compactMap { face in
            guard let points = FacePoints((1...5).compactMap { face.value[$0] }),
                points.points[0].y < points.points[3].y,
                points.points[0].x < points.points[1].x
            else { return nil }
            let (x, y) = (points.points.map(\.x), points.points.map(\.y))
            let box = FaceBox(
                left: x.min() ?? 0, top: y.min() ?? 0, right: x.max() ?? 0, bottom: y.max() ?? 0)
            return DetectedFace(box: box, score: 1 - Double(face.key) / 10, points: points)
        }
    }
}

extension RGBImage {
    /// A grey picture with faces, given by their middle, and pixels of it for one of an aligned face of 112.
    static func dots(
        _ faces: [(x: Int, y: Int, scale: Double)], width: Int, height: Int
    ) -> RGBImage {
        var image = RGBImage(
            width: width, height: height, pixels: Array(repeating: 90, count: width * height * 3))
        for (index, face) in faces.enumerated() {
            for (number, point) in FacePoints.template(side: 112).points.enumerated() {
                let x = face.x + Int(((point.x - 56) * face.scale).rounded())
                let y = face.y + Int(((point.y - 72) * face.scale).rounded())
                guard (0..<width).contains(x), (0..<height).contains(y) else { continue }
                image.pixels.replaceSubrange(
                    (y * width + x) * 3..<(y * width + x) * 3 + 3,
                    with: [255, UInt8(number + 1), UInt8(index)])
            }
        }
        return image
    }
}

@Suite("The face of a picture that counts")
struct FaceSearchTests {
    private func found(
        _ faces: [(x: Int, y: Int, scale: Double)], width: Int = 200, height: Int = 160,
        _ choice: FaceChoice = .central, turned quarters: Int = 0
    ) throws -> FaceSearch.Found {
        let image = RGBImage.dots(faces, width: width, height: height)
        return try FaceSearch(DotDetector(), choice: choice).find(in: turned(image, quarters))
    }

    /// Turned counter-clockwise, by taking the place of each pixel.
    private func turned(_ image: RGBImage, _ quarters: Int) -> RGBImage {
        (0..<quarters).reduce(image) { image, _ in
            var pixels: [UInt8] = []
            for y in 0..<image.width {
                for x in 0..<image.height { pixels += image[image.width - 1 - y, x] }
            }
            return RGBImage(width: image.height, height: image.width, pixels: pixels)
        }
    }

    @Test func aFaceIsFound() throws {
        let found = try found([(100, 80, 0.5)])
        #expect(found.verdict == .face && found.faces.count == 1 && found.remark.isEmpty)
        #expect(found.face?.points?.points[2] == .init(100, 80))
    }

    @Test func pictureWithoutFaces() throws {
        let found = try found([])
        #expect(found.verdict == .none && found.face == nil && found.faces.isEmpty)
    }

    @Test func theRuleChoosesAmongFaces() throws {
        // The best in a corner, a large one at the right, a smaller one in the middle.
        let faces = [(x: 40, y: 40, scale: 0.4), (150, 80, 0.8), (100, 80, 0.5)]
        for (choice, expected) in [
            (FaceChoice.best, 40), (.first, 40), (.largest, 150), (.central, 100),
        ] {
            let found = try found(faces, choice)
            #expect(found.verdict == .face && found.faces.count == 3)
            #expect(found.face?.points?.points[2].x == Double(expected), "\(choice)")
        }
        let undecided = try found(faces, .ask)
        #expect(undecided.verdict == .several && undecided.face == nil)
        #expect(undecided.remark == "it has 3 faces")
    }

    @Test func smallFacesAreKeptApart() throws {
        #expect(try found([(100, 80, 0.25)]).verdict == .small)
        let image = RGBImage.dots([(100, 80, 0.25)], width: 200, height: 160)
        #expect(try FaceSearch(DotDetector(), minSide: 20).find(in: image).verdict == .face)
    }

    @Test func facesAtTheEdgeAreKeptApart() throws {
        // The nose is above the middle of the aligned square.
        let found = try found([(20, 80, 1)])
        #expect(found.verdict == .face)
        let cut = try self.found([(18, 25, 1)], width: 100, height: 80)
        #expect(cut.verdict == .cutOff && cut.remark.contains("% of the aligned face"))
    }

    @Test("A picture that is on its side is reported, with how to turn it", arguments: 1...3)
    func turnedPictures(quarters: Int) throws {
        let found = try found([(100, 80, 0.5)], turned: quarters)
        #expect(found.verdict == .rotated && found.face == nil)
        #expect(found.remark.contains("turned by \(quarters * 90) degrees clockwise"))
    }

    /// Finds a face however a picture lies, the likelier the more upright: its first pixel is bright when it is.
    private struct Doubtful: FaceDetector {
        var identity: String { "doubtful" }
        let certainScore: Double
        /// Of pictures whose bright pixel is at the top left, right, bottom right, left.
        let scores: [Double]

        func faces(in image: RGBImage) -> [DetectedFace] {
            let (right, bottom) = (image.width - 1, image.height - 1)
            let corners = [(0, 0), (right, 0), (right, bottom), (0, bottom)]
            guard let corner = corners.firstIndex(where: { image[$0.0, $0.1][0] == 255 }) else {
                return []
            }
            let box = FaceBox(left: 0, top: 0, right: 111, bottom: 111)
            return [
                DetectedFace(
                    box: box, score: scores[corner], points: FacePoints.template(side: 112))
            ]
        }
    }

    @Test(
        "A face that is not certain gives way to a certain one of the turned picture",
        arguments: [
            (0.995, [1, 0.9, 0.8, 0.9], 0, nil), (0.995, [1, 0.9, 0.99, 0.9], 2, 2),
            (0.995, [0.999, 0.9, 0.9, 0.9], 1, 1), (0.995, [0.98, 0.9, 0.99, 0.9], 0, nil),
            (0.995, [0.98, 0.9, 0.999, 0.9], 0, 2), (0, [1, 0.9, 0.8, 0.9], 2, nil),
        ] as [(Double, [Double], Int, Int?)])
    func uncertainFaces(certain: Double, scores: [Double], quarters: Int, expected: Int?) throws {
        var pixels = [UInt8](repeating: 0, count: 112 * 112 * 3)
        pixels[0] = 255
        let image = turned(RGBImage(width: 112, height: 112, pixels: pixels), quarters)
        let found = try FaceSearch(Doubtful(certainScore: certain, scores: scores)).find(in: image)
        #expect(found.verdict == (expected == nil ? .face : .rotated))
        if let expected { #expect(found.remark.contains("turned by \(expected * 90) degrees")) }
    }

    @Test func closeUpsAreFoundWithABorder() throws {
        let image = RGBImage.dots([(56, 72, 1)], width: 112, height: 112)
        let found = try FaceSearch(DotDetector(minWidth: 150)).find(in: image)
        #expect(found.verdict == .face)
        let points = try #require(found.face?.points).points
        for (point, expected) in zip(points, FacePoints.template(side: 112).points) {
            #expect(abs(point.x - expected.x) <= 0.5 && abs(point.y - expected.y) <= 0.5)
        }
        #expect(found.face?.box.left == points[0].x)
    }

    @Test func largeCloseUpsAreMadeSmallerAndFound() throws {
        /// Finds what fills a picture, in pictures of less than 1000 pixels with a border.
        struct CloseUps: FaceDetector {
            var identity: String { "close-ups" }
            func faces(in image: RGBImage) -> [DetectedFace] {
                guard image.width < 1700, image[0, 0] == [0, 0, 0] else { return [] }
                let side = Double(image.width) / 2
                let points = FacePoints.template(side: 112).points.map {
                    FacePoints.Point(($0.x / 112 + 0.5) * side, ($0.y / 112 + 0.5) * side)
                }
                let box = FaceBox(
                    left: side / 2, top: side / 2, right: 1.5 * side, bottom: 1.5 * side)
                return [DetectedFace(box: box, score: 1, points: FacePoints(points))]
            }
        }
        let image = RGBImage(
            width: 2400, height: 2400, pixels: Array(repeating: 90, count: 2400 * 2400 * 3))
        let found = try FaceSearch(CloseUps()).find(in: image)
        #expect(found.verdict == .face)
        let points = try #require(found.face?.points).points
        for (point, expected) in zip(points, FacePoints.template(side: 112).points) {
            // The middle of a pixel of nine is that of the fifth.
            #expect(abs(point.x - (expected.x * 2400 / 112 + 1)) < 1e-6)
            #expect(abs(point.y - (expected.y * 2400 / 112 + 1)) < 1e-6)
        }
    }

    @Test func pointsThatAreNoFacesAreImplausible() throws {
        // A detector that says y before x.
        struct Exchanged: FaceDetector {
            var identity: String { "exchanged" }
            func faces(in image: RGBImage) -> [DetectedFace] {
                let points = FacePoints(
                    FacePoints.template(side: 112).points.map { .init(40 + $0.y, 20 + $0.x) })
                let box = FaceBox(left: 40, top: 20, right: 152, bottom: 132)
                return [DetectedFace(box: box, score: 1, points: points)]
            }
        }
        let image = RGBImage.dots([], width: 200, height: 160)
        let found = try FaceSearch(Exchanged()).find(in: image)
        #expect(found.verdict == .implausible && !found.remark.isEmpty)
        #expect(throws: FaceDataError.self) {
            try FaceAligner(FaceSearch(Exchanged())).face(of: image, path: "a.png")
        }
    }

    @Test func oneCallAlignsAFile() throws {
        let folder = try TemporaryFolder()
        let image = RGBImage.dots([(100, 80, 0.5)], width: 200, height: 160)
        let aligner = FaceAligner(FaceSearch(DotDetector()))
        let face = try aligner.face(of: try folder.write(image, to: "a.png"))
        let points = try #require(face.detected.points)
        #expect(face.image == FaceAlignment().align(image, points))
        #expect(try aligner.faces(of: image) == [face])
        let empty = try folder.write(RGBImage.dots([], width: 50, height: 50), to: "b.png")
        #expect {
            try aligner.face(of: empty)
        } throws: { error in
            "\(error)".contains("b.png") && "\(error)".contains("no face was found")
        }
    }
}

@Suite("Faces of whole sets that a detector finds")
struct SetDetectionTests {
    private func set(_ folder: TemporaryFolder) throws -> any ImageSource {
        let faces: [(String, [(x: Int, y: Int, scale: Double)])] = [
            ("a/1.png", [(100, 80, 0.5)]), ("a/2.png", []),
            ("b, c/1.png", [(60, 60, 0.5), (140, 90, 0.5)]),
            ("b, c/2.png", [(100, 80, 0.2)]),
        ]
        for (name, faces) in faces {
            try folder.write(RGBImage.dots(faces, width: 200, height: 160), to: "set/\(name)")
        }
        try folder.write("no picture", to: "set/a/3.png")
        return try LabelledImageSet.folder(folder.url.appendingPathComponent("set")).source
    }

    @Test func facesAreCountedAndWritten() throws {
        let folder = try TemporaryFolder()
        let (rows, outcome) = try SetDetection(FaceSearch(DotDetector()), threads: 2)
            .faces(of: try set(folder))
        #expect(outcome.images == 5 && outcome.faces == 4 && outcome.withFace == 2)
        #expect(outcome.withSeveral == ["b, c/1.png"] && outcome.bad.map(\.path) == ["a/3.png"])
        #expect(
            outcome.leftOut.mapValues { $0.map(\.path) } == [
                "none": ["a/2.png"], "small": ["b, c/2.png"],
            ])
        #expect(outcome.leftOut["none"]?.first?.index == 1)
        #expect(rows.map(\.name) == ["a/1.png", "a/2.png", "a/3.png", "b, c/1.png", "b, c/2.png"])
        // The one that counts is first: the right one is nearer to the middle.
        #expect(rows[3].faces.first?.points?.points[2] == .init(140, 90))
        let file = folder.url.appendingPathComponent("landmarks.csv")
        try SetDetection.write(rows, to: file)
        let landmarks = try LandmarkFile(file)
        #expect(landmarks.count == 3)
        for row in rows {
            #expect(landmarks.faces(of: row.name) == row.faces.compactMap(\.points))
        }
    }

    @Test func aSetIsAlignedAndGoesOn() throws {
        let folder = try TemporaryFolder()
        let source = try set(folder)
        let out = folder.url.appendingPathComponent("out")
        let alignment = SetAlignment(quality: nil, threads: 2)
        let search = FaceSearch(DotDetector())
        let first = try alignment.align(source, search, to: out)
        #expect(first.written == 2 && !first.isComplete && first.chosen == ["b, c/1.png"])
        #expect(Set(first.leftOut.keys) == ["none", "small"] && first.bad.count == 1)
        let image = RGBImage.dots([(100, 80, 0.5)], width: 200, height: 160)
        let face = try FaceAligner(search).face(of: image, path: "").image
        #expect(try LabelledImageSet.folder(out).source.image(0) == face)
        // What is there is not searched for again.
        let second = try alignment.align(source, search, to: out)
        #expect(second.written == 0 && second.kept == 2)
        let other = FaceSearch(DotDetector(), choice: .best)
        #expect(try alignment.align(source, other, to: out).written == 2)
        let undecided = FaceSearch(DotDetector(), choice: .ask)
        let asked = try alignment.align(source, undecided, to: out)
        #expect(asked.severalFaces == ["b, c/1.png"] && asked.written == 1)
    }

    @Test func whatADetectorThrowsEndsTheWork() throws {
        struct Broken: FaceDetector {
            struct Failure: Error {}
            var identity: String { "broken" }
            func faces(in image: RGBImage) throws -> [DetectedFace] { throw Failure() }
        }
        let folder = try TemporaryFolder()
        let source = try set(folder)
        #expect(throws: Broken.Failure.self) {
            try SetDetection(FaceSearch(Broken())).faces(of: source)
        }
        #expect(throws: Broken.Failure.self) {
            try SetAlignment().align(
                source, FaceSearch(Broken()), to: folder.url.appendingPathComponent("out"))
        }
    }
}

@Suite("Templates of aligned faces")
struct FaceTemplateTests {
    @Test func pointsAreWhereTheFieldHasThem() throws {
        let narrow = FaceTemplate.sphereface()
        #expect(narrow.width == 96 && narrow.height == 112)
        #expect(abs(narrow.points.points[0].x - 30.2946) < 1e-9)
        #expect(abs(narrow.points.points[4].y - 92.2041) < 1e-9)
        let facenet = try #require(FaceTemplate.named("facenet", height: 320))
        #expect(facenet.width == 320 && facenet.points.points[2] == .init(160, 180.34))
        #expect(FaceTemplate.names.allSatisfy { FaceTemplate.named($0)?.name == $0 })
        // The middles of dlib's mean face: `(mean + 0.25) / 1.5 * 150`.
        let dlib = FaceTemplate.dlib()
        #expect(dlib.width == 150 && dlib.height == 150)
        let expected = [
            (47.549, 46.599), (100.476, 46.599), (74.013, 76.563), (50.415, 103.023),
            (97.610, 103.023),
        ]
        for (point, expected) in zip(dlib.points.points, expected) {
            #expect(abs(point.x - expected.0) < 1e-3 && abs(point.y - expected.1) < 1e-3)
        }
        #expect(FaceTemplate.named("insightface") == .insightface(side: 112))
        #expect(
            FaceTemplate.named("dlib", height: 300)?.points.points[2].x == 2
                * dlib.points.points[2].x)
        #expect(FaceTemplate.named("other") == nil)
        #expect(FaceTemplate.names.allSatisfy { FaceTemplate.named($0)?.name == $0 })
    }

    @Test func facesHaveTheTemplatesSize() throws {
        let image = RGBImage.dots([(100, 80, 0.5)], width: 200, height: 160)
        let points = try #require(DotDetector().faces(in: image).first?.points)
        let face = try #require(FaceAlignment(.sphereface()).align(image, points))
        let square = try #require(FaceAlignment().align(image, points))
        #expect(face.width == 96 && face.height == 112)
        for (x, y) in [(0, 0), (30, 52), (95, 111)] {
            #expect(zip(face[x, y], square[x + 8, y]).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
        }
    }
}
