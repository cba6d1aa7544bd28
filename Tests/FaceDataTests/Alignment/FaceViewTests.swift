import FaceData
import Foundation
import Testing

@Suite("How a face is seen in its picture")
struct FaceViewTests {
    /// Five points of a head, from before: columns, rows, and how far each stands before the eyes. The template of
    /// 112 pixels made symmetric, with a nose 15 pixels long.
    private static let head: [(x: Double, y: Double, z: Double)] = [
        (-17.62, -20.30, 0), (17.62, -20.30, 0), (0, -0.16, 15), (-14.59, 20.38, 1),
        (14.59, 20.38, 1),
    ]

    /// The head turned about the vertical (positive: to the right of the picture), nodded, leant clockwise, scaled and
    /// seen from far away.
    private static func points(
        yaw: Double, pitch: Double = 0, roll: Double = 0, scale: Double = 1
    ) throws -> FacePoints {
        let (a, b, c) = (yaw * .pi / 180, pitch * .pi / 180, roll * .pi / 180)
        return try #require(
            FacePoints(
                head.map { point in
                    let x = point.x * cos(a) + point.z * sin(a)
                    let z = point.z * cos(a) - point.x * sin(a)
                    let y = point.y * cos(b) - z * sin(b)
                    return .init(
                        200 + scale * (x * cos(c) - y * sin(c)),
                        150 + scale * (x * sin(c) + y * cos(c)))
                }))
    }

    @Test(arguments: [-75.0, -50, -20, 0, 10, 45, 60, 80], [-35.0, 0, 20])
    func anglesOfAKnownHead(yaw: Double, roll: Double) throws {
        for pitch in [-20.0, 0, 20] {
            let view = FaceView(
                try Self.points(yaw: yaw, pitch: pitch, roll: roll, scale: 2.5))
            #expect(abs(view.yaw - yaw) < 3, "\(view)")
            // The mouth stands before the eyes, so that a turned head seems to lean a little.
            #expect(abs(view.roll - roll) < 2, "\(view)")
        }
    }

    @Test(arguments: [0.3, 1, 4])
    func sizeIsThatOfTheAlignedSquare(scale: Double) throws {
        let view = FaceView(try Self.points(yaw: 0, scale: scale))
        #expect(abs(view.size - 112 * scale) < 2 * scale, "\(view)")
    }

    @Test func theTemplateLooksAhead() {
        let view = FaceView(.template(side: 112))
        #expect(abs(view.size - 112) < 1e-9 && abs(view.yaw) < 1 && abs(view.roll) < 0.5, "\(view)")
        #expect(view.warnings(inputSize: 112).isEmpty)
    }

    @Test func whatIsDoubtfulIsTold() throws {
        func warnings(
            _ yaw: Double, _ roll: Double, _ scale: Double, _ size: Int = 112
        ) throws -> [String] {
            FaceView(try Self.points(yaw: yaw, roll: roll, scale: scale)).warnings(inputSize: size)
        }
        #expect(try warnings(-30, 20, 0.6).isEmpty)
        #expect(try warnings(0, 0, 0.6, 160).count == 1)
        #expect(
            try warnings(0, 0, 0.25)[0].hasSuffix(" pixels and is enlarged to 112x112"))
        #expect(try warnings(-60, 0, 1)[0].hasPrefix("its face is turned aside by about "))
        #expect(try warnings(0, -40, 1) == ["its face leans by 40 degrees"])
        #expect(try warnings(60, 40, 0.2).count == 3)
    }

    @Test func qualityTellsOfTheView() throws {
        let crop = RGBImage.noise(width: 112, height: 112)
        let view = FaceView(try Self.points(yaw: 70))
        let (bare, seen) = (FaceQuality(crop), FaceQuality(crop, view: view))
        #expect(bare.view == nil && seen.view == view)
        let (without, with) = (bare.warnings(inputSize: 112), seen.warnings(inputSize: 112))
        #expect(with.count == without.count + 1 && with.last == view.warnings(inputSize: 112).first)
        // Who has used a detector is not told to use one.
        #expect(without[0].hasSuffix("or with --detect") && with[0].hasSuffix("(--template)"))
    }
}
