import FaceData
import Foundation
import Testing

@Suite struct FaceAlignmentTests {
    /// A case of NumPy, see make_alignment.py.
    private struct Golden: Decodable {
        var points: [[Double]]
        var matrix: [[Double]]
        /// Every ninth pixel of every ninth row.
        var face: [[[Double]]]

        static func all() throws -> [Golden] {
            try JSONDecoder().decode([Golden].self, from: Data(Fixture.bytes("alignment.json")))
        }

        func facePoints() throws -> FacePoints {
            try #require(FacePoints(points.map { FacePoints.Point($0[0], $0[1]) }))
        }
    }

    @Test func transformsAreUmeyamas() throws {
        for golden in try Golden.all() {
            let found = try #require(
                SimilarityTransform(from: golden.facePoints(), to: .template(side: 112)))
            let matrix = [[found.a, -found.b, found.tx], [found.b, found.a, found.ty]]
            for (row, expected) in zip(matrix, golden.matrix) {
                for (value, expected) in zip(row, expected) {
                    #expect(abs(value - expected) < 1e-9)
                }
            }
        }
    }

    @Test func facesAreBilinearWithBlackBorders() throws {
        let (width, height) = (70, 50)
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                pixels += [0, 40, 90].map { UInt8((5 * y + 3 * x + $0) % 256) }
            }
        }
        let image = RGBImage(width: width, height: height, pixels: pixels)
        var black = 0
        for golden in try Golden.all() {
            let face = try #require(FaceAlignment().align(image, golden.facePoints()))
            #expect(face.width == 112 && face.height == 112)
            for (row, line) in golden.face.enumerated() {
                for (column, expected) in line.enumerated() {
                    let found = face[9 * column, 9 * row]
                    if expected == [0, 0, 0] { black += 1 }
                    for (value, expected) in zip(found, expected) {
                        #expect(abs(Double(value) - expected) <= 0.5 + 1e-3)
                    }
                }
            }
        }
        #expect(black > 50)
    }

    @Test func aFaceInItsPlaceIsLeftAlone() throws {
        let image = RGBImage.noise(width: 112, height: 112)
        let face = try #require(FaceAlignment().align(image, .template(side: 112)))
        #expect(try #require(face.distance(to: image)) <= 1)
    }

    @Test(arguments: [(112, 38.2946), (224, 76.5892), (128, 46.2946), (256, 92.5892)])
    func templatesScale(side: Int, leftEye: Double) {
        #expect(abs(FacePoints.template(side: side).points[0].x - leftEye) < 1e-9)
    }

    @Test func pointsThatAreNoneAreRefused() throws {
        let one = try #require(FacePoints(Array(repeating: .init(3, 3), count: 5)))
        #expect(FaceAlignment().align(.noise(width: 8, height: 8), one) == nil)
        #expect(FacePoints([.init(0, 0)]) == nil)
        #expect(FacePoints(Array(repeating: .init(.nan, 0), count: 5)) == nil)
        let far = try #require(
            FacePoints([(1e300, 0), (-1e300, 1), (0, 2), (5, 3), (6, 4)].map { .init($0.0, $0.1) }))
        _ = FaceAlignment().align(.noise(width: 8, height: 8), far)
    }

    @Test func alignsAFolderAndGoesOn() throws {
        let folder = try TemporaryFolder()
        for name in ["a/1.png", "a/2.png", "b/1.png"] {
            try folder.write(RGBImage.noise(width: 40, height: 40), to: "set/\(name)")
        }
        try folder.write("no picture", to: "set/b/2.png")
        let numbers = FacePoints.template(side: 112).points.map { "\($0.x / 3) \($0.y / 3)" }
            .joined(separator: " ")
        let list = ["a/1.png", "b/1.png", "b/2.png"].map { "\($0) \(numbers)\n" }.joined()
        let landmarks = try LandmarkFile(try folder.write(list, to: "l.txt"))
        let set = try LabelledImageSet.folder(folder.url.appendingPathComponent("set"))
        let out = folder.url.appendingPathComponent("out")
        let alignment = SetAlignment(quality: nil, threads: 2)
        let first = try alignment.align(set.source, landmarks, to: out)
        #expect(first.written == 2 && first.kept == 0)
        #expect(first.withoutPoints == ["a/2.png"])
        #expect(first.bad.map(\.path) == ["b/2.png"])
        #expect(try LabelledImageSet.folder(out).names == ["a/1.png", "b/1.png"])
        let second = try alignment.align(set.source, landmarks, to: out)
        #expect(second.written == 0 && second.kept == 2)
    }

    /// Pictures and landmarks of one name, `a/1.png`, whose content a test changes.
    private struct OneFace {
        let folder: TemporaryFolder
        var out: URL { folder.url.appendingPathComponent("out") }
        var file: URL { out.appendingPathComponent("a/1.png") }

        func align(
            seed: UInt64, scale: Double = 3, quality: Int? = nil
        ) throws -> SetAlignment.Outcome {
            try folder.write(RGBImage.noise(width: 40, height: 40, seed: seed), to: "set/a/1.png")
            let numbers = FacePoints.template(side: 112).points
                .map { "\($0.x / scale) \($0.y / scale)" }.joined(separator: " ")
            let landmarks = try LandmarkFile(try folder.write("a/1.png \(numbers)\n", to: "l.txt"))
            return try SetAlignment(quality: quality).align(
                try LabelledImageSet.folder(folder.url.appendingPathComponent("set")).source,
                landmarks, to: out)
        }
    }

    @Test func aFaceOfAnotherPictureOrOtherPointsIsNotKept() throws {
        let one = OneFace(folder: try TemporaryFolder())
        #expect(try one.align(seed: 1).written == 1)
        let first = try Data(contentsOf: one.file)
        #expect(try one.align(seed: 1).kept == 1)
        #expect(try one.align(seed: 2).written == 1)
        let second = try Data(contentsOf: one.file)
        #expect(second != first)
        #expect(try one.align(seed: 2, scale: 4).written == 1)
        #expect(try Data(contentsOf: one.file) != second)
        #expect(try one.align(seed: 1).written == 1)
        #expect(try Data(contentsOf: one.file) == first)
        // What was written is not what is there any more.
        try Data("cut short".utf8).write(to: one.file)
        #expect(try one.align(seed: 1).written == 1)
        #expect(try Data(contentsOf: one.file) == first)
    }

    @Test func aStoppedAlignmentGoesOn() throws {
        let one = OneFace(folder: try TemporaryFolder())
        _ = try one.align(seed: 1)
        let first = try Data(contentsOf: one.file)
        let record = one.out.appendingPathComponent(".alignment")
        // Killed between the record's line and the file, and in the middle of another line.
        try FileManager.default.removeItem(at: one.file)
        let line = try Data(contentsOf: record)
        try (line + Data("0123".utf8)).write(to: record)
        #expect(try one.align(seed: 1).written == 1)
        #expect(try Data(contentsOf: one.file) == first)
        #expect(try Data(contentsOf: record) == line + line)
    }

    @Test func aFileThatNoAlignmentWroteIsLeftAlone() throws {
        let one = OneFace(folder: try TemporaryFolder())
        try one.folder.write("mine", to: "out/a/1.png")
        let error = refusal { _ = try one.align(seed: 1) }
        guard case .cannotWrite(one.file.path, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(
            reason
                == "the file already exists and was not written by an alignment into this folder; "
                + "choose another folder, or remove the file")
        #expect(try String(contentsOf: one.file, encoding: .utf8) == "mine")
    }

    /// The detector behind the landmarks is another than that behind the aligned faces.
    @Test(.enabled(if: RealData.root != nil, RealData.isAbsent))
    func realFacesCorrelate() throws {
        let root = try #require(RealData.root)
        let landmarks = try LandmarkFile(root.appendingPathComponent("alignment/landmarks.txt"))
        let set = try LabelledImageSet.folder(root.appendingPathComponent("alignment/originals"))
        var correlations: [Double] = []
        for index in 0..<set.count {
            let name = set.source.name(of: index)
            let reference = root.appendingPathComponent("lfw-aligned-112/\(name)")
            guard let points = landmarks.faces(of: name).first,
                let expected = try? ImageDecoder().decode(reference),
                let face = FaceAlignment().align(try set.source.image(index), points)
            else { continue }
            correlations.append(Self.correlation(face, expected))
        }
        correlations.sort()
        #expect(correlations.count > 250)
        let median = correlations[correlations.count / 2]
        #expect(median > 0.95, "median of \(correlations.count): \(median)")
        print("median correlation of \(correlations.count) faces: \(median)")
    }

    private static func correlation(_ left: RGBImage, _ right: RGBImage) -> Double {
        let (a, b) = (left.pixels.map(Double.init), right.pixels.map(Double.init))
        let count = Double(a.count)
        let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
        var (ab, aa, bb) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            ab += (x - meanA) * (y - meanB)
            aa += (x - meanA) * (x - meanA)
            bb += (y - meanB) * (y - meanB)
        }
        return ab / (aa * bb).squareRoot()
    }
}
