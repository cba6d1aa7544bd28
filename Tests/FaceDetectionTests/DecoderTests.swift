import FaceData
import Foundation
import Testing

@testable import FaceDetection

@Suite("What outputs of networks say, as the networks' own packages read them")
struct DecoderTests {
    /// See make_decoders.py: score, box and five points a face.
    private struct Golden: Decodable {
        var size: [Int]
        var faces: [[Double]]
    }

    private func golden(_ name: String) throws -> Golden {
        try #require(try Fixture.json("decoders.json", as: [String: Golden].self)[name])
    }

    /// The outputs of make_decoders.py.
    private func madeUp(_ number: Int, _ count: Int, _ low: Double, _ high: Double) -> [Float] {
        (0..<count).map { place in
            let value = Double((place * 3701 + place / 7 * 501 + number * 2903) % 10007) / 10006
            return Float(low + (high - low) * value)
        }
    }

    private func expect(_ faces: [DetectedFace], _ golden: Golden) throws {
        #expect(!faces.isEmpty)
        try #require(faces.count == golden.faces.count)
        #expect(zip(faces, faces.dropFirst()).allSatisfy { $0.score >= $1.score })
        for expected in golden.faces {
            let isFound = faces.contains { face in
                let points = face.points?.points.flatMap { [$0.x, $0.y] } ?? []
                let numbers = [face.score] + face.box.numbers + points
                return numbers.count == 15
                    && zip(numbers, expected).allSatisfy { abs($0 - $1) < 2e-3 }
            }
            #expect(isFound, "\(expected)")
        }
    }

    @Test func centerFace() throws {
        let golden = try golden("centerface")
        let (width, height) = (golden.size[0], golden.size[1])
        let count = width * height
        let faces = CenterFaceDecoder().faces(
            heat: madeUp(0, count, 0, 0.55), size: madeUp(1, 2 * count, 0.5, 2),
            offset: madeUp(2, 2 * count, 0, 1), points: madeUp(3, 10 * count, 0, 1),
            height: height, width: width)
        try expect(faces, golden)
    }

    @Test func retinaFace() throws {
        let golden = try golden("retinaface")
        let (width, height) = (golden.size[0], golden.size[1])
        let count = RetinaFaceDecoder.positionCount(width: width, height: height)
        let face = madeUp(2, count, 0.1, 0.65)
        func faces(_ scores: [Float]) -> [DetectedFace] {
            RetinaFaceDecoder().faces(
                .init(
                    boxes: madeUp(0, 4 * count, -1.5, 1.5), scores: scores,
                    points: madeUp(1, 10 * count, -3, 3)),
                width: width, height: height)
        }
        try expect(faces(face.flatMap { [1 - $0, $0] }), golden)
        // An export without the last softmax.
        try expect(faces(face.flatMap { [7 + log(1 - $0), 7 + log($0)] }), golden)
        #expect(faces([1, 0]).isEmpty)
    }

    @Test(
        arguments: [
            ([("a", 4), ("b", 2), ("c", 10)], [0, 1, 2]),
            ([("landms", 10), ("loc", 4), ("conf", 2)], [1, 2, 0]),
            ([("loc", nil), ("conf", nil), ("landmarks", nil)], [0, 1, 2]),
            ([("scores", nil), ("bboxes", nil), ("pts", nil)], [1, 0, 2]),
            ([("a", nil), ("b", nil), ("c", nil)], nil),
            ([("a", 4), ("b", 2), ("c", 8)], nil),
            ([("a", 4), ("b", 2)], nil),
        ] as [([(String, Int?)], [Int]?)])
    func retinaFacesOutputsAreToldApart(outputs: [(String, Int?)], roles: [Int]?) {
        let found = RetinaFaceOutputs(
            outputs.map { (name: $0.0, shape: [nil, nil, $0.1]) })
        #expect(found.map { [$0.boxes, $0.scores, $0.points] } == roles)
    }

    @Test func scrfd() throws {
        let golden = try golden("scrfd")
        let levels = [8, 16, 32].enumerated().map { level, step in
            let count = golden.size[0] / step * (golden.size[1] / step) * 2
            return SCRFDDecoder.Level(
                step: step, scores: madeUp(level, count, 0, 0.6),
                boxes: madeUp(10 + level, 4 * count, 0.2, 1.5),
                points: madeUp(20 + level, 10 * count, -1, 1))
        }
        try expect(SCRFDDecoder().faces(levels, width: golden.size[0]), golden)
        let boxesOnly = levels.map {
            SCRFDDecoder.Level(step: $0.step, scores: $0.scores, boxes: $0.boxes, points: [])
        }
        let faces = SCRFDDecoder().faces(boxesOnly, width: golden.size[0])
        #expect(faces.count == golden.faces.count && faces.allSatisfy { $0.points == nil })
    }

    @Test func yuNet() throws {
        let golden = try golden("yunet")
        let levels = [8, 16, 32].enumerated().map { level, step in
            let count = golden.size[0] / step * (golden.size[1] / step)
            return YuNetDecoder.Level(
                step: step, classes: madeUp(level, count, 0.5, 1.1),
                objects: madeUp(10 + level, count, 0.5, 1),
                boxes: madeUp(20 + level, 4 * count, -0.5, 1),
                points: madeUp(30 + level, 10 * count, -1, 1))
        }
        try expect(
            YuNetDecoder(minScore: 0.8).faces(levels, width: golden.size[0]), golden)
    }

    @Test func outputsOfOtherSizesHaveNoFaces() {
        let level = SCRFDDecoder.Level(step: 8, scores: [1, 1], boxes: [0, 0, 1], points: [])
        #expect(SCRFDDecoder().faces([level], width: 64).isEmpty)
        #expect(SCRFDDecoder().faces([level], width: 4).isEmpty)
        #expect(
            CenterFaceDecoder().faces(
                heat: [1], size: [1], offset: [], points: [], height: 1, width: 1
            ).isEmpty)
    }
}
