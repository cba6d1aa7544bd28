import Foundation
import SeededRandom
import Testing

@testable import FaceData

@Suite struct LandmarkOrderCheckTests {
    /// Faces of a head with depth that look and lean in all directions, with errors of a pixel of 112; the ten
    /// numbers of each.
    private static func faces(_ count: Int, leaning: ClosedRange<Double> = -20...20) -> [[Double]] {
        var stream = SeededRandom(seed: 5, "faces")
        func uniform(_ range: ClosedRange<Double>) -> Double {
            range.lowerBound
                + (range.upperBound - range.lowerBound) * Double(stream.below(1 << 20))
                / Double(1 << 20)
        }
        let depths = [0.0, 0, 17, 2, 2]
        return (0..<count).map { _ in
            let (yaw, pitch, roll) = (
                uniform(-0.6...0.6), uniform(-0.2...0.2), uniform(leaning) * .pi / 180
            )
            let scale = uniform(0.5...3)
            return zip(FacePoints.template(side: 112).points, depths).flatMap { point, depth in
                let (x, y) = (point.x - 56, point.y - 72)
                let turned = x * cos(yaw) + depth * sin(yaw) + uniform(-1...1)
                let z = depth * cos(yaw) - x * sin(yaw)
                let tilted = y * cos(pitch) - z * sin(pitch) + uniform(-1...1)
                return [
                    400 + scale * (turned * cos(roll) - tilted * sin(roll)),
                    300 + scale * (turned * sin(roll) + tilted * cos(roll)),
                ]
            }
        }
    }

    private static func check(_ numbers: [[Double]]) throws -> LandmarkOrderCheck {
        LandmarkOrderCheck(try numbers.map { try #require(PointOrder.given.points($0)) })
    }

    /// All orders of five items.
    private static func orders(_ items: [Int] = [0, 1, 2, 3, 4]) -> [[Int]] {
        items.isEmpty
            ? [[]]
            : items.flatMap { item in orders(items.filter { $0 != item }).map { [item] + $0 } }
    }

    private static func points(_ numbers: [Double], _ order: [Int]) -> [Double] {
        order.flatMap { [numbers[2 * $0], numbers[2 * $0 + 1]] }
    }

    @Test(arguments: [-20...20, 30...50, -60 ... -20, -90...90, 80...100])
    func acceptsTheRightOrder(leaning: ClosedRange<Double>) throws {
        for count in [1, 3, 4, 7, 20, 250] {
            #expect(try Self.check(Self.faces(count, leaning: leaning)).reason == nil, "\(count)")
        }
    }

    /// Ten of these make a face of some pictures, one by one.
    @Test func refusesEveryOtherOrder() throws {
        let faces = Self.faces(60)
        let orders = Self.orders()
        #expect(orders.count == 120 && orders[0] == [0, 1, 2, 3, 4])
        for order in orders.dropFirst() {
            let check = try Self.check(faces.map { Self.points($0, order) })
            #expect(check.reason != nil, "\(order)")
        }
    }

    @Test func namesAnyOrder() throws {
        let check = try Self.check(Self.faces(60).map { Self.points($0, [3, 0, 2, 4, 1]) })
        let order = "left mouth corner, left eye, nose, right mouth corner, right eye"
        #expect(
            check.reason?.contains("as points in the order \(order);") == true,
            "\(check.reason ?? "")")
    }

    @Test(
        arguments: WrongOrder.known, [-15...15, 25...40, -40 ... -25, -60...60])
    func namesTheCauseAlsoOfRolledFaces(
        order: WrongOrder, leaning: ClosedRange<Double>
    ) throws {
        let faces = Self.faces(100, leaning: leaning)
        let reason = try #require(
            try Self.check(faces.map { face in order.indices.map { face[$0] } }).reason)
        #expect(
            reason.contains(" as \(order.cause)")
                || reason.contains("or as \(order.cause)"), "\(reason)")
        // The first one, wherever faces are upright.
        if leaning.upperBound == 15 { #expect(reason.contains("from them as \(order.cause)")) }
    }

    /// What both mistakes together make of upright faces is faces that lie on their side.
    @Test func tellsOfFacesThatMayLieOnTheirSide() throws {
        let faces = Self.faces(50)
        let both = try Self.check(
            faces.map { face in [3, 2, 1, 0, 5, 4, 9, 8, 7, 6].map { face[$0] } })
        #expect(both.reason == nil)
        #expect(both.doubt?.contains("of 50 faces most lie on one side") == true)
        #expect(
            both.doubt?.hasSuffix("the landmarks are y before x, with left and right swapped")
                == true)
        #expect(try Self.check(faces).doubt == nil)
    }

    @Test func refusesPointsThatAreOne() throws {
        let copied = Self.faces(20).map { Array($0[..<8]) + Array($0[6..<8]) }
        let reason = try Self.check(copied).reason
        let expected =
            "the left mouth corner and the right mouth corner coincide in 20 of 20 faces"
        #expect(reason == expected)
    }

    @Test func namesFractions() throws {
        let crossed = Self.faces(30).map { face in
            [0, 2, 4, 6, 8, 1, 3, 5, 7, 9].map { face[$0] / 1000 }
        }
        let reason = try Self.check(crossed).reason
        #expect(
            reason?.contains(
                "as fractions of the picture's width and height, five x and then five y") == true)
    }

    /// No order of published landmarks but their own, also one by one for most.
    @Test(.enabled(if: RealData.root != nil, RealData.isAbsent))
    func realFaces() throws {
        let root = try #require(RealData.root)
        let landmarks = try LandmarkFile(root.appendingPathComponent("alignment/landmarks.txt"))
        let names = try LabelledImageSet.folder(root.appendingPathComponent("alignment/originals"))
            .names
        let faces = names.flatMap { landmarks.faces(of: $0) }.map {
            $0.points.flatMap { [$0.x, $0.y] }
        }
        #expect(faces.count == 300)
        for order in Self.orders() {
            let check = try Self.check(faces.map { Self.points($0, order) })
            #expect((check.reason == nil) == (order == [0, 1, 2, 3, 4]), "\(order)")
        }
    }
}
