import Foundation
import Testing

@testable import FaceData

@Suite struct PointsDoubtTests {
    /// The points of a face in a picture of 224 pixels, as they should be.
    private static let good: [Double] = [
        76.59, 103.39, 147.06, 103, 112.05, 143.47, 83.1, 184.73, 141.46, 184.41,
    ]

    private static func doubt(
        _ numbers: [Double], width: Int = 224, height: Int = 224
    ) throws -> PointsDoubt? {
        let points = (0..<5).map { FacePoints.Point(numbers[2 * $0], numbers[2 * $0 + 1]) }
        return PointsDoubt(try #require(FacePoints(points)), width: width, height: height)
    }

    /// Takes numbers from the right places to where a file of another order has them.
    private static func reordered(_ indices: [Int]) -> [Double] { indices.map { good[$0] } }

    @Test func acceptsAFace() throws {
        #expect(try Self.doubt(Self.good) == nil)
        #expect(try Self.doubt(Self.good.map { $0 / 10 }, width: 23, height: 23) == nil)
    }

    @Test(arguments: WrongOrder.known)
    func namesTheOrder(order: WrongOrder) throws {
        let (indices, cause) = (order.indices, order.cause)
        let doubt = try #require(try Self.doubt(Self.reordered(indices)))
        #expect(doubt.cause?.hasPrefix(cause) == true, "\(doubt.reason)")
        #expect(doubt.reason.contains("they would fit as \(cause)"))
    }

    /// Both mistakes together are a picture turned by 90 degrees, which there may be, or by slightly more.
    @Test func namesTwoMistakesOfATurnedFace() throws {
        let (a, b) = (cos(0.3), sin(0.3))
        let turned = (0..<5).flatMap { index in
            let (x, y) = (Self.good[2 * index] - 112, Self.good[2 * index + 1] - 140)
            return [112 + a * x - b * y, 112 + b * x + a * y]
        }
        #expect(try Self.doubt(turned) == nil)
        let doubt = try Self.doubt([3, 2, 1, 0, 5, 4, 9, 8, 7, 6].map { turned[$0] })
        #expect(doubt?.cause == "y before x, with left and right swapped")
    }

    @Test func namesFractionsAndOtherPictures() throws {
        let fractions = Self.good.map { $0 / 224 }
        #expect(try Self.doubt(fractions)?.cause == "fractions of the picture's width and height")
        let crossed = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9].map { fractions[$0] }
        #expect(
            try Self.doubt(crossed)?.cause
                == "fractions of the picture's width and height, five x and then five y")
        let far = Self.good.map { $0 + 5000 }
        let doubt = try #require(try Self.doubt(far))
        #expect(doubt.reason.hasPrefix("100 % of the aligned face would be outside"))
        #expect(doubt.cause == "landmarks of another picture, or of one of another size")
        #expect(try Self.doubt(Self.good.map { $0 * 3 })?.cause == doubt.cause)
    }

    @Test func tellsNoCauseWhereNothingFits() throws {
        let doubt = try #require(try Self.doubt([10, 10, 200, 20, 14, 190, 12, 16, 20, 12]))
        #expect(
            doubt.cause == nil
                && doubt.reason.hasPrefix("its landmarks do not have the layout of a face"))
        #expect(try Self.doubt(Array(repeating: 7, count: 10)) != nil)
        #expect(try Self.doubt((0..<10).map { Double($0) * 1e200 }) != nil)
    }

    /// A profile's points lie nearly on a line; those on a line are no face's.
    @Test(arguments: [(0.0, 1.0), (1, 0), (1, 1), (0.3, -1)])
    func refusesPointsOnALine(x: Double, y: Double) throws {
        for steps in [
            [-2.0, -1, 0, 1, 2], [-2, -2, 0.5, 2, 2], [-2, -2, 0, 2, 2], [2, 2, 0, -2, -2],
        ] {
            let doubt = try Self.doubt(steps.flatMap { [112 + 20 * $0 * x, 112 + 20 * $0 * y] })
            #expect(doubt?.reason.hasPrefix("its landmarks lie on a line") == true)
            // Also when the detector trembles.
            let shaken = (0..<5).flatMap { index -> [Double] in
                let along = 20 * steps[index]
                let (right, down) = (Double(index % 2), Double(index % 3))
                return [112 + along * x + right, 112 + along * y + down]
            }
            #expect(try Self.doubt(shaken) != nil)
        }
    }

    /// Points of the template are clearly in one order; a real face is nearly the same from below.
    @Test func namesUpsideDownFaces() throws {
        let doubt = try Self.doubt(Self.good.map { 224 - $0 })
        #expect(doubt?.reason.hasPrefix("its landmarks rotate the face by 180 degrees") == true)
        #expect(doubt?.cause == "an upside-down face")
        let reversed = [8, 9, 6, 7, 4, 5, 2, 3, 0, 1].map { Self.good[$0] }
        #expect(try Self.doubt(reversed)?.cause == "mouth, nose and then eyes, from right to left")
    }

    /// A face that leans is named by what is wrong with it, whichever way it leans.
    @Test(arguments: [-40.0, -20, 20, 40])
    func namesTheOrderOfALeaningFace(degrees: Double) throws {
        let angle = degrees * .pi / 180
        let leaning = (0..<5).flatMap { index in
            let (x, y) = (Self.good[2 * index] - 112, Self.good[2 * index + 1] - 140)
            return [112 + cos(angle) * x - sin(angle) * y, 112 + sin(angle) * x + cos(angle) * y]
        }
        for (indices, cause) in [
            ([2, 3, 0, 1, 4, 5, 8, 9, 6, 7], "points with left and right swapped"),
            ([1, 0, 3, 2, 5, 4, 7, 6, 9, 8], "y before x"),
            ([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], "five x and then five y"),
        ] {
            let doubt = try Self.doubt(indices.map { leaning[$0] })
            #expect(doubt?.cause?.hasPrefix(cause) == true, "\(doubt?.reason ?? "none")")
        }
    }

    /// Faces from all sides, also profiles, whose points no similarity brings near to the template.
    @Test func acceptsFacesFromAllSides() throws {
        let flat = FacePoints.template(side: 112).points
        let depths = [0.0, 0, 17, 2, 2]
        var most = 0.0
        for yaw in stride(from: -85.0, through: 85, by: 17) {
            for roll in stride(from: -60.0, through: 60, by: 30) {
                let (a, r) = (yaw * .pi / 180, roll * .pi / 180)
                let points = zip(flat, depths).map { point, depth in
                    let x = (point.x - 56) * cos(a) + depth * sin(a)
                    let y = point.y - 72
                    return FacePoints.Point(
                        112 + x * cos(r) - y * sin(r), 112 + x * sin(r) + y * cos(r))
                }
                let face = try #require(FacePoints(points))
                #expect(PointsDoubt(face, width: 224, height: 224) == nil, "\(yaw), \(roll)")
                most = max(most, FacePose(face).distance)
            }
        }
        #expect(most > 0.5 && most < 5, "\(most)")
    }

    /// All published landmarks of 300 real faces, and none of them in another order.
    @Test(.enabled(if: RealData.root != nil, RealData.isAbsent))
    func realFacesAreAccepted() throws {
        let root = try #require(RealData.root)
        let landmarks = try LandmarkFile(root.appendingPathComponent("alignment/landmarks.txt"))
        let set = try LabelledImageSet.folder(root.appendingPathComponent("alignment/originals"))
        var faces = 0
        for name in set.names {
            for face in landmarks.faces(of: name) {
                faces += 1
                #expect(PointsDoubt(face, width: 250, height: 250) == nil, "\(name)")
                let numbers = face.points.flatMap { [$0.x, $0.y] }
                for order in [[0, 2, 4, 6, 8, 1, 3, 5, 7, 9], [2, 3, 0, 1, 4, 5, 8, 9, 6, 7]] {
                    #expect(
                        try Self.doubt(order.map { numbers[$0] }, width: 250, height: 250) != nil)
                }
            }
        }
        #expect(faces == 300)
    }
}

/// An order that files have a face's ten numbers in, and its name in messages.
struct WrongOrder: Sendable {
    /// Where each number of the file is among those of the right order.
    let indices: [Int]
    let cause: String

    private init(_ indices: [Int], _ cause: String) {
        (self.indices, self.cause) = (indices, cause)
    }

    static let known = [
        WrongOrder([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], "five x and then five y"),
        WrongOrder([2, 3, 0, 1, 4, 5, 8, 9, 6, 7], "points with left and right swapped"),
        WrongOrder([1, 0, 3, 2, 5, 4, 7, 6, 9, 8], "y before x"),
        WrongOrder([1, 3, 5, 7, 9, 0, 2, 4, 6, 8], "five y and then five x"),
        WrongOrder([0, 1, 2, 3, 6, 7, 8, 9, 4, 5], "eyes, mouth and then nose"),
        WrongOrder([4, 5, 0, 1, 2, 3, 6, 7, 8, 9], "nose, eyes and then mouth"),
        WrongOrder([6, 7, 8, 9, 4, 5, 0, 1, 2, 3], "mouth, nose and then eyes"),
        WrongOrder(
            [8, 9, 6, 7, 4, 5, 2, 3, 0, 1], "mouth, nose and then eyes, from right to left"),
        WrongOrder(
            [2, 0, 4, 8, 6, 3, 1, 5, 9, 7], "five x and then five y, with left and right swapped"),
    ]
}
